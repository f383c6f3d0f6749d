"""Columns without a usable value."""

import numpy as np

from schemas.tables.columns import Column, Flag, Kind, Role


def absent(role: Role, name: str, kind: Kind, rows: int) -> Column:
    """Return a column that no row has."""
    flags = np.full(rows, Flag.ABSENT, dtype=np.uint8)
    if kind is Kind.CATEGORY:
        return Column(name, role, kind, np.zeros(rows, dtype=np.int32), ("",), flags)
    return Column(name, role, kind, np.zeros(rows), flags=flags)
