"""Columns without a usable value."""

import numpy as np

from schemas.tables.columns import Column, Flag, Flags, Kind, Role


def absent(role: Role, name: str, kind: Kind, rows: int) -> Column:
    """Return a column that no row has."""
    return _blank(name, role, kind, np.full(rows, Flag.ABSENT, dtype=np.uint8))


def mistyped(column: Column, kind: Kind) -> Column:
    """Return a column of another kind in which what was usable is mistyped."""
    flags = np.zeros(len(column.values), np.uint8) if column.flags is None else column.flags.copy()
    flags[flags == Flag.OK] = Flag.MISTYPED
    return _blank(column.name, column.role, kind, flags)


def _blank(name: str, role: Role, kind: Kind, flags: Flags) -> Column:
    if kind is Kind.CATEGORY:
        return Column(name, role, kind, np.zeros(len(flags), dtype=np.int32), ("",), flags)
    return Column(name, role, kind, np.zeros(len(flags)), flags=flags)
