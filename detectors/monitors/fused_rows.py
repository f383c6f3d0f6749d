"""Rows of many columns as the fused kernel takes them."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.tables.columns import Column, Flags

Numbers = NDArray[np.int64]


ALL_USABLE: Final = -1
"""In place of the number of flags: the column has none."""


class Rows(NamedTuple):
    """The rows of ``c`` columns of numbers.

    Attributes
    ----------
    values
        Shape ``(c, n)``, contiguous.
    flags
        Shape ``(f, n)``: the quality of the values of those columns that have flags.
    flags_of
        Shape ``(c,)``: which of the flags are a column's; `ALL_USABLE` for none.
    times
        Shape ``(n,)``: event times, milliseconds since the epoch.
    """

    values: NDArray[np.float64]
    flags: NDArray[np.uint8]
    flags_of: Numbers
    times: Numbers


def rows_of(columns: Sequence[Column], times: Numbers | None = None) -> Rows:
    """Return the rows of columns, at least one; those of categories are to be numbered yet.

    Where no event times are given all rows have the same.
    """
    flags: list[Flags] = []
    flags_of = []
    values = np.empty((len(columns), len(columns[0].values)))
    for number, column in enumerate(columns):
        values[number] = column.values
        if column.flags is None:
            flags_of.append(ALL_USABLE)
        else:
            flags_of.append(len(flags))
            flags.append(column.flags)
    return Rows(
        values,
        np.stack(flags) if flags else np.empty((0, values.shape[1]), dtype=np.uint8),
        np.array(flags_of, dtype=np.int64),
        np.zeros(values.shape[1], dtype=np.int64) if times is None else times.copy(),
    )
