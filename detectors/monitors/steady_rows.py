"""Rows of a model none of whose columns needs more than the fused kernel."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.given import ColumnKey
from schemas.tables.columns import Column, Kind

Integers = NDArray[np.int64]


class SteadyRows(NamedTuple):
    """These rows, of all watched columns.

    Attributes
    ----------
    columns
        As they were observed.
    addresses
        Shape ``(1, c)``: where the blocks of the columns lie, until one of them is updated.
    times
        Shape ``(n,)``: event times.
    """

    columns: list[tuple[ColumnKey, Column]]
    addresses: Integers
    times: Integers

    @classmethod
    def of(
        cls,
        columns: list[tuple[ColumnKey, Column]],
        monitors: Mapping[ColumnKey, ColumnMonitor],
        times: Integers,
        least: int,
    ) -> "SteadyRows | None":
        """Return the first ones of some rows; None where a column needs more.

        Parameters
        ----------
        columns
            Of all these rows.
        monitors
            What watches each of them, and others.
        times
            Of all these rows.
        least
            How many of them there are to be at least. There are no more where a column has to
            take a value by itself: what the kernel did with those behind it would be void. Where
            most columns have to take the same row by themselves there may be fewer: up to it, or
            it alone, since the kernel takes those behind it again, and in Python they cost more
            than another call. A column that has no value there is none of these: it may never
            have one again, and each row would be a call.
        """
        rows = room = turn = len(times)
        addresses, turning = [], 0
        for key, column in columns:
            monitor = monitors[key]
            address = monitor.pin(column.kind, rows)
            if address is None:
                return None
            addresses.append(address)
            until = monitor.reference.until_turn
            if until is None:
                continue
            room = min(room, until)
            own = _turn(column, monitor.kind, until, turn)
            if own is not None:
                turning = 1 if own < turn else turning + 1
                turn = own
        if not addresses:
            return None
        if room < rows:
            rows = max(room, least)
            if 2 * turning >= len(columns):
                rows = max(min(turn, rows), 1)
            columns = [(key, column.between(0, rows)) for key, column in columns]
        return cls(columns, np.array([addresses]), times[:rows])


def _turn(column: Column, kind: Kind, until: int, last: int) -> int | None:
    """Return the row of the value behind so many of a column, up to a row; None where it has none.

    Values that came as another kind are none: most of them are not usable.
    """
    if column.kind is not kind or until > last:
        return None
    if column.flags is None:
        return until if until < len(column.values) else None
    usable = np.flatnonzero(column.usable[: last + 1])
    return int(usable[until]) if until < len(usable) else None
