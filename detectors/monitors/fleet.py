"""All models that one worker watches in one partition."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from detectors.comparisons.options import ComparisonOptions
from detectors.monitors.comparisons import Comparisons
from detectors.monitors.given_references import GivenOf, GivenReferences
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.newcomers import Newcomers, bytes_for
from detectors.monitors.options import MonitorOptions
from detectors.monitors.predecessors import Predecessors
from detectors.monitors.rollbacks import Rollbacks
from detectors.monitors.roster import Roster
from detectors.monitors.row_consumer import RowConsumer
from detectors.monitors.served_rows import ServedRows
from detectors.monitors.table_watch import TableWatch, Taken
from detectors.monitors.threshold_standings import ThresholdStandings
from detectors.monitors.threshold_watch import ThresholdWatch
from detectors.rollback.done import Stood
from detectors.rollback.options import RollbackOptions
from detectors.routing.options import RoutingOptions
from detectors.routing.router import Router
from detectors.routing.routes import RouteOutcome, Routes
from detectors.seen_events import SeenEvents
from detectors.snapshots.tree import State
from detectors.versions.registry import VersionRegistry
from schemas.events.identity import event_id
from schemas.events.model_event import ModelEvent
from schemas.events.published import PublishedEvent
from schemas.events.route_notice import RouteNotice
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationTable
from schemas.tables.reference_parts import decode_reference

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
        self._tables = TableWatch(
            self._roster,
            self.newcomers,
            self._predecessors,
            self.comparisons,
            self.versions,
            options_of=options_of,
            new_monitor=self._new_monitor,
        )

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
        """Take tables in their order, with the same outcome as by `update` one after the other."""
        return self._tables.take(tables)

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
