"""All models that one worker watches in one partition."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from detectors.contract import State
from detectors.identity import event_id
from detectors.model_monitor import ColumnKey, ModelMonitor
from detectors.options import MonitorOptions
from detectors.seen import Seen
from detectors.watch_steady import watch_steady
from schemas.alert import Alert
from schemas.merged_tables import merged
from schemas.model_event import ModelEvent, ModelEventType
from schemas.observations import ObservationBatch, ObservationTable

ModelKey: TypeAlias = tuple[str, str]
"""Model and version."""

RESTARTING: Final = frozenset(
    {
        ModelEventType.VERSION_DEPLOYED,
        ModelEventType.RETRAIN_COMPLETED,
        ModelEventType.ROLLED_BACK,
    }
)
"""Model events after which the references begin anew."""

MOST_NOTICED: Final = 10_000
"""Model events that are remembered, so that a replayed one changes nothing."""


class Taken(NamedTuple):
    """A table that a fleet has taken, its alerts, and the versions that were forgotten for it."""

    table: ObservationTable
    alerts: list[Alert]
    evicted: list[ModelKey]


class Fleet:
    """The model versions of one partition, watched from their first batch on.

    Where a further version, or its columns, find no room, the version whose last row lies back
    furthest in the log is forgotten: first those that have not finished a burn-in, until there is
    room for all of the new one; where there are none, one of the others. So names that are made
    up for each event push each other out, and at most one version that is watched in earnest. A
    version that comes back after that begins anew.

    Parameters
    ----------
    options_of
        Gives the options of a model by its name.
    most_models
        Model versions watched at once.
    most_columns
        Columns of all versions together above which further ones are refused.

    Attributes
    ----------
    evicted
        Versions that the latest update has forgotten; no part of the state.
    options_of
        As given.
    noticed
        Ids of the latest model events.
    """

    def __init__(
        self,
        options_of: Callable[[str], MonitorOptions],
        *,
        most_models: int = 10_000,
        most_columns: int = 50_000,
    ) -> None:
        self.evicted: list[ModelKey] = []
        self.options_of = options_of
        self._most_models = most_models
        self._most_columns = most_columns
        # Both in the order of the versions' latest rows. By place in the log, not by event time: a
        # clock that runs ahead would keep its version for ever.
        self._monitors: dict[ModelKey, ModelMonitor] = {}
        self._young: dict[ModelKey, None] = {}
        self._columns = 0
        self.noticed = Seen(MOST_NOTICED)

    def __iter__(self) -> Iterator[ModelMonitor]:
        return iter(self._monitors.values())

    def __len__(self) -> int:
        return len(self._monitors)

    @property
    def columns(self) -> int:
        """Watched columns of all versions."""
        return self._columns

    def monitor(self, model: str, version: str) -> ModelMonitor | None:
        """Return the monitor of a model version that is watched."""
        return self._monitors.get((model, version))

    def update(self, table: ObservationTable) -> list[Alert]:
        """Take rows of one or several model versions; return the alerts, by version and row."""
        (taken,) = self.update_all([table])
        self.evicted = taken.evicted
        return taken.alerts

    def update_all(self, tables: Sequence[ObservationTable]) -> list[Taken]:
        """Take tables in their order, with the same outcome as by `update` one after the other.

        Where no version is new, and all columns find room, rows of several tables are taken as one:
        what is done for a version is done once for all of these.
        """
        if len(tables) > 1 and self._has_place_for(tables):
            return self._take_all(tables)
        taken: list[Taken] = []
        for table in tables:
            if self._has_place_for([table]):
                taken += self._take_all([table])
            else:
                taken.append(self._take(table))
        return taken

    def _has_place_for(self, tables: Iterable[ObservationTable]) -> bool:
        """Tell whether no version is forgotten and no column refused for want of room.

        Then what becomes of a version depends on its own rows alone.
        """
        versions: dict[frozenset[ColumnKey], set[ModelKey]] = {}
        for table in tables:
            names = frozenset((column.role, column.name) for column in table.columns)
            versions.setdefault(names, set()).update(_keys(table))
        if not all(keys <= self._monitors.keys() for keys in versions.values()):
            return False
        room = self._most_columns - self._columns
        if sum(len(names) * len(keys) for names, keys in versions.items()) <= room:
            return True
        new = sum(
            len(names - self._monitors[key].columns.keys())
            for names, keys in versions.items()
            for key in keys
        )
        return new <= room

    def _take_all(self, tables: Sequence[ObservationTable]) -> list[Taken]:
        """Take tables that there is place for."""
        touched: list[set[ModelKey]] = [set() for _ in tables]
        grown: set[ModelKey] = set()
        taken: list[Taken] = []
        for table, numbers in merged(tables):
            found: dict[ModelKey, list[Alert]] = {}
            if len(table.models) > 1:
                found = watch_steady(table, self._monitors)
            steady = found.keys()
            grown.update(
                key
                for key in steady & self._young.keys()
                if found[key] or self._monitors[key].has_reference
            )
            others: dict[ModelKey, list[Alert]] = {}
            for number in numbers:
                touched[number].update(steady & _keys(tables[number]))
                for batch in _others(tables[number], steady):
                    key = (batch.model, batch.version)
                    alerts, is_new = self._watch(self._monitors[key], batch)
                    others.setdefault(key, []).extend(alerts)
                    if is_new:
                        touched[number].add(key)
                    if alerts or self._monitors[key].has_reference:
                        grown.add(key)
            found |= others
            taken.append(Taken(table, [alert for key in _keys(table) for alert in found[key]], []))
        self._touch_all(tables, touched, grown)
        return taken

    def _take(self, table: ObservationTable) -> Taken:
        """Take a table for which versions, or columns, may have to give way.

        Those that are steady come first, and count as the latest, so that they stay.
        """
        self.evicted = []
        together: dict[ModelKey, list[Alert]] = {}
        if len(table.models) > 1:
            together = watch_steady(table, self._monitors)
            for key, found in together.items():
                self._touch(key, has_grown=bool(found) or self._monitors[key].has_reference)
        alerts_of = dict(together)
        for batch in _others(table, together.keys()):
            key = (batch.model, batch.version)
            monitor = self._monitors.get(key)
            if monitor is None:
                monitor = self._begin(key, len(batch.columns))
            alerts_of[key], is_new = self._watch(monitor, batch)
            if is_new:
                self._touch(key, has_grown=bool(alerts_of[key]) or monitor.has_reference)
        alerts = [alert for key in _keys(table) for alert in alerts_of[key]]
        return Taken(table, alerts, self.evicted)

    def _begin(self, key: ModelKey, columns: int) -> ModelMonitor:
        """Watch a version from now on."""
        self._make_room(min(columns, self._most_columns))
        monitor = self._monitors[key] = ModelMonitor(*key, self.options_of(key[0]))
        self._young[key] = None
        return monitor

    def _watch(self, monitor: ModelMonitor, batch: ObservationBatch) -> tuple[list[Alert], bool]:
        """Take rows of a version; return its alerts, and whether any row was new."""
        rows, columns = monitor.all_rows, len(monitor.columns)
        alerts = monitor.update(batch, room=self._most_columns - self._columns)
        self._columns += len(monitor.columns) - columns
        return alerts, monitor.all_rows > rows

    def _touch_all(
        self,
        tables: Sequence[ObservationTable],
        touched: Sequence[Collection[ModelKey]],
        grown: Collection[ModelKey],
    ) -> None:
        """Take note of the versions that have new rows, by their places in the tables."""
        latest: dict[ModelKey, None] = {}
        for table, those in zip(reversed(tables), reversed(touched), strict=True):
            for key in reversed(_keys(table)):
                if key in those:
                    latest.setdefault(key)
        for key in reversed(latest):
            self._touch(key, has_grown=key in grown)

    def _touch(self, key: ModelKey, *, has_grown: bool) -> None:
        """Take note that a version has new rows.

        Grown is one that has, or had, a reference: after an alert the one that gave it has gone.
        """
        self._monitors[key] = self._monitors.pop(key)
        if key in self._young:
            del self._young[key]
            if not has_grown:
                self._young[key] = None

    def notice(self, event: ModelEvent) -> None:
        """Begin the references of the model's versions anew where the event says so.

        Each event counts once: the same one again (type, version, time, request) is a replay, as
        long as it is among the latest that were noticed. Whether its time is before that of others
        does not matter. An event without a time is always new.
        """
        if event.type not in RESTARTING:
            return
        if event.timestamp is not None and not self.noticed.is_new(event_id(event)):
            return
        for monitor in self:
            if monitor.model == event.model:
                monitor.restart()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "noticed": self.noticed.state(),
            "young": [list(key) for key in self._young],
            "monitors": [
                {"model": monitor.model, "version": monitor.version, "state": monitor.state()}
                for monitor in self
            ],
        }

    def outline(self) -> State:
        """Return what of the state is neither in a model's nor in ``noticed``, for `restore`."""
        return {
            "young": [list(key) for key in self._young],
            "order": [list(key) for key in self._monitors],
        }

    def restore(self, state: State) -> None:
        """Take over a state of a fleet with the same options."""
        self.noticed.restore(state["noticed"])
        self._young = dict.fromkeys((model, version) for model, version in state["young"])
        self._monitors = {}
        for item in state["monitors"]:
            model, version = item["model"], item["version"]
            monitor = ModelMonitor(model, version, self.options_of(model))
            monitor.restore(item["state"])
            self._monitors[model, version] = monitor
        self._columns = sum(len(monitor.columns) for monitor in self)

    def _make_room(self, columns: int) -> None:
        while self._young and not self._has_room(columns):
            self._evict(next(iter(self._young)))
        if self._monitors and not self._has_room(1):
            self._evict(next(iter(self._monitors)))

    def _has_room(self, columns: int) -> bool:
        return (
            len(self._monitors) < self._most_models
            and self._columns + columns <= self._most_columns
        )

    def _evict(self, key: ModelKey) -> None:
        self._columns -= len(self._monitors.pop(key).columns)
        self._young.pop(key, None)
        self.evicted.append(key)


def _keys(table: ObservationTable) -> list[ModelKey]:
    return [(rows.model, rows.version) for rows in table.models]


def _others(table: ObservationTable, steady: Collection[ModelKey]) -> Iterator[ObservationBatch]:
    """Yield the rows of each version that is not among the steady ones."""
    begin = 0
    for rows in table.models:
        end = begin + rows.rows
        if (rows.model, rows.version) not in steady:
            yield table.batch(rows, begin, end)
        begin = end
