"""Retrain requests that nobody has answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from agents.records.record import Record
from app.kafka.whole_topic import reading
from app.settings import Settings, TopicRole
from schemas.events.codec import decode_event, decode_object
from schemas.events.event import Event
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.not_taken import NotTaken
from schemas.events.retrain_request import RetrainRequest
from schemas.events.times import parse_time

_EventT = TypeVar("_EventT", bound=Event)


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request, and how far its answer has come.

    Attributes
    ----------
    request
        The latest of its model.
    started_at
        When a retraining began, RFC 3339; None where none is told of.
    """

    request: RetrainRequest
    started_at: str | None

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {**self.request.model_dump(mode="json"), "started_at": self.started_at}

    def lines(self) -> list[str]:
        """Return what people are told of it."""
        request = self.request
        begun = f"begun at {self.started_at}" if self.started_at else "not begun"
        replaces = request.replaces or request.version
        expires = request.expires_at or "at a time that it does not say"
        return [
            request.message,
            f"  request {request.request_id} of {request.requested_at}, expires {expires}",
            f"  would replace version {replaces}, by rows since {request.data_since}",
            f"  {len(request.alerts)} alerts; retraining {begun}",
        ]


async def read_open_requests(settings: Settings) -> tuple[list[OpenRequest], int]:
    """Read both topics to their ends; return the open requests, and how many records are odd.

    Raises
    ------
    TopicRefused
        If a topic does not exist, or may not be read.
    BrokersUnreachable
        If no broker answers.
    """
    records: list[list[Record]] = []
    for role in (TopicRole.RETRAIN_REQUESTS, TopicRole.LIFECYCLE):
        async with reading(settings, settings.topics.full_name(role)) as reader:
            records.append([record async for record in reader.records()])
    return open_requests(*records)


def open_requests(
    requests: Iterable[Record], events: Iterable[Record]
) -> tuple[list[OpenRequest], int]:
    """Return the open requests by model, and how many records are neither request nor event.

    A request is open until a model event ends it: one that names it, or one that is not dated
    before it. There is one of each model at most, the latest.
    """
    asked_for, strange_requests = _decoded(RetrainRequest, requests)
    happened, strange_events = _decoded(ModelEvent, events)
    latest: dict[str, RetrainRequest] = {}
    for request in asked_for:
        known = latest.get(request.model)
        if known is None or parse_time(known.requested_at) <= parse_time(request.requested_at):
            latest[request.model] = request
    started: dict[str, str] = {}
    for event in happened:
        asked = latest.get(event.model)
        if asked is None or not _answers(event, asked):
            continue
        if event.effects.ends_request:
            del latest[event.model]
        elif event.type is ModelEventType.RETRAIN_STARTED:
            started[asked.request_id] = str(event.timestamp)
    return [
        OpenRequest(each, started.get(each.request_id))
        for each in sorted(latest.values(), key=lambda each: each.model)
    ], strange_requests + strange_events


def _decoded(kind: type[_EventT], records: Iterable[Record]) -> tuple[list[_EventT], int]:
    """Return the events of one type that records are, and how many are none."""
    events: list[_EventT] = []
    strange = 0
    for record in records:
        try:
            events.append(decode_event(kind, decode_object(record.value)))
        except NotTaken:
            strange += 1
    return events, strange


def _answers(event: ModelEvent, request: RetrainRequest) -> bool:
    """Tell whether an event is about a request: it names it, or comes after it."""
    if event.request_id == request.request_id or event.timestamp is None:
        return True
    return parse_time(event.timestamp) >= parse_time(request.requested_at)
