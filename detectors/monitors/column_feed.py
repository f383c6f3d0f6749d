"""Feeds rows to the columns of one model version: those that are steady by the fused kernel."""

import numpy as np
from numpy.typing import NDArray

from detectors.monitors.column_monitor import Change, ColumnMonitor
from detectors.monitors.default_detectors import Settings
from detectors.monitors.fused_judging import DETECTORS
from detectors.monitors.fused_kernel import watch_columns
from detectors.monitors.fused_outcome import NO_ROOM, QUIET
from detectors.monitors.fused_rows import Rows, rows_of
from detectors.monitors.fused_stops import Stop, stops_of
from detectors.monitors.given import ColumnKey
from detectors.monitors.joint_watch import JointWatch
from detectors.monitors.row_bets import RowBets
from detectors.monitors.steady_rows import SteadyRows
from detectors.monitors.watched_columns import WatchedColumns
from schemas.tables.columns import Column, Kind
from schemas.tables.retyping import retyped
from schemas.values.spellings import Spellings


class ColumnFeed:
    """Feeds rows to watched columns; it has no state of its own.

    Parameters
    ----------
    columns
        These.
    spellings
        Which texts are booleans, or no numbers.
    """

    __slots__ = ("_columns", "_spellings")

    def __init__(self, columns: WatchedColumns, spellings: Spellings) -> None:
        self._columns = columns
        self._spellings = spellings

    def watch(
        self,
        chosen: list[tuple[ColumnKey, Column, int]],
        first: int,
        times: NDArray[np.int64],
        bets: RowBets,
    ) -> list[tuple[Change, ColumnKey]]:
        """Feed columns that begin at some row of a batch; return their drifts."""
        found: list[tuple[Change, ColumnKey]] = []
        ready: list[tuple[ColumnKey, Column]] = []
        addresses: list[int] = []
        for key, column, start in chosen:
            monitor = self._columns.monitors[key]
            address = monitor.pin(column.kind) if start == 0 else None
            if address is None:
                drifts = monitor.update(column.since(start), first + start, times[start:], bets)
                found += [(drift, key) for drift in drifts]
            else:
                ready.append((key, column))
                addresses.append(address)
        if ready:
            found += self._watch_columns(ready, np.array(addresses), first, times, bets)
        return found

    def stop_of(self, steady: SteadyRows, first: int, joint: JointWatch | None) -> Stop | None:
        """Feed rows to all columns of a model at once; return where the kernel has stopped."""
        columns, addresses, times = steady
        return stops_of(
            addresses,
            self._rows_of(columns, times),
            np.array([[0, len(times)]]),
            np.array([first]),
            _settings_of(self._columns.monitors[columns[0][0]]),
            [joint],
        )[0]

    def conclude(
        self,
        columns: list[tuple[ColumnKey, Column]],
        first: int,
        times: NDArray[np.int64],
        at: NDArray[np.int64],
        found: NDArray[np.float64],
        bets: RowBets,
    ) -> list[tuple[Change, ColumnKey]]:
        """Go on from where the fused kernel has found something; return the changes.

        Parameters
        ----------
        columns, first, times, bets
            The rows that it was given.
        at, found
            Of each column, where it has stopped, and what was found.
        """
        concluded = []
        for number in np.flatnonzero(at != QUIET).tolist():
            key, column = columns[number]
            monitor = self._columns.monitors[key]
            if at[number] == NO_ROOM:
                drifts = monitor.update(column, first, times, bets)
            else:
                drifts = monitor.conclude(column, first, found[number], times, bets)
            concluded += [(drift, key) for drift in drifts]
        return concluded

    def _watch_columns(
        self,
        ready: list[tuple[ColumnKey, Column]],
        addresses: NDArray[np.int64],
        first: int,
        times: NDArray[np.int64],
        bets: RowBets,
    ) -> list[tuple[Change, ColumnKey]]:
        rows = self._rows_of(ready, times)
        found = np.empty((1, len(ready), DETECTORS, 5))
        at = np.empty((1, len(ready)), dtype=np.int64)
        bounds = np.array([[0, rows.values.shape[1]]])
        nobody = np.zeros(1, dtype=np.int64)
        watch_columns(
            addresses[np.newaxis],
            *(*rows, bounds, np.array([first]), *_settings_of(self._columns.monitors[ready[0][0]])),
            *(nobody, bets.rows, found, at, np.zeros((1, 3), dtype=np.int64)),
        )
        return self.conclude(ready, first, times, at[0], found[0], bets)

    def _rows_of(self, columns: list[tuple[ColumnKey, Column]], times: NDArray[np.int64]) -> Rows:
        """Return rows as the columns are watched, categories by their numbers."""
        own = [
            retyped(column, self._columns.monitors[key].kind, self._spellings)
            for key, column in columns
        ]
        rows = rows_of(own, times)
        for number, ((key, _), column) in enumerate(zip(columns, own, strict=True)):
            if column.kind is Kind.CATEGORY:
                rows.values[number] = self._columns.monitors[key].numbers(column)
        return rows


def _settings_of(monitor: ColumnMonitor) -> Settings:
    """Return the settings of the default detectors, which all columns with an address have."""
    if monitor.defaults is None:
        raise RuntimeError("only columns with the default detectors have an address")
    return monitor.defaults.settings
