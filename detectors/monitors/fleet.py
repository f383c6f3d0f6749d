"""All models that one worker watches in one partition."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.options import ComparisonOptions
from detectors.monitors.comparisons import Comparisons
from detectors.monitors.drift_watch import watched_keys
from detectors.monitors.fused_models import watch_fused
from detectors.monitors.given import ColumnKey
from detectors.monitors.given_references import GivenOf, GivenReferences
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.newcomers import Newcomers, bytes_for, rows_shown
from detectors.monitors.options import MonitorOptions
from detectors.monitors.predecessors import Predecessors
from detectors.monitors.rollbacks import Rollbacks
from detectors.monitors.roster import Roster
from detectors.monitors.row_consumer import RowConsumer
from detectors.monitors.served_rows import ServedRows
from detectors.monitors.threshold_standings import ThresholdStandings
from detectors.monitors.threshold_watch import ThresholdWatch
from detectors.performance.error import Task
from detectors.performance.labelled_rows import are_labelled, with_errors
from detectors.performance.options import ScoreOf
from detectors.rollback.done import Stood
from detectors.rollback.options import RollbackOptions
from detectors.routing.options import RoutingOptions
from detectors.routing.router import Router
from detectors.routing.routes import RouteOutcome, Routes
from detectors.seen_events import SeenEvents
from detectors.snapshots.tree import State
from detectors.versions.registry import VersionRegistry
from schemas.events.alert import Alert
from schemas.events.identity import event_id
from schemas.events.model_event import ModelEvent
from schemas.events.published import PublishedEvent
from schemas.events.route_notice import RouteNotice
from schemas.tables.merging import merged
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, ObservationTable, Origin
from schemas.tables.reference_parts import decode_reference
from schemas.values.class_order import Classes

MOST_NOTICED: Final = 10_000
"""Model events that are remembered, so that a replayed one changes nothing."""

AT_ONCE: Final = 1000
"""Columns that are watched without their versions' having shown themselves: with few models, which
is the rule, each is watched from its first row on."""


def _no_others(_model: str, _version: str) -> Sequence[RowConsumer]:
    """Return no consumers besides the drift's columns."""
    return ()


def _not_compared(_model: str) -> None:
    """Return that the versions of a model are not compared."""


def _not_routed(_model: str) -> None:
    """Return that Driftline may not write the routes of a model."""


def _never_rolled_back(_model: str) -> None:
    """Return that no rollback of a model is asked for."""


class Taken(NamedTuple):
    """A table that a fleet has taken, what was found, and the versions forgotten for it."""

    table: ObservationTable
    events: list[PublishedEvent]
    evicted: list[ModelVersion]


class _Look(NamedTuple):
    """What is to become of the versions of a table that are not watched.

    Attributes
    ----------
    strange
        These versions.
    shown
        Those of them that are to be watched.
    held
        Shape ``(n,)``: the rows of the others that are not held yet.
    """

    strange: set[ModelVersion]
    shown: set[ModelVersion]
    held: NDArray[np.bool_]


