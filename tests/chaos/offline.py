"""One process, from the beginning to the end of the log, that nothing happens to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from agents.stages.cdevents import incident, rolled_back
from app import options
from app.settings import Settings
from detectors.monitors.fleet import Fleet
from detectors.retraining.policy import RetrainPolicy
from schemas.events.alert import Alert
from schemas.events.cdevents import CDEvent
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_event import ModelEvent
from schemas.events.published import PublishedEvent
from schemas.events.retrain_signal import RetrainSignal
from schemas.events.rollback_request import RollbackRequest
from schemas.events.route_notice import RouteNotice
from schemas.events.routing import DecidedBy, ModelRoute
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Origin
from tests.chaos.observed import events_of, notice_of, rows_of

Evidence: TypeAlias = Alert | RetrainSignal | ModelEvent
"""What the policy reads."""


@dataclass
class OfflineDetection:
    """What the observations give.

    Attributes
    ----------
    fleets
        Their final state, by partition.
    alerts, performances, signals, comparisons, rollbacks
        Ids.
    routes
        Ids of the routes that Driftline has decided.
    cdevents
        Ids of the second form, by types.
    noticed, routed
        Model events, and ids of people's routes, in their order.
    told
        What Driftline itself has told of versions, with its decisions.
    seen
        Rows of each origin, topic, partition and offset, with the model version and how often.
    """

    settings: Settings
    fleets: dict[int, Fleet] = field(default_factory=dict)
    alerts: set[str] = field(default_factory=set)
    performances: set[str] = field(default_factory=set)
    signals: set[str] = field(default_factory=set)
    comparisons: set[str] = field(default_factory=set)
    rollbacks: set[str] = field(default_factory=set)
    routes: set[str] = field(default_factory=set)
    cdevents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    noticed: list[ModelEvent] = field(default_factory=list)
    routed: list[str] = field(default_factory=list)
    told: list[ModelEvent] = field(default_factory=list)
    seen: dict[tuple[Origin, str, int, int], dict[ModelVersion, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def take(self, partition: int, values: Iterable[bytes]) -> None:
        """Take all records of a partition."""
        fleet = self.fleets.setdefault(partition, options.new_fleet(self.settings))
        for value in values:
            for found in events_of(fleet, value):
                self._ids_of(found).add(found.event_id)
            for told in cdevents_of(fleet, self.settings.cdevents.environment):
                self.cdevents[told.context.type].add(told.context.id)
            decisions = list(fleet.router.decisions())
            self.routes |= {
                each.route.route_id
                for each in decisions
                if each.route is not None and each.route.decision.kind is DecidedBy.DRIFTLINE
            }
            self.told += [each.event for each in decisions if each.event is not None]
            match notice_of(value):
                case ModelEvent() as event:
                    self.noticed.append(event)
                case RouteNotice(routing=ModelRoute() as route):
                    if route.decision.kind is DecidedBy.OPERATOR:
                        self.routed.append(route.route_id)
            for row in rows_of(value):
                place = row.origin, row.topic, row.partition, row.offset
                self.seen[place][row.model, row.version] += 1

    def _ids_of(self, found: PublishedEvent) -> set[str]:
        if isinstance(found, Alert):
            return self.alerts
        if isinstance(found, ModelComparison):
            return self.comparisons
        if isinstance(found, RollbackRequest):
            return self.rollbacks
        return self.signals if isinstance(found, RetrainSignal) else self.performances

    def row_counts(self) -> Mapping[ModelVersion, int]:
        """Return how many predictions of each model version were counted."""
        counts: dict[ModelVersion, int] = defaultdict(int)
        for fleet in self.fleets.values():
            for monitor in fleet:
                counts[monitor.model, monitor.version] += monitor.rows
        return counts


def cdevents_of(fleet: Fleet, environment: str) -> list[CDEvent]:
    """Return what has happened of incidents and rollbacks since the last time."""
    turns, done = fleet.versions.changes().incidents, fleet.rollbacks.news().done
    return [
        *(incident(each, environment) for each in turns),
        *(rolled_back(each, environment) for each in done),
    ]


@dataclass
class OfflinePolicy:
    """What the alerts and the model events give.

    Attributes
    ----------
    policies
        Their final state, by partition.
    requests
        Ids.
    """

    settings: Settings
    policies: dict[int, RetrainPolicy] = field(default_factory=dict)
    requests: set[str] = field(default_factory=set)

    def take(self, partition: int, events: Iterable[Evidence]) -> None:
        """Take all events of a partition, in the order in which they came."""
        policy = self.policies.setdefault(partition, options.new_policy(self.settings))
        for event in events:
            request = None
            match event:
                case ModelEvent():
                    policy.on_model_event(event)
                    self.requests |= {each.request_id for each in policy.released(event)}
                case RetrainSignal():
                    request = policy.on_signal(event)
                case Alert():
                    request = policy.on_alert(event)
            if request is not None:
                self.requests.add(request.request_id)
