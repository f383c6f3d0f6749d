"""Rows to observation batches, whole or cut, and states that can be compared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from schemas.columns import ABSENT, Kind, Role, columns_of
from schemas.observations import ObservationBatch, Origin

START = 1_772_366_400_000
"""Event time of the first row; the others follow a second apart."""

Row = Mapping[str, Any]


def batch_of(
    rows: Sequence[Row],
    *,
    start: int = 0,
    role: Role = Role.FEATURE,
    model: str = "fraud",
    version: str = "3",
    partition: int = 0,
    kinds: Mapping[str, Kind] | None = None,
) -> ObservationBatch:
    """Return the batch of rows whose offsets begin at ``start``, as intake makes it."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns = [
        column
        for name in names
        for column in columns_of(
            name, role, [row.get(name, ABSENT) for row in rows], (kinds or {}).get(name)
        )
    ]
    offsets = np.arange(start, start + len(rows), dtype=np.int64)
    return ObservationBatch(
        model=model,
        version=version,
        origin=Origin.LABELS if role is Role.ERROR else Origin.PREDICTIONS,
        topic="labels" if role is Role.ERROR else "predictions",
        partition=partition,
        offsets=offsets,
        times=START + 1000 * offsets,
        columns=tuple(columns),
    )


def batches_of(rows: Sequence[Row], cuts: Iterable[int], **more: Any) -> Iterator[ObservationBatch]:
    """Yield the batches of rows that are cut before the given rows."""
    bounds = sorted({0, len(rows), *(cut for cut in cuts if 0 < cut < len(rows))})
    for begin, end in pairwise(bounds):
        yield batch_of(rows[begin:end], start=begin, **more)


def rows_of(**columns: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the rows of columns, which have plain Python values or are arrays."""
    lists = [
        values.tolist() if isinstance(values, np.ndarray) else list(values)
        for values in columns.values()
    ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def plain(state: Any) -> Any:
    """Return a state in which NaN equals NaN and arrays can be compared."""
    if isinstance(state, np.ndarray):
        return str(state.dtype), state.shape, state.tobytes()
    if isinstance(state, dict):
        return {name: plain(value) for name, value in state.items()}
    if isinstance(state, list | tuple):
        return [plain(value) for value in state]
    return repr(state)