class Fleet:
    """The model versions of one partition.

    The first ones are watched from their first row on. Beyond ``at_once`` columns the rows of a
    newcomer are held until it has shown itself, by `detectors.monitors.newcomers.SHOWN` of them or
    by as many as its burn-in has; then it is watched, and these rows come first: its alerts are as
    if it had been watched from the first one on. Where rows of newcomers have to be let go for
    others', `detectors.monitors.newcomers.ENOUGH` will do.

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
    most_held_bytes
        As of `detectors.monitors.newcomers.Newcomers`; None for what follows from the others.
    at_once
        Columns that are watched though their versions have not shown themselves.
    consumers_of
        Gives new consumers of the rows of a version, besides its drift, by its model and version.
    compared_by
        Gives how the versions of a model are compared, by its name; None where they are not.
    routed_by
        Gives what Driftline may do with the routes of a model, by its name; None for nothing.
    rolled_back_by
        Gives when the rollback of a model is asked for, by its name; None where it never is.

    Attributes
    ----------
    evicted
        Versions that the latest update has forgotten; no part of the state.
    options_of, consumers_of
        As given.
    noticed
        Ids of the latest model events.
    newcomers
        Versions that have not shown themselves.
    references
        Those from outside.
    versions
        What served, by the rows that were counted and by model events.
    router
        Which versions are to serve, and what Driftline decides about it.
    rollbacks
        What asks for a rollback, and how that is answered.
    comparisons
        Of the versions of each model.
    """

    def __init__(
        self,
        options_of: Callable[[str], MonitorOptions],
        *,
        most_models: int = 10_000,
        most_columns: int = 50_000,
        most_held_bytes: int | None = None,
        at_once: int = AT_ONCE,
        consumers_of: Callable[[str, str], Sequence[RowConsumer]] = _no_others,
        compared_by: Callable[[str], ComparisonOptions | None] = _not_compared,
        routed_by: Callable[[str], RoutingOptions | None] = _not_routed,
        rolled_back_by: Callable[[str], RollbackOptions | None] = _never_rolled_back,
    ) -> None:
        self.evicted: list[ModelVersion] = []
        self.options_of = options_of
        self.consumers_of = consumers_of
        self._roster = Roster(most_models=most_models, most_columns=most_columns, at_once=at_once)
        self.newcomers = Newcomers(
            bytes_for(most_models, most_columns) if most_held_bytes is None else most_held_bytes
        )
        self.noticed = SeenEvents(MOST_NOTICED)
        self.references = GivenReferences()
        self.versions = VersionRegistry(most=most_models, restarts=self._restarts)
        self._predecessors = Predecessors(self.versions, self.monitor)
        self.router = Router(routed_by)
        self.rollbacks = Rollbacks(rolled_back_by, self.versions, self.router)
        self.comparisons = Comparisons(compared_by, self.versions, self.router, self.rollbacks)

    def __iter__(self) -> Iterator[ModelMonitor]:
        return iter(self._roster)

    def __len__(self) -> int:
        return len(self._roster)

    @property
    def routes(self) -> Routes:
        """Which versions are to serve."""
        return self.router.routes

    @property
    def columns(self) -> int:
        """Watched columns of all versions."""
        return self._roster.columns

    def monitor(self, model: str, version: str) -> ModelMonitor | None:
        """Return the monitor of a model version that is watched."""
        return self._roster.monitors.get((model, version))

    def update(self, table: ObservationTable) -> list[PublishedEvent]:
        """Take rows of one or several model versions; return what was found, by version and row."""
        taken = self.update_all([table])
        self.evicted = [key for each in taken for key in each.evicted]
        return [event for each in taken for event in each.events]

    def update_all(self, tables: Sequence[ObservationTable]) -> list[Taken]:
        """Take tables in their order, with the same outcome as by `update` one after the other.

        Where no version is to be watched that was not, and all columns find room, rows of several
        tables are taken as one: what is done for a version is done once for all of these. Rows of
        newcomers are taken apart from those of the others.
        """
        taken: list[Taken] = []
        known: list[ObservationTable] = []
        for table in tables:
            look = self._look(table)
            if look is None:
                taken += self._add_known(table, known)
            elif look.shown:
                taken += self._take_known(known)
                known = []
                self._predecessors.supply(table)
                taken.append(self._take(table, look))
            else:
                self.newcomers.hold(table.take(look.held))
                if self.newcomers.is_full or (known and known[-1].is_continued):
                    taken += self._take_known(known)
                    known = []
                found, evicted = self._make_room()
                rest = table.only(set(table.versions()) - look.strange)
                is_continued = table.is_continued or len(rest) > 0
                found += self.comparisons.settle([replace(table, is_continued=is_continued)], found)
                taken.append(Taken(table.only(look.strange), found, evicted))
                if len(rest) > 0:
                    taken += self._add_known(rest, known)
        taken += self._take_known(known)
        for each in taken:
            for event in each.events:
                if isinstance(event, Alert):
                    self.versions.alerted(event)
        return taken

    def _look(self, table: ObservationTable) -> _Look | None:
        """Return what becomes of the versions that are not watched; None where all are."""
        monitors = self._roster.monitors
        strange = {key for key in table.versions() if key not in monitors}
        if not strange:
            return None
        look = _Look(strange, set(), np.zeros(len(table), dtype=np.bool_))
        columns = max(len(watched_keys(table.origin, table.columns)), 1)
        at_once = self._roster.at_once
        begin = 0
        for rows in table.models:
            end = begin + rows.rows
            key = (rows.model, rows.version)
            if key in strange:
                if at_once > 0:
                    at_once -= columns
                    look.shown.add(key)
                elif rows.rows == 1 and key not in self.newcomers:
                    look.held[begin] = True
                else:
                    unseen = self.newcomers.unseen(table.batch(rows, begin, end, columns=()))
                    most = rows_shown(self.options_of(rows.model))
                    if self.newcomers.rows_of(key) + np.count_nonzero(unseen) >= most:
                        look.shown.add(key)
                    else:
                        look.held[begin:end] = unseen
            begin = end
        return look

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
        if not tables or self._has_place_for(tables):
            return self._take_all(tables)
        taken: list[Taken] = []
        for table in tables:
            if self._has_place_for([table]):
                taken += self._take_all([table])
            else:
                taken.append(self._take(table, None))
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
            events = self._watch_fused(table)
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
            taken[-1].events.extend(self.comparisons.settle(tables, found))
        return taken

    def _take(self, table: ObservationTable, look: _Look | None) -> Taken:
        """Take a table for which versions, or columns, may have to give way.

        Those that are steady come first, and count as the latest, so that they stay.
        """
        evicted: list[ModelVersion] = []
        events = self._watch_fused(table)
        for key, found in events.items():
            self._roster.touch(key, has_grown=self._has_grown(key, found))
        apart = set(events) if look is None else set(events) | (look.strange - look.shown)
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
        if look is not None:
            self.newcomers.hold(table.take(look.held))
            others, made_room = self._make_room()
            found += others
            evicted += made_room
        found += self.comparisons.settle([table], found)
        return Taken(table, found, evicted)

    def _make_room(self) -> tuple[list[PublishedEvent], list[ModelVersion]]:
        """Let newcomers go until there is room for the others.

        Return what was found in their rows, and who is watched no longer.
        """
        events: list[PublishedEvent] = []
        evicted: list[ModelVersion] = []
        while self.newcomers.is_full:
            for key in self.newcomers.make_room():
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
        held = self.newcomers.release(key)
        monitor = self._new_monitor(*key)
        names = frozenset(() if batch is None else watched_keys(batch.origin, batch.columns)).union(
            *(watched_keys(rows.origin, rows.columns) for rows, _ in held)
        )
        evicted = self._roster.begin(monitor, len(names))
        for each in evicted:
            self.versions.unwatched(each)
            self.comparisons.unwatched(each)
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

    def _watch_fused(self, table: ObservationTable) -> dict[ModelVersion, list[PublishedEvent]]:
        """Feed a table to the versions that are steady; return what was found."""
        monitors = self._roster.monitors
        if not are_labelled(table.columns):
            return watch_fused(table, monitors)
        events: dict[ModelVersion, list[PublishedEvent]] = {}
        # The errors of the others are made model by model, until their tasks are settled.
        alike: dict[tuple[Task, Classes, ScoreOf], set[ModelVersion]] = {}
        for key in table.versions():
            task = None if key not in monitors else monitors[key].task.settled
            if task is not None:
                options = monitors[key].options
                how = task, options.classes, options.performance.score_of
                alike.setdefault(how, set()).add(key)
        for (task, classes, score_of), keys in alike.items():
            part = table.only(keys)
            columns = with_errors(part.columns, task, len(part), classes, score_of)
            events |= watch_fused(replace(part, columns=columns), monitors)
        return events

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

    def notice(self, event: ModelEvent) -> None:
        """Take a model event: references begin anew where it says so, and versions stand otherwise.

        Each event counts once: the same one again (type, version, time, request) is a replay, as
        long as it is among the latest that were noticed. Whether its time is before that of others
        does not matter to the references. An event without a time is always new.
        """
        is_new = event.timestamp is None or self.noticed.is_new(event_id(event))
        restarts = self._restarts(event)
        before = Stood.of(self.versions, event)
        self.versions.notice(event, is_new=is_new)
        self.router.happens(event)
        self.rollbacks.notice(event, is_new=is_new, restarts=restarts)
        if not is_new:
            return
        self.rollbacks.changed(event, before)
        self.comparisons.notice(event.model)
        for monitor in self:
            if monitor.model == event.model:
                if restarts:
                    monitor.restart()
                monitor.notice(event)
        if restarts:
            self.newcomers.notice(event.model)

    def reroute(self, notice: RouteNotice) -> RouteOutcome:
        """Take a route that has come into force, or the end of one; return what became of it.

        What it says of the traffic counts for the rows that follow it in the log.
        """
        outcome = self.router.notice(notice)
        if outcome in {RouteOutcome.TAKEN, RouteOutcome.ENDED}:
            self.comparisons.notice(notice.model)
            self.rollbacks.rerouted(notice.model)
        return outcome

    def refer(self, value: bytes) -> str:
        """Take a part of a reference from outside; return whose it is.

        The columns that it has begin anew, in all versions whose reference it is: their first
        values are judged against it. A part that was taken before changes nothing.

        Raises
        ------
        InvalidMessage
            If it is none, or there is no room for it.
        OtherFormat
            If it is of a format that is not read.
        """
        part = decode_reference(value)
        keys = self.references.take(part, value)
        owner = (part.about.model, part.about.version)
        for monitor in self if keys or not part.columns else ():
            if monitor.model == owner[0] and owner[1] in {None, monitor.version}:
                own = self.references.owner_for(monitor.model, monitor.version)
                monitor.refer(keys if own == owner else frozenset())
        return part.about.model

    def _restarts(self, event: ModelEvent) -> bool:
        """Tell whether the references of an event's model begin anew after it."""
        return event.type in self.options_of(event.model).reference_after

    def state(self) -> State:
        """Return the whole state."""
        return {
            "noticed": self.noticed.state(),
            "young": self._roster.outline()["young"],
            "at_once": self._roster.at_once,
            "newcomers": self.newcomers.outline(),
            "held": [np.frombuffer(each.encode(), np.uint8) for each in self.newcomers.blocks],
            "monitors": [
                {"model": monitor.model, "version": monitor.version, "state": monitor.state()}
                for monitor in self
            ],
            "versions": self.versions.state(),
            "references": self.references.state(),
            "routes": self.routes.state(),
            "ramps": self.router.state(),
            "rollbacks": self.rollbacks.state(),
            "histories": self.comparisons.histories.state(),
            "comparisons": self.comparisons.state(),
        }

    def outline(self) -> State:
        """Return what of the state is neither in a model's nor in ``noticed``, for `restore`."""
        return {
            **self._roster.outline(),
            **self.versions.outline(),
            "references": self.references.outline(),
            "newcomers": self.newcomers.outline(),
            "routes": self.routes.outline(),
            "ramps": self.router.outline(),
            "rollbacks": self.rollbacks.outline(),
            "histories": self.comparisons.histories.outline(),
            "comparisons": self.comparisons.outline(),
        }

    def restore(self, state: State) -> None:
        """Take over a state of a fleet with the same options."""
        self.noticed.restore(state["noticed"])
        self.references.restore(state.get("references", []))
        monitors: list[ModelMonitor] = []
        for item in state["monitors"]:
            monitor = self._new_monitor(item["model"], item["version"])
            monitor.restore(item["state"])
            monitors.append(monitor)
        self._roster.restore(monitors, state["young"], state["at_once"])
        self._predecessors.restore(monitors)
        self.newcomers.restore(state["newcomers"], [each.tobytes() for each in state["held"]])
        self.versions.restore(state.get("versions", {}))
        self.routes.restore(state.get("routes", []))
        self.router.restore(state.get("ramps", []))
        self.rollbacks.restore(state.get("rollbacks", []))
        self.comparisons.histories.restore(state.get("histories", []))
        self.comparisons.restore(state.get("comparisons", []))

    def _new_monitor(self, model: str, version: str) -> ModelMonitor:
        options = self.options_of(model)
        own = self.consumers_of(model, version)
        consumers: tuple[RowConsumer, ...] = (
            ServedRows(self.versions, (model, version)),
            *self.comparisons.consumers(
                (model, version), options.classes, options.performance.score_of
            ),
            *own,
            *(
                ThresholdStandings(self.versions, (model, version), each)
                for each in own
                if isinstance(each, ThresholdWatch)
            ),
        )
        given = GivenOf(self.references, model, version)
        return ModelMonitor(model, version, options, consumers, given)


def _in_order(
    table: ObservationTable, events: Mapping[ModelVersion, list[PublishedEvent]]
) -> list[PublishedEvent]:
    """Return events by the order of the versions."""
    return [event for key in table.versions() for event in events.get(key, ())]
