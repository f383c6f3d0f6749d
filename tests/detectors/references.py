"""References from outside, as a command would send them."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from schemas.events.reference_report import ReferenceKind
from schemas.tables.columns import Column, Role, column_of
from schemas.tables.reference_parts import GivenReference, encoded_parts
from tests.detectors.batches import START


def about(rows: int, **more: Any) -> GivenReference:
    """Return what is known of a reference of a file without times."""
    known: dict[str, Any] = {
        "reference_id": "r1",
        "model": "fraud",
        "version": None,
        "kind": ReferenceKind.FILE,
        "source": "train.csv",
        "rows": rows,
        "of_rows": 3 * rows,
        "since": None,
        "until": None,
        "given": START,
    }
    return GivenReference(**known | more)


def columns_of(**values: Iterable[Any]) -> list[Column]:
    """Return the columns of features, of plain Python values or arrays."""
    lists = {
        name: each.tolist() if isinstance(each, np.ndarray) else list(each)
        for name, each in values.items()
    }
    return [column_of(name, Role.FEATURE, each) for name, each in lists.items()]


def reference_of(
    most_bytes: int = 900_000, more: dict[str, Any] | None = None, **values: Any
) -> list[bytes]:
    """Return the parts of a reference."""
    columns = columns_of(**values)
    rows = len(columns[0].values)
    told = about(rows, **more or {})
    times = np.full(rows, told.since or 0, dtype=np.int64)
    return list(encoded_parts(told, columns, times, most_bytes))
