"""Publishing events: where each type goes, and that it is told."""

from collections.abc import Awaitable
from dataclasses import dataclass

from agents.stages.telemetry import Telemetry
from agents.stages.topics import Topics
from agents.transport.publisher import Publisher
from detectors.routing.ramp import RampMove
from detectors.routing.router import RouteDecision
from schemas.events.alert import Alert
from schemas.events.codec import encode_event
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_performance import ModelPerformance
from schemas.events.published import PublishedEvent
from schemas.events.retrain_request import RetrainRequest
from schemas.events.retrain_signal import RetrainSignal
from schemas.events.rollback_request import RollbackRequest
from schemas.events.version_record import VersionRecord, version_key
from schemas.tables.model_version import ModelVersion


@dataclass(frozen=True, slots=True)
class Outputs:
    """Publishes the events that stages find, each to the topic of its type.

    Attributes
    ----------
    topics, publisher
        Where and how they are sent.
    telemetry
        Is told of each.
    """

    topics: Topics
    publisher: Publisher
    telemetry: Telemetry

    async def publish(self, event: PublishedEvent) -> Awaitable[object]:
        """Send one event; the result is done when the broker has acknowledged it.

        Raises
        ------
        TypeError
            For a type of event that has no topic.
        """
        return await self.publisher.send(
            self._told(event),
            key=event.key,
            value=encode_event(event),
            headers=event.headers(),
        )

    async def forget_version(self, key: ModelVersion) -> Awaitable[object]:
        """Delete what was told of a model version; done as of `publish`."""
        return await self.publisher.send(
            self.topics.model_versions, key=version_key(*key), value=None
        )

    async def route(self, decision: RouteDecision) -> list[Awaitable[object]]:
        """Send what was decided about a route; done as of `publish`."""
        self.telemetry.route_decided(decision)
        sent: list[Awaitable[object]] = []
        if decision.move is not RampMove.ENDED_BY_OPERATOR:
            sent.append(
                await self.publisher.send(
                    self.topics.model_routing,
                    key=decision.model.encode(),
                    value=None if decision.route is None else encode_event(decision.route),
                    headers=None if decision.route is None else decision.route.headers(),
                )
            )
        if decision.event is not None:
            sent.append(
                await self.publisher.send(
                    self.topics.model_events,
                    key=decision.model.encode(),
                    value=encode_event(decision.event),
                )
            )
        return sent

    def _told(self, event: PublishedEvent) -> str:
        """Tell of an event; return its topic."""
        match event:
            case Alert():
                self.telemetry.alert_raised(event)
                topic = self.topics.alerts
            case ModelPerformance():
                self.telemetry.performance_told(event)
                topic = self.topics.model_performance
            case ModelComparison():
                self.telemetry.versions_compared(event)
                topic = self.topics.model_comparisons
            case RetrainRequest():
                self.telemetry.retrain_requested(event)
                topic = self.topics.retrain_requests
            case RollbackRequest():
                self.telemetry.rollback_requested(event)
                topic = self.topics.rollback_requests
            case RetrainSignal():
                self.telemetry.trigger_met(event)
                topic = self.topics.lifecycle
            case VersionRecord():
                topic = self.topics.model_versions
            case _:
                raise TypeError(f"{type(event).__name__} has no topic")
        return topic
