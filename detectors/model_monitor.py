"""Watches one model version: observation batches in, alerts out."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

import numpy as np

from detectors.alerts import alert_of
from detectors.column_monitor import ColumnMonitor, Drift
from detectors.contract import State
from detectors.identity import stable_seed
from detectors.options import MonitorOptions
from detectors.row_log import RowLog
from schemas.alert import Alert
from schemas.columns import Column, Flag, Flags, Kind, Role
from schemas.observations import ObservationBatch, Origin

ColumnKey = tuple[Role, str]

ROLES_OF: Final = {
    Origin.PREDICTIONS: frozenset({Role.FEATURE, Role.PREDICTION, Role.SCORE}),
    Origin.LABELS: frozenset({Role.ERROR}),
}


class ModelMonitor:
    """Watches every column of one model version.

    Columns are watched from their first usable value on. A batch gives exactly what its rows give
    one at a time, and rows that were counted before are dropped.

    Parameters
    ----------
    model, version
        Whose rows these are.
    options
        How to watch them.
    """

    def __init__(self, model: str, version: str, options: MonitorOptions) -> None:
        self.model = model
        self.version = version
        self.columns: dict[ColumnKey, ColumnMonitor] = {}
        self.refused_columns = 0
        self.replayed_rows = 0
        self._options = options
        self._logs = {origin: RowLog() for origin in Origin}

    @property
    def rows(self) -> int:
        """Predictions counted so far."""
        return self._logs[Origin.PREDICTIONS].rows

    @property
    def labelled_rows(self) -> int:
        """Labelled predictions counted so far."""
        return self._logs[Origin.LABELS].rows

    def update(self, batch: ObservationBatch) -> list[Alert]:
        """Take a batch of this model version; return the alerts in the order of their rows."""
        log = self._logs[batch.origin]
        unseen = log.unseen(batch)
        self.replayed_rows += len(batch) - len(unseen)
        if len(unseen) == 0:
            return []
        first = log.append(unseen)
        found = [
            (drift, key)
            for key, column, start in self._chosen(unseen)
            for drift in self.columns[key].update(column.since(start), first + start)
        ]
        found.sort(key=lambda item: (item[0].row, item[1]))
        return [self._alert(key, drift, log) for drift, key in found]

    def restart(self) -> None:
        """Begin new references for all columns."""
        for monitor in self.columns.values():
            monitor.restart()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "refused_columns": self.refused_columns,
            "replayed_rows": self.replayed_rows,
            "logs": {str(origin): log.state() for origin, log in self._logs.items()},
            "columns": [
                {"role": str(role), "name": name, "monitor": monitor.state()}
                for (role, name), monitor in self.columns.items()
            ],
        }

    def restore(self, state: State) -> None:
        """Take over a state of a monitor of the same model, version and options."""
        self.refused_columns = state["refused_columns"]
        self.replayed_rows = state["replayed_rows"]
        for origin, log in self._logs.items():
            log.restore(state["logs"][str(origin)])
        self.columns = {}
        for column in state["columns"]:
            key = (Role(column["role"]), column["name"])
            self.columns[key] = self._new_monitor(key, Kind(column["monitor"]["kind"]))
            self.columns[key].restore(column["monitor"])

    def _chosen(self, batch: ObservationBatch) -> Iterator[tuple[ColumnKey, Column, int]]:
        """Yield for each watched column the observed one of its kind, and the row to start at."""
        seen = set()
        for key, group in groupby(batch.columns, key=lambda column: (column.role, column.name)):
            candidates = list(group)
            if key[0] is Role.FEATURE and key[1] in self._options.ignored:
                continue
            seen.add(key)
            start = 0 if key in self.columns else self._admit(key, candidates)
            monitor = self.columns.get(key)
            if monitor is not None:
                kinds = {column.kind: column for column in candidates}
                yield key, kinds.get(monitor.kind) or _mistyped(candidates[0], monitor.kind), start
        roles = ROLES_OF[batch.origin]
        for key, monitor in self.columns.items():
            if key not in seen and key[0] in roles:
                yield key, _absent(key, monitor.kind, len(batch)), 0

    def _admit(self, key: ColumnKey, candidates: list[Column]) -> int:
        """Begin to watch a column at its first usable value, where there is one and room for it."""
        firsts = {column.kind: _first_usable(column) for column in candidates}
        kind = min(firsts, key=lambda candidate: firsts[candidate])
        if firsts[kind] < len(candidates[0].values):
            if len(self.columns) < self._options.most_columns:
                self.columns[key] = self._new_monitor(key, kind)
            else:
                self.refused_columns += 1
        return firsts[kind]

    def _new_monitor(self, key: ColumnKey, kind: Kind) -> ColumnMonitor:
        identity = (self.model, self.version, *key)
        return ColumnMonitor(
            kind=kind,
            detectors=self._options.detectors,
            burn_in=self._options.burn_in,
            bins=self._options.bins,
            seed=lambda restarts: stable_seed(*identity, restarts),
        )

    def _alert(self, key: ColumnKey, drift: Drift, log: RowLog) -> Alert:
        role, name = key
        return alert_of(
            drift,
            model=self.model,
            version=self.version,
            role=role,
            feature=name,
            monitor=self.columns[key],
            critical=role is Role.FEATURE and name in self._options.critical,
            change_at=log.position(drift.change_row),
            detected_at=log.position(drift.row),
        )


def _first_usable(column: Column) -> int:
    """Return the first row with a usable value; the number of rows where none has."""
    if column.flags is None:
        return 0
    usable = np.flatnonzero(column.flags == Flag.OK)
    return int(usable[0]) if len(usable) else len(column.flags)


def _mistyped(column: Column, kind: Kind) -> Column:
    """Return a column of another kind in which what was usable is mistyped."""
    flags = np.zeros(len(column.values), np.uint8) if column.flags is None else column.flags.copy()
    flags[flags == Flag.OK] = Flag.MISTYPED
    return _blank(column.name, column.role, kind, flags)


def _absent(key: ColumnKey, kind: Kind, rows: int) -> Column:
    return _blank(key[1], key[0], kind, np.full(rows, Flag.ABSENT, dtype=np.uint8))


def _blank(name: str, role: Role, kind: Kind, flags: Flags) -> Column:
    return Column(name, role, kind, np.zeros(len(flags)), ("",), flags)
