"""Columns of few rows in two arrays: as objects they would take many times what their values do."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from schemas.tables.columns import Column, Flag, Flags, Kind, Role

Layout: TypeAlias = tuple[tuple[str, Role, Kind], ...]


class PackedColumns(NamedTuple):
    """The columns of ``n`` rows.

    Attributes
    ----------
    layout
        Name, role and kind of each; the same object for equal ones.
    values
        Shape ``(c, n)``: numbers, or codes of categories.
    flags
        Shape ``(c, n)``; None where all rows of all columns are OK.
    categories
        Of each column.
    """

    layout: Layout
    values: NDArray[np.float64]
    flags: Flags | None
    categories: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, columns: Iterable[Column]) -> "PackedColumns":
        """Pack columns: those that any row has, with no category that none has."""
        kept = [column.compact() for column in columns if not column.is_absent]
        rows = len(kept[0].values) if kept else 0
        values = np.empty((len(kept), rows))
        flags = np.full((len(kept), rows), Flag.OK, dtype=np.uint8)
        for number, column in enumerate(kept):
            values[number] = column.values
            if column.flags is not None:
                flags[number] = column.flags
        return cls(
            _interned(tuple((each.name, each.role, each.kind) for each in kept)),
            values,
            flags if flags.any() else None,
            tuple(each.categories for each in kept),
        )

    def between(self, begin: int, end: int) -> Iterator[Column]:
        """Yield the columns of some consecutive rows."""
        for number, (name, role, kind) in enumerate(self.layout):
            flags = None if self.flags is None else self.flags[number, begin:end]
            values = self.values[number, begin:end]
            yield Column(
                name,
                role,
                kind,
                values.astype(np.int32) if kind is Kind.CATEGORY else values,
                self.categories[number],
                flags if flags is not None and flags.any() else None,
            )


@lru_cache(maxsize=4096)
def _interned(layout: Layout) -> Layout:
    """Return the same object for equal layouts."""
    return layout
