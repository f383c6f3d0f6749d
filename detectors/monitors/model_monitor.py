"""Watches one model version: observation batches in, alerts out."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.alerts.alert import alert_of
from detectors.alerts.drift import Drift
from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.fused_kernel import NO_ROOM, QUIET, rows_of, watch_columns
from detectors.monitors.fused_plan import FusedPlan, Layout, plan_of
from detectors.monitors.missing_columns import absent, mistyped
from detectors.monitors.options import MonitorOptions
from detectors.reference.seeds import Seeds
from detectors.rows.row_log import RowLog
from detectors.snapshots.tree import State
from schemas.events.alert import Alert
from schemas.events.event import LONGEST_NAME
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.observations import ObservationBatch, Origin, Source

ColumnKey = tuple[Role, str]

ROLES_OF: Final = {
    Origin.PREDICTIONS: frozenset({Role.FEATURE, Role.PREDICTION, Role.SCORE}),
    Origin.LABELS: frozenset({Role.ERROR}),
}

MOST_REFUSED: Final = 100
"""Refused features of a model version that are told apart; further ones are not counted."""


class ModelMonitor:
    """Watches every column of one model version.

    Columns are watched from their first usable value on. A batch gives exactly what its rows give
    one at a time, state and alerts alike, and rows that were counted before are dropped.

    Parameters
    ----------
    model, version
        Whose rows these are.
    options
        How to watch them.

    Attributes
    ----------
    columns
        The watched columns, in the order in which they came.
    replayed_rows
        Rows that came again since this object was made; no part of the state.
    renewed
        Source partitions whose offsets began anew since this object was made; no part of the state.
    restarts
        Times that `restart` was called of this object; no part of the state.
    options
        As given.
    """

    def __init__(self, model: str, version: str, options: MonitorOptions) -> None:
        self.model = model
        self.version = version
        self.columns: dict[ColumnKey, ColumnMonitor] = {}
        self.replayed_rows = 0
        self.renewed: set[Source] = set()
        self.restarts = 0
        self.options = options
        # One object for all columns.
        self._identity = model, version
        self._refused: dict[ColumnKey, None] = {}
        self._logs = {origin: RowLog() for origin in Origin}
        self._plans: dict[Origin, FusedPlan] = {}

    @property
    def rows(self) -> int:
        """Predictions counted so far."""
        return self._logs[Origin.PREDICTIONS].rows

    @property
    def labelled_rows(self) -> int:
        """Labelled predictions counted so far."""
        return self._logs[Origin.LABELS].rows

    @property
    def all_rows(self) -> int:
        """Rows counted so far, of predictions and of labelled ones."""
        return sum(log.rows for log in self._logs.values())

    @property
    def newest(self) -> int:
        """The latest event time of all rows, milliseconds since the epoch; -1 before the first."""
        return max(log.newest for log in self._logs.values())

    @property
    def has_reference(self) -> bool:
        """Whether the burn-in of any column is complete."""
        return any(column.reference.ready for column in self.columns.values())

    @property
    def refused_columns(self) -> int:
        """Columns that are not watched because there are too many, counted up to 100."""
        return len(self._refused)

    def update(self, batch: ObservationBatch, *, room: int | None = None) -> list[Alert]:
        """Take a batch of this model version; return the alerts in the order of their rows.

        Parameters
        ----------
        batch
            The rows.
        room
            Further columns that may be watched, where that is less than the options allow.
        """
        log = self._logs[batch.origin]
        unseen = log.unseen(batch)
        self.replayed_rows += len(batch) - len(unseen)
        if len(unseen) == 0:
            return []
        self._plans.clear()
        self.renewed |= log.renewed_by(unseen)
        first = log.append(unseen)
        most = self.options.most_columns
        if room is not None:
            most = min(most, len(self.columns) + room)
        found = self._watch(list(self._chosen(unseen, most)), first)
        return self._alerts(found, log)

    def fused_plan(self, layout: Layout, origin: Origin) -> FusedPlan | None:
        """Return where the state of all columns of an origin lies; None where there is more to do.

        Valid until the next update, conclusion, restart or restoration.
        """
        known = self._plans.get(origin)
        if known is None or known.layout is not layout:
            known = plan_of(layout, self.columns, ROLES_OF[origin], self._logs[origin])
            if known is None:
                return None
            self._plans[origin] = known
        return known

    def conclude(
        self, batch: ObservationBatch, first: int, at: NDArray[np.int64], found: NDArray[np.float64]
    ) -> list[Alert]:
        """Go on from where the fused kernel has found something in a steady model's columns.

        Parameters
        ----------
        batch
            The unseen rows that it was given, which the log holds by now, numbered from ``first``.
        at, found
            Shapes ``(c,)`` and ``(c, 4, 5)``: what it gave for each column of the batch.
        """
        self._plans.clear()
        keys = [(column.role, column.name) for column in batch.columns]
        drifts = self._conclude(list(zip(keys, batch.columns, strict=True)), first, at, found)
        return self._alerts(drifts, self._logs[batch.origin])

    def restart(self) -> None:
        """Begin new references for all columns."""
        self._plans.clear()
        self.restarts += 1
        for monitor in self.columns.values():
            monitor.restart()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "refused": [[str(role), name] for role, name in self._refused],
            "logs": {str(origin): log.state() for origin, log in self._logs.items()},
            "columns": [
                {"role": str(role), "name": name, "monitor": monitor.state()}
                for (role, name), monitor in self.columns.items()
            ],
        }

    def restore(self, state: State) -> None:
        """Take over a state of a monitor of the same model, version and options."""
        self._plans.clear()
        self._refused = {(Role(role), name): None for role, name in state["refused"]}
        for origin, log in self._logs.items():
            log.restore(state["logs"][str(origin)])
        self.columns = {}
        for column in state["columns"]:
            key = _shared((Role(column["role"]), column["name"]))
            self.columns[key] = self._new_monitor(key, Kind(column["monitor"]["kind"]))
            self.columns[key].restore(column["monitor"])

    def _watch(
        self, chosen: list[tuple[ColumnKey, Column, int]], first: int
    ) -> list[tuple[Drift, ColumnKey]]:
        """Feed columns that begin at some row of a batch; return their drifts."""
        found: list[tuple[Drift, ColumnKey]] = []
        ready: list[tuple[ColumnKey, Column]] = []
        addresses: list[int] = []
        for key, column, start in chosen:
            monitor = self.columns[key]
            address = monitor.pin() if start == 0 else None
            if address is None:
                drifts = monitor.update(column.since(start), first + start)
                found += [(drift, key) for drift in drifts]
            else:
                ready.append((key, column))
                addresses.append(address)
        if ready:
            found += self._watch_columns(ready, np.array(addresses), first)
        return found

    def _watch_columns(
        self, ready: list[tuple[ColumnKey, Column]], addresses: NDArray[np.int64], first: int
    ) -> list[tuple[Drift, ColumnKey]]:
        defaults = self.columns[ready[0][0]].defaults
        if defaults is None:
            raise RuntimeError("only columns with the default detectors have an address")
        rows = rows_of([column for _, column in ready])
        for number, (key, column) in enumerate(ready):
            if column.kind is Kind.CATEGORY:
                rows.values[number] = self.columns[key].numbers(column)
        found = np.empty((1, len(ready), 4, 5))
        at = np.empty((1, len(ready)), dtype=np.int64)
        bounds = np.array([[0, rows.values.shape[1]]])
        watch_columns(
            addresses[np.newaxis], *rows, bounds, np.array([first]), *defaults.settings, found, at
        )
        return self._conclude(ready, first, at[0], found[0])

    def _conclude(
        self,
        columns: list[tuple[ColumnKey, Column]],
        first: int,
        at: NDArray[np.int64],
        found: NDArray[np.float64],
    ) -> list[tuple[Drift, ColumnKey]]:
        concluded = []
        for number in np.flatnonzero(at != QUIET).tolist():
            key, column = columns[number]
            monitor = self.columns[key]
            if at[number] == NO_ROOM:
                drifts = monitor.update(column, first)
            else:
                drifts = monitor.conclude(column, first, found[number])
            concluded += [(drift, key) for drift in drifts]
        return concluded

    def _alerts(self, found: list[tuple[Drift, ColumnKey]], log: RowLog) -> list[Alert]:
        """Return the alerts of what was found in the latest rows, in the order of the rows."""
        found.sort(key=lambda item: (item[0].row, item[1]))
        alerts = [self._alert(key, drift, log) for drift, key in found]
        log.settle()
        return alerts

    def _chosen(
        self, batch: ObservationBatch, most: int
    ) -> Iterator[tuple[ColumnKey, Column, int]]:
        """Yield for each watched column the observed one of its kind, and the row to start at."""
        observed: dict[ColumnKey, list[Column]] = {}
        for column in batch.columns:
            if column.role is not Role.FEATURE or column.name not in self.options.ignored:
                observed.setdefault((column.role, column.name), []).append(column)
        starts = self._admit(observed, most)
        roles = ROLES_OF[batch.origin]
        for key, monitor in self.columns.items():
            if key[0] not in roles:
                continue
            candidates = observed.get(key)
            if candidates is None:
                yield key, absent(*key, monitor.kind, len(batch)), 0
                continue
            kinds = {column.kind: column for column in candidates}
            column = kinds.get(monitor.kind) or mistyped(candidates[0], monitor.kind)
            yield key, column, starts.get(key, 0)

    def _admit(self, observed: Mapping[ColumnKey, list[Column]], most: int) -> dict[ColumnKey, int]:
        """Begin to watch new columns, to ``most`` in all; return the row of each first value."""
        arrivals = []
        for key in observed.keys() - self.columns.keys():
            first, kind = min((_first_usable(column), column.kind) for column in observed[key])
            if first < len(observed[key][0].values):
                arrivals.append((first, key[0] is Role.FEATURE, key, kind))
        starts = {}
        # By row, then by name, the features last: where there is not room for all, who comes in
        # must not depend on the batches, and what the model says matters more than one feature.
        for first, _, key, kind in sorted(arrivals):
            # A name without a bound would make an alert that no broker takes.
            fits = len(key[1]) <= LONGEST_NAME
            if fits and len(self.columns) < most:
                # Other versions have columns of the same names: one object for all of them.
                self.columns[_shared(key)] = self._new_monitor(_shared(key), kind)
                starts[key] = first
            elif len(self._refused) < MOST_REFUSED:
                self._refused[key[0], key[1][:LONGEST_NAME]] = None
        return starts

    def _new_monitor(self, key: ColumnKey, kind: Kind) -> ColumnMonitor:
        return ColumnMonitor(
            kind=kind,
            detectors=self.options.detectors,
            burn_in=self.options.burn_in,
            bins=self.options.bins,
            seed=Seeds(self._identity, key),
        )

    def _alert(self, key: ColumnKey, drift: Drift, log: RowLog) -> Alert:
        role, name = key
        return alert_of(
            drift,
            model=self.model,
            version=self.version,
            role=role,
            feature=name,
            column_kind=self.columns[key].kind,
            critical=role is Role.FEATURE and name in self.options.critical,
            change_at=log.position(drift.change_row, known_at=drift.row),
            detected_at=log.position(drift.row, known_at=drift.row),
        )


@lru_cache(maxsize=2**16)
def _shared(key: ColumnKey) -> ColumnKey:
    """Return the same object for equal keys."""
    return key


def _first_usable(column: Column) -> int:
    """Return the first row with a usable value; the number of rows where none has."""
    if column.flags is None:
        return 0
    usable = np.flatnonzero(column.flags == Flag.OK)
    return int(usable[0]) if len(usable) else len(column.flags)
