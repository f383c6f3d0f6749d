"""Values of which few differ, as a table of them and a number for each row."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
ValueT = TypeVar("ValueT", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Generic[ValueT]):
    """A column of ``n`` values, such as names of models, of which few differ.

    Attributes
    ----------
    table
        The values; some may occur in no row.
    codes
        Shape ``(n,)``: which of them each row has.
    """

    table: Sequence[ValueT]
    codes: Codes

    @classmethod
    def of(cls, values: Sequence[ValueT]) -> "Coded[ValueT]":
        """Return the column of some values.

        Examples
        --------
        >>> Coded.of(["a", "b", "a"]).codes.tolist()
        [0, 1, 0]
        """
        numbers: dict[ValueT, int] = {}
        codes = [numbers.setdefault(value, len(numbers)) for value in values]
        return cls(tuple(numbers), np.array(codes, dtype=np.int32))

    @classmethod
    def same(cls, value: ValueT, rows: int) -> "Coded[ValueT]":
        """Return the column that has one value in all of some rows."""
        return cls((value,), np.zeros(rows, dtype=np.int32))

    @classmethod
    def concatenated(cls, parts: "Iterable[Coded[ValueT]]") -> "Coded[ValueT]":
        """Return the rows of one column after those of the other."""
        numbers: dict[ValueT, int] = {}
        codes = [np.empty(0, dtype=np.int32)]
        codes += [renumbered(part, numbers) for part in parts]
        return cls(tuple(numbers), np.concatenate(codes))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> ValueT:
        return self.table[int(self.codes[row])]

    def take(self, rows: "NDArray[np.intp] | NDArray[np.bool_] | slice") -> "Coded[ValueT]":
        """Return some rows."""
        return Coded(self.table, self.codes[rows])

    def values(self) -> list[ValueT]:
        """Return the value of each row."""
        table = self.table
        return [table[code] for code in self.codes.tolist()]


def renumbered(column: Coded[ValueT], numbers: dict[ValueT, int]) -> Codes:
    """Return a column's codes by the numbers of the values; new ones get the next numbers."""
    used = [0] if len(column.table) == 1 else np.unique(column.codes).tolist()
    known = np.zeros(max(len(column.table), 1), dtype=np.int32)
    for code in used if len(column) else ():
        known[code] = numbers.setdefault(column.table[code], len(numbers))
    return known[column.codes]
