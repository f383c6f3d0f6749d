"""Columns of one model version, watched for drift: the first consumer of its rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache, partial
from typing import Final, NamedTuple

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
from detectors.monitors.fused_kernel import DETECTORS, NO_ROOM, QUIET, rows_of, watch_columns
from detectors.monitors.given import ColumnKey, Given, NothingGiven
from detectors.monitors.joint_look import FEWEST_COLUMNS
from detectors.monitors.joint_watch import Event, JointWatch
from detectors.monitors.kind_choice import CHOICE_OF
from detectors.monitors.limits import Allowance
from detectors.monitors.missing_columns import absent
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_bets import NO_ROW_BETS, RowBets
from detectors.monitors.row_consumer import Found
from detectors.performance.labelled_rows import NAME, are_labelled
from detectors.reference.column_block import RECENT
from detectors.reference.given import GivenOutcome
from detectors.reference.seeds import Seeds
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.alert import Alert, Severity
from schemas.events.detector_report import Stream
from schemas.events.drift_alert import DriftAlert
from schemas.events.event import LONGEST_NAME
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin
from schemas.tables.retyping import retyped

ROLES_OF: Final = {
    Origin.PREDICTIONS: frozenset({Role.FEATURE, Role.PREDICTION, Role.SCORE}),
    Origin.LABELS: frozenset({Role.ERROR}),
    Origin.REPEATS: frozenset(),
}

ERROR: Final[ColumnKey] = (Role.ERROR, NAME)

MOST_REFUSED: Final = 100
"""Refused features of a model version that are told apart; further ones are not counted."""

_UNDECIDED: Final = {None, GivenOutcome.AWAITED, GivenOutcome.NOT_GIVEN}


def watched(origin: Origin, columns: Sequence[Column]) -> list[Column]:
    """Return those of the columns of some rows that are watched for drift."""
    return [column for column in columns if column.role in ROLES_OF[origin]]


def watched_keys(origin: Origin, columns: Sequence[Column]) -> frozenset[ColumnKey]:
    """Return the columns that some rows bring to watch, that of errors yet to be made included."""
    if are_labelled(columns):
        return frozenset({ERROR})
    return frozenset((column.role, column.name) for column in watched(origin, columns))


class Stop(NamedTuple):
    """Where the fused kernel has stopped among the rows of a model.

    Attributes
    ----------
    at, found
        Shapes ``(c,)`` and ``(c, 6, 5)``: what it gave for each watched column of the rows.
    begin, end
        The rows that it was given last; it found nothing in those before them.
    bets
        On these, not settled yet where it has found anything.
    """

    at: NDArray[np.int64]
    found: NDArray[np.float64]
    begin: int
    end: int
    bets: RowBets


class DriftWatch:
    """Columns of one model version, from their first value of any quality on, and their changes.

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
    columns
        The watched columns, in the order in which they came.
    joint
        Watches all of them but that of errors together; None where the options say so.
    """

    def __init__(
        self, identity: ModelVersion, options: MonitorOptions, given: Given | None = None
    ) -> None:
        self.columns: dict[ColumnKey, ColumnMonitor] = {}
        self._given = given or NothingGiven()
        self._identity = identity
        self._options = options
        self._refused: dict[ColumnKey, None] = {}
        self._first_rows: dict[ColumnKey, int] = {}
        self._recoveries = Recoveries()
        self._log: RowLog | None = None
        self.joint = (
            None
            if options.joint_limit == 0.0
            else JointWatch(options.joint_limit, options.drift_alarms)
        )

    @property
    def refused_columns(self) -> int:
        """Columns that are not watched because there are too many, counted up to 100."""
        return len(self._refused)

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
        self._log = log
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
        self._log = log
        at, found, begin, end, bets = stop
        joint = self.joint_of(rows.origin)
        concluded: list[Found] = []
        if (at != QUIET).any():
            given = watched(rows.origin, rows.columns)
            columns = [((each.role, each.name), each.between(begin, end)) for each in given]
            times = rows.times[begin:end]
            changes = self._conclude(columns, first + begin, times, at, found, bets)
            concluded = self._told(changes, bets, first + end, int(times[-1]), log, joint)
        elif joint is not None:
            concluded = self._together(joint, first + end, int(rows.times[end - 1]), log)
        return concluded + self._go_on(rows, end, first, log, self._options.most_columns)

    def forget(self, key: ColumnKey, kind: Kind) -> None:
        """Let a column begin anew with its next value, where it is of another kind."""
        if key in self.columns and self.columns[key].kind is not kind:
            del self.columns[key], self._first_rows[key]

    def restart(self) -> None:
        """Begin new references for all columns."""
        for key, monitor in self.columns.items():
            monitor.restart()
            monitor.expect(self._given.outcome(key))
        self._recoveries.restart()
        if self.joint is not None:
            self.joint.restart()

    def refer(self, keys: AbstractSet[ColumnKey]) -> None:
        """Take note of another reference from outside, by which some columns begin anew."""
        for key, monitor in self.columns.items():
            outcome = self._given.outcome(key)
            if key in keys:
                monitor.restart()
                monitor.expect(outcome)
            elif monitor.given_outcome in _UNDECIDED and outcome is not GivenOutcome.AWAITED:
                monitor.expect(outcome)

    def given_outcomes(self) -> dict[ColumnKey, GivenOutcome]:
        """Return what has become of the reference from outside in each column, if there is one."""
        outcomes = {
            key: GivenOutcome.NOT_SEEN for key in self._given.columns() if key not in self.columns
        }
        for key, monitor in self.columns.items():
            if monitor.given_outcome is not None:
                outcomes[key] = monitor.given_outcome
        return outcomes

    def state(self) -> State:
        """Return the whole state."""
        return {
            "joint": None if self.joint is None else self.joint.state(),
            "recoveries": self._recoveries.state(),
            "refused": [[str(role), name] for role, name in self._refused],
            "columns": [
                {
                    "role": str(role),
                    "name": name,
                    "first_row": self._first_rows[role, name],
                    "monitor": monitor.state(),
                }
                for (role, name), monitor in self.columns.items()
            ],
        }

    def restore(self, state: State, rows: int) -> None:
        """Restore a state of the same model, version and options, after so many predictions."""
        if self.joint is not None:
            self.joint.restore(state.get("joint"), rows)
        self._recoveries.restore(state.get("recoveries"))
        self._refused = {(Role(role), name): None for role, name in state["refused"]}
        self.columns, self._first_rows = {}, {}
        for column in state["columns"]:
            key = _shared((Role(column["role"]), column["name"]))
            self.columns[key] = self._new_monitor(key)
            self._first_rows[key] = column.get("first_row", 0)
        # Last: how many there are decides what a budget comes to.
        for column, monitor in zip(state["columns"], self.columns.values(), strict=True):
            monitor.restore(column["monitor"])

    def joint_of(self, origin: Origin) -> JointWatch | None:
        """Return what watches the columns of an origin together: there is one column of errors."""
        return self.joint if origin is Origin.PREDICTIONS else None

    def _go_on(
        self, rows: ObservationBatch, begin: int, first: int, log: RowLog, most: int
    ) -> list[Found]:
        """Learn from rows from one of them on, up to each at which all columns are looked at."""
        joint = self.joint_of(rows.origin)
        found: list[Found] = []
        while begin < len(rows):
            end, bets = len(rows), NO_ROW_BETS
            if joint is not None:
                end = min(end, joint.next_look - first)
                if joint.is_on:
                    bets = RowBets.on(first + begin, end - begin)
            part = [each.between(begin, end) for each in watched(rows.origin, rows.columns)]
            times = rows.times[begin:end]
            chosen = list(self._chosen(rows.origin, part, end - begin, most, first + begin))
            changes = self._watch(chosen, first + begin, times, bets)
            found += self._told(changes, bets, first + end, int(times[-1]), log, joint)
            begin = end
        return found

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
        defaults = self.columns[ready[0][0]].defaults
        if defaults is None:
            raise RuntimeError("only columns with the default detectors have an address")
        own = [
            retyped(column, self.columns[key].kind, self._options.spellings)
            for key, column in ready
        ]
        rows = rows_of(own, times)
        for number, ((key, _), column) in enumerate(zip(ready, own, strict=True)):
            if column.kind is Kind.CATEGORY:
                rows.values[number] = self.columns[key].numbers(column)
        found = np.empty((1, len(ready), DETECTORS, 5))
        at = np.empty((1, len(ready)), dtype=np.int64)
        bounds = np.array([[0, rows.values.shape[1]]])
        nobody = np.zeros(1, dtype=np.int64)
        watch_columns(
            addresses[np.newaxis],
            *(*rows, bounds, np.array([first]), *defaults.settings),
            *(nobody, bets.rows, found, at, np.zeros((1, 3), dtype=np.int64)),
        )
        return self._conclude(ready, first, times, at[0], found[0], bets)

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
        roles = ROLES_OF[Origin.PREDICTIONS]
        return [each for each in self.columns.items() if each[0][0] in roles]

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

    def _chosen(
        self, origin: Origin, columns: Sequence[Column], rows: int, most: int, first: int
    ) -> Iterator[tuple[ColumnKey, Column, int]]:
        """Yield for each watched column the observed one, and the row to start at."""
        observed = {
            (column.role, column.name): column
            for column in columns
            if column.role is not Role.FEATURE or column.name not in self._options.ignored
        }
        starts = self._admit(observed, most, first)
        roles = ROLES_OF[origin]
        for key, monitor in self.columns.items():
            if key[0] not in roles:
                continue
            column = observed.get(key)
            if column is None:
                yield key, absent(*key, monitor.kind, rows), 0
            else:
                yield key, column, starts.get(key, 0)

    def _admit(
        self, observed: Mapping[ColumnKey, Column], most: int, first_row: int
    ) -> dict[ColumnKey, int]:
        """Begin to watch new columns, to ``most`` in all; return the row of each first value."""
        arrivals = []
        for key in observed.keys() - self.columns.keys():
            first = _first_present(observed[key])
            if first < len(observed[key].values):
                arrivals.append((first, key[0] is Role.FEATURE, key))
        starts = {}
        # By row, then by name, the features last: where there is not room for all, who comes in
        # must not depend on the batches, and what the model says matters more than one feature.
        for first, _, key in sorted(arrivals):
            # A name without a bound would make an alert that no broker takes.
            fits = len(key[1]) <= LONGEST_NAME
            if fits and len(self.columns) < most:
                # Other versions have columns of the same names: one object for all of them.
                monitor = self.columns[_shared(key)] = self._new_monitor(_shared(key))
                monitor.expect(self._given.outcome(key))
                starts[key] = first
                self._first_rows[_shared(key)] = first_row + first
            elif len(self._refused) < MOST_REFUSED:
                self._refused[key[0], key[1][:LONGEST_NAME]] = None
        return starts

    def _new_monitor(self, key: ColumnKey) -> ColumnMonitor:
        role, name = key
        options, is_feature = self._options, role is Role.FEATURE
        declared = options.kinds.get(name) if is_feature else None
        return ColumnMonitor(
            kinds=CHOICE_OF[role] if declared is None else (declared,),
            detectors=self._options.detectors,
            burn_in=self._options.burn_in,
            bins=self._options.bins,
            spellings=self._options.spellings,
            # Errors that stay away are no fault.
            finds_faults=role is not Role.ERROR,
            allowance=Allowance(
                self._options.drift_alarms, partial(self._sharing, key), self._pace
            ),
            told=options.seasons.get(name, options.season) if is_feature else options.season,
            seed=Seeds(self._identity, key),
            given=partial(self._given.column, key),
        )

    def _sharing(self, key: ColumnKey, row: int | None) -> int:
        """Return among how many the budget of the model is shared at a row of one of its columns.

        The errors are one of them from the beginning on, for labels come late.
        """
        if row is None or key == ERROR:
            count = len(self.columns.keys() | {ERROR, key})
        else:
            # Not those that come with a later row of the same batch.
            others = self._first_rows.items()
            count = 1 + sum(first <= row for other, first in others if other != ERROR)
        # What watches them together has as much as all of them.
        return count if self.joint is None or count <= FEWEST_COLUMNS else 2 * count

    def _pace(self, first: int, last: int) -> float:
        """Return the rows in a millisecond of event time between two rows of the latest log."""
        if self._log is None:
            raise RuntimeError("rows come with the log that they are in")
        return self._log.pace(first, last)

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


@lru_cache(maxsize=2**16)
def _shared(key: ColumnKey) -> ColumnKey:
    """Return the same object for equal keys."""
    return key


def _first_present(column: Column) -> int:
    """Return the first row that has the column, whatever its value; the rows where none has."""
    if column.flags is None:
        return 0
    present = np.flatnonzero(column.flags != Flag.ABSENT)
    return int(present[0]) if len(present) else len(column.flags)
