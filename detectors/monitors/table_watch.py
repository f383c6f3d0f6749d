"""Gives tables of rows to the versions that they are of, and finds room for those that are new."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from detectors.monitors.comparisons import Comparisons
from detectors.monitors.fused_tables import watch_table
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.newcomers import Newcomers
from detectors.monitors.options import MonitorOptions
from detectors.monitors.predecessors import Predecessors
from detectors.monitors.roster import Roster
from detectors.monitors.strangers import Strangers, strangers_in
from detectors.monitors.watched_roles import watched_keys
from detectors.versions.registry import VersionRegistry
from schemas.events.alert import Alert
from schemas.events.published import PublishedEvent
from schemas.tables.merging import merged
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, ObservationTable, Origin


class Taken(NamedTuple):
    """A table that a fleet has taken, what was found, and the versions forgotten for it."""

    table: ObservationTable
    events: list[PublishedEvent]
    evicted: list[ModelVersion]


class TableWatch:
    """Takes the tables of a partition; it has no state of its own.

    Parameters
    ----------
    roster
        Which versions are watched.
    newcomers
        Those that have not shown themselves.
    predecessors
        What versions leave to those after them.
    comparisons
        Of the versions of each model.
    versions
        What served; it is told of alerts, and of who is watched no longer.
    options_of
        Gives the options of a model by its name.
    new_monitor
        Makes the monitor of a model and version that is to be watched.
    """

    def __init__(
        self,
        roster: Roster,
        newcomers: Newcomers,
        predecessors: Predecessors,
        comparisons: Comparisons,
        versions: VersionRegistry,
        *,
        options_of: Callable[[str], MonitorOptions],
        new_monitor: Callable[[str, str], ModelMonitor],
    ) -> None:
        self._roster = roster
        self._newcomers = newcomers
        self._predecessors = predecessors
        self._comparisons = comparisons
        self._versions = versions
        self._options_of = options_of
        self._new_monitor = new_monitor

    def take(self, tables: Sequence[ObservationTable]) -> list[Taken]:
        """Take tables in their order, with the same outcome as one after the other.

        Where no version is to be watched that was not, and all columns find room, rows of several
        tables are taken as one: what is done for a version is done once for all of these. Rows of
        newcomers are taken apart from those of the others.
        """
        taken: list[Taken] = []
        known: list[ObservationTable] = []
        for table in tables:
            strangers = strangers_in(table, self._roster, self._newcomers, self._options_of)
            if strangers is None:
                taken += self._add_known(table, known)
            elif strangers.shown:
                taken += self._take_known(known)
                known = []
                self._predecessors.supply(table)
                taken.append(self._take(table, strangers))
            else:
                self._newcomers.hold(table.take(strangers.held))
                if self._newcomers.is_full or (known and known[-1].is_continued):
                    taken += self._take_known(known)
                    known = []
                found, evicted = self._make_room()
                rest = table.only(set(table.versions()) - strangers.keys)
                is_continued = table.is_continued or len(rest) > 0
                settled = replace(table, is_continued=is_continued)
                found += self._comparisons.settle([settled], found)
                taken.append(Taken(table.only(strangers.keys), found, evicted))
                if len(rest) > 0:
                    taken += self._add_known(rest, known)
        taken += self._take_known(known)
        for each in taken:
            for event in each.events:
                if isinstance(event, Alert):
                    self._versions.alerted(event)
        return taken

    def _add_known(self, table: ObservationTable, known: list[ObservationTable]) -> list[Taken]:
        """Add a table to those that are to be taken; return what had to be taken before it."""
        taken: list[Taken] = []
        if self._predecessors.are_due(table):
            taken = self._take_known(known)
            known.clear()
            self._predecessors.supply(table)
        known.append(table)
        return taken

    def _take_known(self, tables: Sequence[ObservationTable]) -> list[Taken]:
        """Take tables of versions all of which are watched."""
        if not tables or self._roster.has_place_for(tables):
            return self._take_all(tables)
        taken: list[Taken] = []
        for table in tables:
            if self._roster.has_place_for([table]):
                taken += self._take_all([table])
            else:
                taken.append(self._take(table, None))
        return taken

    def _take_all(self, tables: Sequence[ObservationTable]) -> list[Taken]:
        """Take tables that there is place for."""
        touches: list[dict[ModelVersion, bool]] = [{} for _ in tables]
        taken: list[Taken] = []
        for table, numbers in merged(tables):
            events = watch_table(table, self._roster.monitors)
            grown_of = {
                key: key in self._roster.young and self._has_grown(key, found)
                for key, found in events.items()
            }
            for number in numbers:
                touches[number] |= {
                    key: grown_of[key] for key in tables[number].versions() if key in grown_of
                }
                for batch in tables[number].batches(without=grown_of.keys()):
                    key = (batch.model, batch.version)
                    found, is_new = self._watch(self._roster.monitors[key], batch)
                    events.setdefault(key, []).extend(found)
                    if is_new:
                        touches[number][key] = self._has_grown(key, found)
            taken.append(Taken(table, _in_order(table, events), []))
        # Only now, and by the places in the tables: what was taken as one must not show.
        for table, those in zip(tables, touches, strict=True):
            for key in table.versions():
                if key in those:
                    self._roster.touch(key, has_grown=those[key])
        if taken:
            found = [event for each in taken for event in each.events]
            taken[-1].events.extend(self._comparisons.settle(tables, found))
        return taken

    def _take(self, table: ObservationTable, strangers: Strangers | None) -> Taken:
        """Take a table for which versions, or columns, may have to give way.

        Those that are steady come first, and count as the latest, so that they stay.
        """
        evicted: list[ModelVersion] = []
        events = watch_table(table, self._roster.monitors)
        for key, found in events.items():
            self._roster.touch(key, has_grown=self._has_grown(key, found))
        apart = set(events)
        if strangers is not None:
            apart |= strangers.keys - strangers.shown
        for batch in table.batches(without=apart):
            key = (batch.model, batch.version)
            monitor = self._roster.monitors.get(key)
            if monitor is None:
                monitor, events[key], made_room = self._begin(key, batch)
                evicted += made_room
            found, is_new = self._watch(monitor, batch)
            events.setdefault(key, []).extend(found)
            if is_new:
                self._roster.touch(key, has_grown=self._has_grown(key, found))
        found = _in_order(table, events)
        if strangers is not None:
            self._newcomers.hold(table.take(strangers.held))
            others, made_room = self._make_room()
            found += others
            evicted += made_room
        found += self._comparisons.settle([table], found)
        return Taken(table, found, evicted)

    def _make_room(self) -> tuple[list[PublishedEvent], list[ModelVersion]]:
        """Let newcomers go until there is room for the others.

        Return what was found in their rows, and who is watched no longer.
        """
        events: list[PublishedEvent] = []
        evicted: list[ModelVersion] = []
        while self._newcomers.is_full:
            for key in self._newcomers.make_room():
                _, found, made_room = self._begin(key, None)
                events += found
                evicted += made_room
        return events, evicted

    def _begin(
        self, key: ModelVersion, batch: ObservationBatch | None
    ) -> tuple[ModelMonitor, list[PublishedEvent], list[ModelVersion]]:
        """Begin to watch a version whose rows were held.

        Return its monitor, what was found in these rows, and who had to make room.

        Parameters
        ----------
        batch
            Its next rows, which are still to be taken.
        """
        held = self._newcomers.release(key)
        monitor = self._new_monitor(*key)
        names = frozenset(() if batch is None else watched_keys(batch.origin, batch.columns)).union(
            *(watched_keys(rows.origin, rows.columns) for rows, _ in held)
        )
        evicted = self._roster.begin(monitor, len(names))
        for each in evicted:
            self._versions.unwatched(each)
            self._comparisons.unwatched(each)
            self._predecessors.unwatched(each)
        self._predecessors.watch(monitor)
        if any(
            rows.origin is Origin.LABELS for rows in (batch, *(rows for rows, _ in held)) if rows
        ):
            self._predecessors.give(key)
        events: list[PublishedEvent] = []
        for rows, restarts in held:
            events += self._watch(monitor, rows)[0]
            for _ in range(restarts):
                monitor.restart()
        return monitor, events, evicted

    def _watch(
        self, monitor: ModelMonitor, batch: ObservationBatch
    ) -> tuple[list[PublishedEvent], bool]:
        """Take rows of a version; return what was found, and whether any row was new."""
        rows, columns = monitor.all_rows, len(monitor.columns)
        events = monitor.update(batch, room=self._roster.room)
        self._roster.columns += len(monitor.columns) - columns
        return events, monitor.all_rows > rows

    def _has_grown(self, key: ModelVersion, events: Collection[PublishedEvent]) -> bool:
        has_alert = any(isinstance(each, Alert) for each in events)
        return has_alert or self._roster.monitors[key].has_reference


def _in_order(
    table: ObservationTable, events: Mapping[ModelVersion, list[PublishedEvent]]
) -> list[PublishedEvent]:
    """Return events by the order of the versions."""
    return [event for key in table.versions() for event in events.get(key, ())]
