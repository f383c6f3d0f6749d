"""The numbers beside labels as columns of labelled rows, and back."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from schemas.tables.columns import ABSENT, Column, Flag, Kind, Role, column_of
from schemas.values.rated_label import numbers_of, rated


def rated_columns(labels: Sequence[Any]) -> Iterator[Column]:
    """Yield the numbers beside labels, a column for each field that any of them has.

    Parameters
    ----------
    labels
        ``n``, with numbers beside them or without. What is there and is no number is mistyped.
    """
    rows = [numbers_of(each) for each in labels]
    for name in sorted({name for numbers in rows for name in numbers}):
        raw = [numbers.get(name, ABSENT) for numbers in rows]
        # A list is mistyped, whatever the column.
        values = [[] if value is None else value for value in raw]
        yield column_of(name, Role.FEATURE, values, Kind.NUMBER)


def rated_labels(columns: Iterable[Column], labels: Sequence[Any]) -> list[Any]:
    """Return labels with the numbers beside them that the columns of their rows have."""
    numbers: list[dict[str, float | None]] = [{} for _ in labels]
    for column in columns:
        if column.role is not Role.FEATURE:
            continue
        flags = np.zeros(len(labels), np.uint8) if column.flags is None else column.flags
        for row, (value, flag) in enumerate(
            zip(column.values.tolist(), flags.tolist(), strict=True)
        ):
            if flag not in {Flag.ABSENT, Flag.NULL}:
                numbers[row][column.name] = value if flag == Flag.OK else None
    return [rated(*each) for each in zip(labels, numbers, strict=True)]
