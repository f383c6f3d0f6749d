"""All models that one worker watches in one partition."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from detectors.monitors.drift_watch import ColumnKey, watched_keys
from detectors.monitors.fused_models import watch_fused
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.options import MonitorOptions
from detectors.monitors.roster import Roster
from detectors.monitors.row_consumer import RowConsumer
from detectors.performance.error import Task
from detectors.performance.labelled_rows import are_labelled, with_errors
from detectors.seen_events import SeenEvents
from detectors.snapshots.tree import State
from schemas.events.alert import Alert
from schemas.events.identity import event_id
from schemas.events.model_event import ModelEvent
from schemas.tables.merging import merged
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, ObservationTable
from schemas.values.class_order import Classes

MOST_NOTICED: Final = 10_000
"""Model events that are remembered, so that a replayed one changes nothing."""


def _no_others(_model: str, _version: str) -> Sequence[RowConsumer]:
    """Return no consumers besides the drift's columns."""
    return ()


class Taken(NamedTuple):
    """A table that a fleet has taken, its alerts, and the versions that were forgotten for it."""

    table: ObservationTable
    alerts: list[Alert]
    evicted: list[ModelVersion]


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
    consumers_of
        Gives new consumers of the rows of a version, besides its drift, by its model and version.

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
        consumers_of: Callable[[str, str], Sequence[RowConsumer]] = _no_others,
    ) -> None:
        self.evicted: list[ModelVersion] = []
        self.options_of = options_of
        self._consumers_of = consumers_of
        self._roster = Roster(most_models=most_models, most_columns=most_columns)
        self.noticed = SeenEvents(MOST_NOTICED)

    def __iter__(self) -> Iterator[ModelMonitor]:
        return iter(self._roster)

    def __len__(self) -> int:
        return len(self._roster)

    @property
    def columns(self) -> int:
        """Watched columns of all versions."""
        return self._roster.columns

    def monitor(self, model: str, version: str) -> ModelMonitor | None:
        """Return the monitor of a model version that is watched."""
        return self._roster.monitors.get((model, version))

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
        versions: dict[frozenset[ColumnKey], set[ModelVersion]] = {}
        for table in tables:
            names = watched_keys(table.origin, table.columns)
            versions.setdefault(names, set()).update(table.versions())
        monitors = self._roster.monitors
        if not all(keys <= monitors.keys() for keys in versions.values()):
            return False
        if sum(len(names) * len(keys) for names, keys in versions.items()) <= self._roster.room:
            return True
        new = sum(
            len(names - monitors[key].columns.keys())
            for names, keys in versions.items()
            for key in keys
        )
        return new <= self._roster.room

    def _take_all(self, tables: Sequence[ObservationTable]) -> list[Taken]:
        """Take tables that there is place for."""
        touches: list[dict[ModelVersion, bool]] = [{} for _ in tables]
        taken: list[Taken] = []
        for table, numbers in merged(tables):
            alerts = self._watch_fused(table)
            grown_of = {
                key: key in self._roster.young and self._has_grown(key, found)
                for key, found in alerts.items()
            }
            for number in numbers:
                touches[number] |= {
                    key: grown_of[key] for key in tables[number].versions() if key in grown_of
                }
                for batch in tables[number].batches(without=grown_of.keys()):
                    key = (batch.model, batch.version)
                    found, is_new = self._watch(self._roster.monitors[key], batch)
                    alerts.setdefault(key, []).extend(found)
                    if is_new:
                        touches[number][key] = self._has_grown(key, found)
            taken.append(Taken(table, _in_order(table, alerts), []))
        # Only now, and by the places in the tables: what was taken as one must not show.
        for table, those in zip(tables, touches, strict=True):
            for key in table.versions():
                if key in those:
                    self._roster.touch(key, has_grown=those[key])
        return taken

    def _take(self, table: ObservationTable) -> Taken:
        """Take a table for which versions, or columns, may have to give way.

        Those that are steady come first, and count as the latest, so that they stay.
        """
        evicted: list[ModelVersion] = []
        alerts = self._watch_fused(table)
        for key, found in alerts.items():
            self._roster.touch(key, has_grown=self._has_grown(key, found))
        for batch in table.batches(without=set(alerts)):
            key = (batch.model, batch.version)
            monitor = self._roster.monitors.get(key)
            if monitor is None:
                monitor = self._new_monitor(*key)
                evicted += self._roster.begin(
                    monitor, len(watched_keys(batch.origin, batch.columns))
                )
            alerts[key], is_new = self._watch(monitor, batch)
            if is_new:
                self._roster.touch(key, has_grown=self._has_grown(key, alerts[key]))
        return Taken(table, _in_order(table, alerts), evicted)

    def _watch_fused(self, table: ObservationTable) -> dict[ModelVersion, list[Alert]]:
        """Feed a table to the versions that have nothing unusual about them; return the alerts."""
        monitors = self._roster.monitors
        if not are_labelled(table.columns):
            return watch_fused(table, monitors)
        alerts: dict[ModelVersion, list[Alert]] = {}
        # The errors of the others are made model by model, until their tasks are settled.
        alike: dict[tuple[Task, Classes], set[ModelVersion]] = {}
        for key in table.versions():
            task = None if key not in monitors else monitors[key].task.settled
            if task is not None:
                alike.setdefault((task, monitors[key].options.classes), set()).add(key)
        for (task, classes), keys in alike.items():
            part = table.only(keys)
            columns = with_errors(part.columns, task, len(part), classes)
            alerts |= watch_fused(replace(part, columns=columns), monitors)
        return alerts

    def _watch(self, monitor: ModelMonitor, batch: ObservationBatch) -> tuple[list[Alert], bool]:
        """Take rows of a version; return its alerts, and whether any row was new."""
        rows, columns = monitor.all_rows, len(monitor.columns)
        alerts = monitor.update(batch, room=self._roster.room)
        self._roster.columns += len(monitor.columns) - columns
        return alerts, monitor.all_rows > rows

    def _has_grown(self, key: ModelVersion, alerts: Collection[Alert]) -> bool:
        return bool(alerts) or self._roster.monitors[key].has_reference

    def notice(self, event: ModelEvent) -> None:
        """Begin the references of the model's versions anew where the event says so.

        Each event counts once: the same one again (type, version, time, request) is a replay, as
        long as it is among the latest that were noticed. Whether its time is before that of others
        does not matter. An event without a time is always new.
        """
        if not event.effects.restarts_references:
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
            "young": self._roster.outline()["young"],
            "monitors": [
                {"model": monitor.model, "version": monitor.version, "state": monitor.state()}
                for monitor in self
            ],
        }

    def outline(self) -> State:
        """Return what of the state is neither in a model's nor in ``noticed``, for `restore`."""
        return self._roster.outline()

    def restore(self, state: State) -> None:
        """Take over a state of a fleet with the same options."""
        self.noticed.restore(state["noticed"])
        monitors: list[ModelMonitor] = []
        for item in state["monitors"]:
            monitor = self._new_monitor(item["model"], item["version"])
            monitor.restore(item["state"])
            monitors.append(monitor)
        self._roster.restore(monitors, state["young"])

    def _new_monitor(self, model: str, version: str) -> ModelMonitor:
        consumers = self._consumers_of(model, version)
        return ModelMonitor(model, version, self.options_of(model), consumers)


def _in_order(table: ObservationTable, alerts: Mapping[ModelVersion, list[Alert]]) -> list[Alert]:
    """Return alerts by the order of the versions."""
    return [alert for key in table.versions() for alert in alerts[key]]
