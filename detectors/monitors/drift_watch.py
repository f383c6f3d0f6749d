"""Columns of one model version, watched for drift: the first consumer of its rows."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.drift_alert import alert_of
from detectors.alerts.quality_alert import quality_alert_of, values_alert_of
from detectors.alerts.quality_change import QualityChange
from detectors.alerts.sighting import Sighting
from detectors.alerts.values_change import ValuesChange
from detectors.monitors.column_monitor import Change, ColumnMonitor
from detectors.monitors.fused_kernel import DETECTORS, NO_ROOM, QUIET, rows_of, watch_columns
from detectors.monitors.kind_choice import CHOICE_OF
from detectors.monitors.limits import Allowance
from detectors.monitors.missing_columns import absent
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_consumer import Found
from detectors.performance.labelled_rows import NAME, are_labelled
from detectors.reference.seeds import Seeds
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.alert import Alert
from schemas.events.event import LONGEST_NAME
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, Origin
from schemas.tables.retyping import retyped

ColumnKey = tuple[Role, str]

ROLES_OF: Final = {
    Origin.PREDICTIONS: frozenset({Role.FEATURE, Role.PREDICTION, Role.SCORE}),
    Origin.LABELS: frozenset({Role.ERROR}),
}

ERROR: Final[ColumnKey] = (Role.ERROR, NAME)

MOST_REFUSED: Final = 100
"""Refused features of a model version that are told apart; further ones are not counted."""


def watched(origin: Origin, columns: Sequence[Column]) -> list[Column]:
    """Return those of the columns of some rows that are watched for drift."""
    return [column for column in columns if column.role in ROLES_OF[origin]]


def watched_keys(origin: Origin, columns: Sequence[Column]) -> frozenset[ColumnKey]:
    """Return the columns that some rows bring to watch, that of errors yet to be made included."""
    if are_labelled(columns):
        return frozenset({ERROR})
    return frozenset((column.role, column.name) for column in watched(origin, columns))


class DriftWatch:
    """Columns of one model version, from their first value of any quality on, and their changes.

    Parameters
    ----------
    identity
        Model and version; one object for all columns.
    options
        How to watch them.

    Attributes
    ----------
    columns
        The watched columns, in the order in which they came.
    """

    def __init__(self, identity: ModelVersion, options: MonitorOptions) -> None:
        self.columns: dict[ColumnKey, ColumnMonitor] = {}
        self._identity = identity
        self._options = options
        self._refused: dict[ColumnKey, None] = {}
        self._first_rows: dict[ColumnKey, int] = {}
        self._log: RowLog | None = None

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
        return self._found(
            self._watch(list(self._chosen(rows, most, first)), first, rows.times), log
        )

    def conclude(
        self,
        rows: ObservationBatch,
        first: int,
        log: RowLog,
        at: NDArray[np.int64],
        found: NDArray[np.float64],
    ) -> list[Found]:
        """Go on from where the fused kernel has found something in the columns.

        Parameters
        ----------
        rows, first, log
            As of `consume`: the rows that the kernel was given.
        at, found
            Shapes ``(c,)`` and ``(c, 5, 5)``: what it gave for each watched column of the rows.
        """
        self._log = log
        columns = [((each.role, each.name), each) for each in watched(rows.origin, rows.columns)]
        return self._found(self._conclude(columns, first, rows.times, at, found), log)

    def forget(self, key: ColumnKey, kind: Kind) -> None:
        """Let a column begin anew with its next value, where it is of another kind."""
        if key in self.columns and self.columns[key].kind is not kind:
            del self.columns[key], self._first_rows[key]

    def restart(self) -> None:
        """Begin new references for all columns."""
        for monitor in self.columns.values():
            monitor.restart()

    def state(self) -> State:
        """Return the whole state."""
        return {
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

    def restore(self, state: State) -> None:
        """Restore a state of the same model, version and options."""
        self._refused = {(Role(role), name): None for role, name in state["refused"]}
        self.columns, self._first_rows = {}, {}
        for column in state["columns"]:
            key = _shared((Role(column["role"]), column["name"]))
            self.columns[key] = self._new_monitor(key)
            self._first_rows[key] = column.get("first_row", 0)
        # Last: how many there are decides what a budget comes to.
        for column, monitor in zip(state["columns"], self.columns.values(), strict=True):
            monitor.restore(column["monitor"])

    def _watch(
        self, chosen: list[tuple[ColumnKey, Column, int]], first: int, times: NDArray[np.int64]
    ) -> list[tuple[Change, ColumnKey]]:
        """Feed columns that begin at some row of a batch; return their drifts."""
        found: list[tuple[Change, ColumnKey]] = []
        ready: list[tuple[ColumnKey, Column]] = []
        addresses: list[int] = []
        for key, column, start in chosen:
            monitor = self.columns[key]
            address = monitor.pin(column.kind) if start == 0 else None
            if address is None:
                drifts = monitor.update(column.since(start), first + start, times[start:])
                found += [(drift, key) for drift in drifts]
            else:
                ready.append((key, column))
                addresses.append(address)
        if ready:
            found += self._watch_columns(ready, np.array(addresses), first, times)
        return found

    def _watch_columns(
        self,
        ready: list[tuple[ColumnKey, Column]],
        addresses: NDArray[np.int64],
        first: int,
        times: NDArray[np.int64],
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
        watch_columns(
            addresses[np.newaxis], *rows, bounds, np.array([first]), *defaults.settings, found, at
        )
        return self._conclude(ready, first, times, at[0], found[0])

    def _conclude(
        self,
        columns: list[tuple[ColumnKey, Column]],
        first: int,
        times: NDArray[np.int64],
        at: NDArray[np.int64],
        found: NDArray[np.float64],
    ) -> list[tuple[Change, ColumnKey]]:
        concluded = []
        for number in np.flatnonzero(at != QUIET).tolist():
            key, column = columns[number]
            monitor = self.columns[key]
            if at[number] == NO_ROOM:
                drifts = monitor.update(column, first, times)
            else:
                drifts = monitor.conclude(column, first, found[number], times)
            concluded += [(drift, key) for drift in drifts]
        return concluded

    def _found(self, changes: list[tuple[Change, ColumnKey]], log: RowLog) -> list[Found]:
        """Return the alerts of what was found in the latest rows, in the order of the rows."""
        changes.sort(key=lambda item: (item[0].row, item[1]))
        return [Found(change.row, self._alert(key, change, log)) for change, key in changes]

    def _chosen(
        self, batch: ObservationBatch, most: int, first: int
    ) -> Iterator[tuple[ColumnKey, Column, int]]:
        """Yield for each watched column the observed one, and the row to start at."""
        observed = {
            (column.role, column.name): column
            for column in watched(batch.origin, batch.columns)
            if column.role is not Role.FEATURE or column.name not in self._options.ignored
        }
        starts = self._admit(observed, most, first)
        roles = ROLES_OF[batch.origin]
        for key, monitor in self.columns.items():
            if key[0] not in roles:
                continue
            column = observed.get(key)
            if column is None:
                yield key, absent(*key, monitor.kind, len(batch)), 0
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
                self.columns[_shared(key)] = self._new_monitor(_shared(key))
                starts[key] = first
                self._first_rows[_shared(key)] = first_row + first
            elif len(self._refused) < MOST_REFUSED:
                self._refused[key[0], key[1][:LONGEST_NAME]] = None
        return starts

    def _new_monitor(self, key: ColumnKey) -> ColumnMonitor:
        role, name = key
        declared = self._options.kinds.get(name) if role is Role.FEATURE else None
        return ColumnMonitor(
            kinds=CHOICE_OF[role] if declared is None else (declared,),
            detectors=self._options.detectors,
            burn_in=self._options.burn_in,
            bins=self._options.bins,
            spellings=self._options.spellings,
            # Errors that stay away are no fault.
            finds_faults=role is not Role.ERROR,
            allowance=Allowance(
                self._options.false_alarms, partial(self._sharing, key), self._pace
            ),
            seasonal=self._options.seasonal,
            seed=Seeds(self._identity, key),
        )

    def _sharing(self, key: ColumnKey, row: int | None) -> int:
        """Return how many columns share the budget of the model at a row of one of them.

        The errors are one of them from the beginning on, for labels come late.
        """
        if row is None or key == ERROR:
            return len(self.columns.keys() | {ERROR, key})
        # Not those that come with a later row of the same batch.
        others = self._first_rows.items()
        return 1 + sum(first <= row for other, first in others if other != ERROR)

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
            critical=role is Role.FEATURE and name in self._options.critical,
            change_at=log.position(change.change_row, known_at=change.row),
            detected_at=log.position(change.row, known_at=change.row),
        )
        if isinstance(change, QualityChange):
            return quality_alert_of(change, sighting)
        if isinstance(change, ValuesChange):
            return values_alert_of(change, sighting)
        return alert_of(change, sighting)


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
