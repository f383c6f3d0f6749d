"""Rows to observation batches, whole or cut, and states that can be compared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from schemas.tables.columns import ABSENT, Column, Kind, Role, column_of
from schemas.tables.observations import (
    ModelRows,
    ObservationBatch,
    ObservationTable,
    Origin,
    Source,
)
from tests.runs import sources_of

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
        column_of(name, role, [row.get(name, ABSENT) for row in rows], (kinds or {}).get(name))
        for name in names
    ]
    offsets = np.arange(start, start + len(rows), dtype=np.int64)
    topic = "labels" if role is Role.ERROR else "predictions"
    return ObservationBatch(
        model=model,
        version=version,
        origin=Origin.LABELS if role is Role.ERROR else Origin.PREDICTIONS,
        sources=(Source(topic, partition),),
        source_of=np.zeros(len(rows), dtype=np.int64),
        offsets=offsets,
        times=START + 1000 * offsets,
        columns=tuple(columns),
    )


def repeats_of(
    corrected: Sequence[bool], *, start: int = 0, model: str = "fraud", version: str = "3"
) -> ObservationBatch:
    """Return labels that came again, and which of them were corrected, as intake makes them."""
    rows = [{str(Role.CORRECTED): each} for each in corrected]
    made = batch_of(rows, start=start, role=Role.CORRECTED, model=model, version=version)
    return replace(made, origin=Origin.REPEATS, sources=(Source("labels", 0),))


def table_of(rows: Sequence[Row], **more: Any) -> ObservationTable:
    """Return the rows as a table of one model version."""
    return ObservationTable.of(batch_of(rows, **more))


def table_of_many(batches: Sequence[ObservationBatch]) -> ObservationTable:
    """Return the table of batches of several versions, all with the same columns in one order."""
    return ObservationTable(
        batches[0].origin,
        tuple(ModelRows(batch.model, batch.version, len(batch)) for batch in batches),
        *sources_of(*(run for batch in batches for run in batch.runs)),
        np.concatenate([batch.offsets for batch in batches]),
        np.concatenate([batch.times for batch in batches]),
        tuple(map(_stacked, zip(*(batch.columns for batch in batches), strict=True))),
    )


def _stacked(columns: tuple[Column, ...]) -> Column:
    first = columns[0]
    assert {(column.name, column.kind) for column in columns} == {(first.name, first.kind)}
    categories = tuple(dict.fromkeys(text for column in columns for text in column.categories))
    values = [
        np.array([categories.index(column.categories[code]) for code in column.values], np.int32)
        if first.kind is Kind.CATEGORY
        else column.values
        for column in columns
    ]
    flags = [
        np.zeros(len(column.values), np.uint8) if column.flags is None else column.flags
        for column in columns
    ]
    return Column(
        first.name,
        first.role,
        first.kind,
        np.concatenate(values),  # type: ignore[arg-type] # float64, or all of them int32
        categories,
        np.concatenate(flags) if any(column.flags is not None for column in columns) else None,
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
