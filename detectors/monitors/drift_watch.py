"""Columns of one model version, watched for drift: the first consumer of its rows."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.drift import Finding
from detectors.alerts.drift_alert import alert_of
from detectors.alerts.model_alert import Told, model_alert_of, told_of
from detectors.alerts.quality_alert import quality_alert_of, values_alert_of
from detectors.alerts.quality_change import QualityChange
from detectors.alerts.recoveries import Recoveries
from detectors.alerts.sighting import Sighting
from detectors.alerts.values_change import ValuesChange
from detectors.algorithms.contract import Detection
from detectors.algorithms.joint_bets import JointBets
from detectors.monitors.column_monitor import Change, ColumnMonitor
from detectors.monitors.default_detectors import Settings
from detectors.monitors.fused_judging import DETECTORS
from detectors.monitors.fused_kernel import watch_columns
from detectors.monitors.fused_outcome import NO_ROOM, QUIET
from detectors.monitors.fused_rows import Rows, rows_of
from detectors.monitors.fused_stops import Stop, stops_of
from detectors.monitors.given import ColumnKey, Given, NothingGiven
from detectors.monitors.joint_watch import Event, JointWatch
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_bets import NO_ROW_BETS, RowBets
from detectors.monitors.row_consumer import Found
from detectors.monitors.steady_rows import SteadyRows
from detectors.monitors.watched_columns import ERROR, WatchedColumns
from detectors.performance.labelled_rows import are_labelled
from detectors.reference.column_block import RECENT
from detectors.reference.given import GivenOutcome
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.alert import Alert, Severity
from schemas.events.detector_report import Stream
from schemas.events.drift_alert import DriftAlert
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin
from schemas.tables.retyping import retyped

ROLES_OF: Final = {
    Origin.PREDICTIONS: frozenset({Role.FEATURE, Role.PREDICTION, Role.SCORE}),
    Origin.LABELS: frozenset({Role.ERROR}),
    Origin.REPEATS: frozenset(),
}


LEAST_AHEAD: Final = 1024
"""Rows that are fed to all columns at once after the kernel has stopped; twice as many each time
that it does not stop in them, for where it does it may have fed them for nothing."""


def watched(origin: Origin, columns: Sequence[Column]) -> list[Column]:
    """Return those of the columns of some rows that are watched for drift."""
    return [column for column in columns if column.role in ROLES_OF[origin]]


def watched_keys(origin: Origin, columns: Sequence[Column]) -> frozenset[ColumnKey]:
    """Return the columns that some rows bring to watch, that of errors yet to be made included."""
    if are_labelled(columns):
        return frozenset({ERROR})
    return frozenset((column.role, column.name) for column in watched(origin, columns))


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
        self._identity = identity
        self._options = options
        self._columns = WatchedColumns(identity, options, given or NothingGiven())
        self._recoveries = Recoveries()
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
        self._recoveries.restart()
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
            "recoveries": self._recoveries.state(),
            **self._columns.state(),
        }

    def restore(self, state: State, rows: int) -> None:
        """Restore a state of the same model, version and options, after so many predictions."""
        if self.joint is not None:
            self.joint.restore(state.get("joint"), rows)
        self._recoveries.restore(state.get("recoveries"))
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
            stop = self._stop(steady, row, joint)
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
        changes = self._watch(chosen, first + begin, times, bets)
        return self._told(changes, bets, first + end, int(times[-1]), log, joint)

    def _stop(self, steady: SteadyRows, first: int, joint: JointWatch | None) -> Stop | None:
        """Feed rows to all columns of a model at once; return where the kernel has stopped."""
        columns, addresses, times = steady
        return stops_of(
            addresses,
            self._rows_of(columns, times),
            np.array([[0, len(times)]]),
            np.array([first]),
            _settings_of(self.columns[columns[0][0]]),
            [joint],
        )[0]

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
            changes = self._conclude(own, first + begin, times[begin:end], at, found, bets)
            return self._told(changes, bets, rows, time, log, joint)
        return [] if joint is None else self._together(joint, rows, time, log)

    def _watch(
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
            monitor = self.columns[key]
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
            *(*rows, bounds, np.array([first]), *_settings_of(self.columns[ready[0][0]])),
            *(nobody, bets.rows, found, at, np.zeros((1, 3), dtype=np.int64)),
        )
        return self._conclude(ready, first, times, at[0], found[0], bets)

    def _rows_of(self, columns: list[tuple[ColumnKey, Column]], times: NDArray[np.int64]) -> Rows:
        """Return rows as the columns are watched, categories by their numbers."""
        own = [
            retyped(column, self.columns[key].kind, self._options.spellings)
            for key, column in columns
        ]
        rows = rows_of(own, times)
        for number, ((key, _), column) in enumerate(zip(columns, own, strict=True)):
            if column.kind is Kind.CATEGORY:
                rows.values[number] = self.columns[key].numbers(column)
        return rows

    def _conclude(
        self,
        columns: list[tuple[ColumnKey, Column]],
        first: int,
        times: NDArray[np.int64],
        at: NDArray[np.int64],
        found: NDArray[np.float64],
        bets: RowBets,
    ) -> list[tuple[Change, ColumnKey]]:
        concluded = []
        for number in np.flatnonzero(at != QUIET).tolist():
            key, column = columns[number]
            monitor = self.columns[key]
            if at[number] == NO_ROOM:
                drifts = monitor.update(column, first, times, bets)
            else:
                drifts = monitor.conclude(column, first, found[number], times, bets)
            concluded += [(drift, key) for drift in drifts]
        return concluded

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
        alerts = [(change.row, self._alert(key, change, log)) for change, key in changes]
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
            blocks = [monitor.reference.block for _, monitor in self._together_watched()]
            if joint.look(rows, blocks):
                found += self._together(joint, rows, time, log)
        return found

    def _together_watched(self) -> list[tuple[ColumnKey, ColumnMonitor]]:
        return self._columns.of(ROLES_OF[Origin.PREDICTIONS])

    def _together(self, joint: JointWatch, rows: int, time: int, log: RowLog) -> list[Found]:
        """Return the alert of what columns say together, if they do, and begin anew.

        Parameters
        ----------
        joint
            What has something to say.
        rows, time
            How many rows there were, and the event time of the latest.
        log
            Tells where they came from.
        """
        row, told, restarted = rows - 1, joint.pending, len(joint.pending)
        won, statistic = joint.has_won, joint.statistic
        if won:
            left, begun = self._left(joint.limit, row, time, log, alone=not told)
            told, restarted = told + left, restarted + begun
        limit = joint.limit
        joint.told(rows)
        # Of columns that have begun anew since, which was told then.
        if not told:
            return []
        alert = model_alert_of(
            self._identity,
            told,
            log.position(row, known_at=row),
            changed=len(told),
            watched=len(self._together_watched()),
            restarted=restarted,
            by_model=won,
            statistic=statistic,
            limit=limit,
        )
        return [Found(row, alert)]

    def _left(
        self, limit: float, row: int, time: int, log: RowLog, *, alone: bool
    ) -> tuple[list[Told], int]:
        """Begin new references after a row; return what to tell of columns, and how many begin.

        Parameters
        ----------
        limit
            What the model's statistic has reached.
        row, time
            The latest row, and its event time.
        log
            Tells where rows came from.
        alone
            Whether nothing waits to be told that may have been it.
        """
        columns = self._together_watched()
        keys = [key for key, _ in columns]
        event = Event.of([monitor.reference.block for _, monitor in columns], limit)
        listed = event.listed(keys)
        if not listed and alone:
            # All together have changed, none of them clearly.
            event, listed = event._replace(whole=True), event.most_leaning(keys)
        if event.whole:
            # What is critical does not begin anew without a word.
            listed += self._critical_among(keys, listed)
        told: list[Told] = []
        for number in listed:
            key, monitor = columns[number]
            statistic = float(event.statistics[number])
            detection = Detection(0, statistic, limit, np.nan, np.nan, RECENT)
            stream = Stream.SPREAD if event.is_spread(number) else Stream.LOCATION
            drift = monitor.leave(row, time, Finding(JointBets(limit), stream, detection))
            alert = None if drift is None else self._alert(key, drift, log)
            if isinstance(alert, DriftAlert):
                told.append(told_of(alert, discovered=number in event.discovered))
        others = set(range(len(keys))).difference(listed) if event.whole else set[int]()
        ready = [columns[each][1] for each in others if columns[each][1].reference.ready]
        for monitor in ready:
            monitor.restart_values(told=True)
        return told, len(listed) + len(ready)

    def _critical_among(self, keys: Sequence[ColumnKey], but: Collection[int]) -> list[int]:
        """Return the critical features with a reference, by their numbers, but for some."""
        return [
            number
            for number in sorted(set(range(len(keys))).difference(but), key=keys.__getitem__)
            if self._is_critical(keys[number]) and self.columns[keys[number]].reference.ready
        ]

    def _is_critical(self, key: ColumnKey) -> bool:
        return key[0] is Role.FEATURE and key[1] in self._options.critical

    def _alert(self, key: ColumnKey, change: Change, log: RowLog) -> Alert:
        role, name = key
        sighting = Sighting(
            *self._identity,
            role,
            name,
            critical=self._is_critical(key),
            change_at=log.position(change.change_row, known_at=change.row),
            detected_at=log.position(change.row, known_at=change.row),
            learns_on=self._options.learns_on,
        )
        if isinstance(change, QualityChange):
            return quality_alert_of(change, sighting)
        if isinstance(change, ValuesChange):
            return values_alert_of(change, sighting)
        alert = alert_of(change, sighting)
        return self._recoveries.noted(alert) if role is Role.ERROR else alert


def _settings_of(monitor: ColumnMonitor) -> Settings:
    """Return the settings of the default detectors, which all columns with an address have."""
    if monitor.defaults is None:
        raise RuntimeError("only columns with the default detectors have an address")
    return monitor.defaults.settings
