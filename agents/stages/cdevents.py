"""The CDEvents of what detection has found, where they are asked for."""

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass

from agents.stages.telemetry import Telemetry
from agents.transport.publisher import Publisher
from detectors.rollback.done import DoneRollback
from detectors.versions.incidents import IncidentEnd, IncidentTurn
from schemas.events.cdevents import (
    CDEvent,
    CDEventType,
    Context,
    IncidentContent,
    IncidentData,
    IncidentDetected,
    IncidentResolved,
    IncidentSubject,
    Link,
    LinkTarget,
    Reference,
    RollbackData,
    ServiceContent,
    ServiceRolledBack,
    ServiceSubject,
    artifact_of,
    source_of,
)
from schemas.events.codec import encode_event
from schemas.events.identity import stable_id
from schemas.events.rollback_request import RollbackCause, RollbackRequest
from schemas.events.times import format_time

_SAID = {
    IncidentEnd.RESOLVED: "it is resolved",
    IncidentEnd.ACKNOWLEDGED: "the alert was acknowledged",
    IncidentEnd.RESTARTED: "the references of the model begin anew",
    IncidentEnd.GONE: "the version was retired or rolled back",
    IncidentEnd.FORGOTTEN: "the alert is remembered no longer",
}


@dataclass(frozen=True, slots=True)
class CDEvents:
    """Publishes what is found as CDEvents.

    Attributes
    ----------
    topic
        Where they are sent.
    environment
        In which the models serve, as the receivers call it.
    publisher, telemetry
        How they are sent; told of each.
    """

    topic: str
    environment: str
    publisher: Publisher
    telemetry: Telemetry

    async def publish(
        self, turns: Iterable[IncidentTurn], rollbacks: Iterable[DoneRollback]
    ) -> list[Awaitable[object]]:
        """Send what has become of incidents, and rollbacks that were done.

        Each result is done when the broker has acknowledged its event.
        """
        events: list[CDEvent] = [incident(turn, self.environment) for turn in turns]
        events += [rolled_back(each, self.environment) for each in rollbacks]
        sent: list[Awaitable[object]] = []
        for event in events:
            self.telemetry.cdevent_told(event)
            sent.append(
                await self.publisher.send(
                    self.topic, key=event.key, value=encode_event(event), headers=event.headers()
                )
            )
        return sent


def incident(turn: IncidentTurn, environment: str) -> IncidentDetected | IncidentResolved:
    """Return the event of an incident that begins, or is over."""
    model, version = turn.key
    alert, time = turn.alert, format_time(turn.time)
    kind = IncidentDetected if turn.end is None else IncidentResolved
    about = f"{alert.kind} of {alert.feature} in version {version} of {model}"
    made = (
        f"{about}: the version serves again" if turn.end is None else f"{about}: {_SAID[turn.end]}"
    )
    is_told = turn.message is not None and turn.end in {None, IncidentEnd.RESOLVED}
    return kind(
        context=_context(kind.ce_type, model, time, alert.alert_id),
        subject=IncidentSubject(
            id=alert.alert_id,
            content=IncidentContent(
                description=turn.message if is_told and turn.message else made,
                environment=Reference(id=environment),
                service=Reference(id=model),
                artifact_id=artifact_of(model, version),
            ),
        ),
        custom_data=IncidentData(
            model=model,
            version=version,
            alert_id=alert.alert_id,
            kind=alert.kind,
            severity=alert.severity,
            feature=alert.feature,
            end=turn.end,
        ),
    )


def rolled_back(done: DoneRollback, environment: str) -> ServiceRolledBack:
    """Return the event of a rollback that was done."""
    request, kind = done.request, ServiceRolledBack.ce_type
    context = _context(kind, done.model, format_time(done.time), done.event_id)
    return ServiceRolledBack(
        context=context.model_copy(update={"links": _links(request)}),
        subject=ServiceSubject(
            id=done.model,
            content=ServiceContent(
                environment=Reference(id=environment),
                artifact_id=artifact_of(done.model, done.target),
            ),
        ),
        custom_data=RollbackData(
            model=done.model,
            version=done.version,
            target=done.target,
            request_id=None if request is None else request.request_id,
            cause=None if request is None else str(request.cause),
        ),
    )


def _links(request: RollbackRequest | None) -> list[Link]:
    """Return links to the incidents that are evidence of a request: crossed thresholds."""
    evidence = [] if request is None else request.evidence
    return [
        Link(
            target=LinkTarget(
                context_id=_id(CDEventType.INCIDENT_DETECTED, each.found_in, each.at.time)
            )
        )
        for each in evidence
        if each.cause is RollbackCause.THRESHOLD
    ]


def _context(kind: CDEventType, model: str, time: str, about: str) -> Context:
    return Context(id=_id(kind, about, time), source=source_of(model), type=kind, timestamp=time)


def _id(kind: CDEventType, about: str, time: str) -> str:
    """Return the id of an event: one alert, or model event, has one of a type at a time."""
    return stable_id(kind, about, time)
