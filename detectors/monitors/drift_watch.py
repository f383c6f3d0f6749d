"""Columns of one model version, watched for drift: the first consumer of its rows."""

from collections.abc import Set as AbstractSet
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.model_alert import told_of
from detectors.monitors.column_alerts import ColumnAlerts
from detectors.monitors.column_feed import ColumnFeed
from detectors.monitors.column_monitor import Change, ColumnMonitor
from detectors.monitors.fused_outcome import QUIET
from detectors.monitors.fused_stops import Stop
from detectors.monitors.given import ColumnKey, Given, NothingGiven
from detectors.monitors.joint_alerts import JointAlerts
from detectors.monitors.joint_watch import JointWatch
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_bets import NO_ROW_BETS, RowBets
from detectors.monitors.row_consumer import Found
from detectors.monitors.steady_rows import SteadyRows
from detectors.monitors.watched_columns import WatchedColumns
from detectors.monitors.watched_roles import ROLES_OF, watched
from detectors.reference.given import GivenOutcome
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.alert import Severity
from schemas.events.drift_alert import DriftAlert
from schemas.tables.columns import Column, Kind
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin

LEAST_AHEAD: Final = 1024
"""Rows that are fed to all columns at once after the kernel has stopped; twice as many each time
that it does not stop in them, for where it does it may have fed them for nothing."""


class DriftWatch:
    """Changes of the columns of one model version: of each by itself, and of all together.

    Parameters
    ----------
    identity
        Model and version; one object for all columns.
    options
        How to watch them.
    given
        The references from outside that it has.

    Attributes
    ----------
    joint
        Watches all of them but that of errors together; None where the options say so.
    """

    def __init__(
        self, identity: ModelVersion, options: MonitorOptions, given: Given | None = None
    ) -> None:
        self._options = options
        self._columns = WatchedColumns(identity, options, given or NothingGiven())
        self._feed = ColumnFeed(self._columns, options.spellings)
        self._alerts = ColumnAlerts(identity, options)
        self._joint_alerts = JointAlerts(identity, self._columns, self._alerts)
        self.joint = (
            None
            if options.joint_limit == 0.0
            else JointWatch(options.joint_limit, options.drift_alarms)
        )

    @property
    def columns(self) -> dict[ColumnKey, ColumnMonitor]:
        """What watches each column, in the order in which they came."""
        return self._columns.monitors

    @property
    def refused_columns(self) -> int:
        """Columns that are not watched because there are too many, counted up to 100."""
        return self._columns.refused

    def consume(
        self, rows: ObservationBatch, first: int, log: RowLog, *, room: int | None = None
    ) -> list[Found]:
        """Learn from unseen rows as `detectors.monitors.row_consumer.RowConsumer`.

        Parameters
        ----------
        rows, first, log
            As there.
        room
            Further columns that may be watched, where that is less than the options allow.
        """
        self._columns.pace_by(log)
        most = self._options.most_columns
        if room is not None:
            most = min(most, len(self.columns) + room)
        return self._go_on(rows, 0, first, log, most)

    def conclude(self, rows: ObservationBatch, first: int, log: RowLog, stop: Stop) -> list[Found]:
        """Go on from where the fused kernel has stopped.

        Parameters
        ----------
        rows, first, log
            As of `consume`: the rows of which the kernel was given some.
        stop
            Where that was.
        """
        self._columns.pace_by(log)
        given = watched(rows.origin, rows.columns)
        columns = [((each.role, each.name), each) for each in given]
        found = self._at_stop(columns, first, rows.times, stop, log, self.joint_of(rows.origin))
        return found + self._go_on(rows, stop.end, first, log, self._options.most_columns)

    def forget(self, key: ColumnKey, kind: Kind) -> None:
        """Let a column begin anew with its next value, where it is of another kind."""
        self._columns.forget(key, kind)

    def restart(self) -> None:
        """Begin new references for all columns."""
        self._columns.restart()
        self._alerts.recoveries.restart()
        if self.joint is not None:
            self.joint.restart()

    def refer(self, keys: AbstractSet[ColumnKey]) -> None:
        """Take note of another reference from outside, by which some columns begin anew."""
        self._columns.refer(keys)

    def given_outcomes(self) -> dict[ColumnKey, GivenOutcome]:
        """Return what has become of the reference from outside in each column, if there is one."""
        return self._columns.given_outcomes()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "joint": None if self.joint is None else self.joint.state(),
            "recoveries": self._alerts.recoveries.state(),
            **self._columns.state(),
        }

    def restore(self, state: State, rows: int) -> None:
        """Restore a state of the same model, version and options, after so many predictions."""
        if self.joint is not None:
            self.joint.restore(state.get("joint"), rows)
        self._alerts.recoveries.restore(state.get("recoveries"))
        self._columns.restore(state)

    def joint_of(self, origin: Origin) -> JointWatch | None:
        """Return what watches the columns of an origin together: there is one column of errors."""
        return self.joint if origin is Origin.PREDICTIONS else None

    def _go_on(
        self, rows: ObservationBatch, begin: int, first: int, log: RowLog, most: int
    ) -> list[Found]:
        """Learn from rows from one of them on, up to each at which all columns are looked at."""
        joint = self.joint_of(rows.origin)
        found: list[Found] = []
        ahead = LEAST_AHEAD
        while begin < len(rows):
            end = len(rows) if joint is None else min(len(rows), joint.next_look - first)
            steady = None
            if joint is not None:
                steady = self._steady(rows, begin, end, min(len(rows), begin + ahead))
            if steady is None:
                found += self._watch_to(rows, begin, end, first, log, most)
                begin = end
                continue
            row = first + begin
            stop = self._feed.stop_of(steady, row, joint)
            begin, ahead = begin + len(steady.times), 2 * ahead
            if stop is not None:
                found += self._at_stop(steady.columns, row, steady.times, stop, log, joint)
                begin, ahead = row - first + stop.end, LEAST_AHEAD
        return found

    def _steady(
        self, rows: ObservationBatch, begin: int, least: int, most: int
    ) -> SteadyRows | None:
        """Return rows from one of them on, up to one between two; None where there is more to do.

        Such as with a new column: how many there are decides whether they are looked at together.
        """
        part = [each.between(begin, most) for each in watched(rows.origin, rows.columns)]
        known = self._columns.known(ROLES_OF[rows.origin], part, most - begin)
        if known is None:
            return None
        return SteadyRows.of(known, self.columns, rows.times[begin:most], least - begin)

    def _watch_to(
        self, rows: ObservationBatch, begin: int, end: int, first: int, log: RowLog, most: int
    ) -> list[Found]:
        """Learn from rows between two of them, up to the next look, one column after the other."""
        joint, bets = self.joint_of(rows.origin), NO_ROW_BETS
        if joint is not None and joint.is_on:
            bets = RowBets.on(first + begin, end - begin)
        part = [each.between(begin, end) for each in watched(rows.origin, rows.columns)]
        times, roles = rows.times[begin:end], ROLES_OF[rows.origin]
        chosen = list(self._columns.chosen(roles, part, end - begin, most, first + begin))
        changes = self._feed.watch(chosen, first + begin, times, bets)
        return self._told(changes, bets, first + end, int(times[-1]), log, joint)

    def _at_stop(
        self,
        columns: list[tuple[ColumnKey, Column]],
        first: int,
        times: NDArray[np.int64],
        stop: Stop,
        log: RowLog,
        joint: JointWatch | None,
    ) -> list[Found]:
        """Return what there is to tell of rows at which the fused kernel has stopped.

        Parameters
        ----------
        columns, first, times
            The rows that it was given.
        stop
            Where it has stopped among them.
        log, joint
            As of `_told`.
        """
        at, found, begin, end, bets = stop
        rows, time = first + end, int(times[end - 1])
        if (at != QUIET).any():
            own = [(key, column.between(begin, end)) for key, column in columns]
            changes = self._feed.conclude(own, first + begin, times[begin:end], at, found, bets)
            return self._told(changes, bets, rows, time, log, joint)
        return [] if joint is None else self._joint_alerts.found(joint, rows, time, log)

    def _told(
        self,
        changes: list[tuple[Change, ColumnKey]],
        bets: RowBets,
        rows: int,
        time: int,
        log: RowLog,
        joint: JointWatch | None,
    ) -> list[Found]:
        """Return the alerts of what was found up to some row, in the order of the rows.

        Parameters
        ----------
        changes
            Of columns, since the rows before.
        bets
            On the rows.
        rows, time
            The number of the next one, and the event time of the latest.
        log
            Tells where they came from.
        joint
            What watches the columns together.
        """
        changes.sort(key=lambda item: (item[0].row, item[1]))
        alerts = [(change.row, self._alerts.of(key, change, log)) for change, key in changes]
        if joint is None:
            return [Found(*each) for each in alerts]
        found: list[Found] = []
        for row, alert in alerts:
            can_wait = alert.severity is not Severity.CRITICAL
            if can_wait and isinstance(alert, DriftAlert) and joint.holds(row):
                joint.hold(row, told_of(alert, discovered=True))
            else:
                found.append(Found(row, alert))
        # What columns say of the model is told with them.
        joint.settle(bets, [each.row for each in found])
        if rows == joint.next_look:
            blocks = [monitor.reference.block for _, monitor in self._joint_alerts.watched()]
            if joint.look(rows, blocks):
                found += self._joint_alerts.found(joint, rows, time, log)
        return found
