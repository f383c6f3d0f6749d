"""Retrain requests that nobody has answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

from agents.records.record import Record
from app.requests.expiry import extended
from app.requests.records import decoded, decoded_events
from schemas.events.codec import decode_event
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.retrain_request import RetrainRequest
from schemas.events.times import format_time, parse_time
from schemas.tables.model_version import ModelVersion


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request, and how far its answer has come.

    Attributes
    ----------
    request
        The latest of its model version.
    acknowledged_at, started_at
        When someone took it on, and when a retraining began, RFC 3339; None where neither is told
        of.
    expires
        Until when it is open, milliseconds since the epoch; None of an earlier release's, which
        does not say it.
    """

    request: RetrainRequest
    acknowledged_at: str | None = None
    started_at: str | None = None
    expires: int | None = None

    @classmethod
    def of(cls, request: RetrainRequest) -> Self:
        """Return a request of which nobody has said anything."""
        until = request.expires_at
        return cls(request, expires=None if until is None else parse_time(until))

    def taken_on(self, kind: ModelEventType, time: str) -> Self:
        """Return it as it is once an event says that someone is at it."""
        expires = self.expires
        if expires is not None and self.request.expires_at is not None:
            lasts = parse_time(self.request.expires_at) - _made(self.request)
            expires = extended(expires, lasts, time)
        if kind is ModelEventType.RETRAIN_STARTED:
            return replace(self, started_at=time, expires=expires)
        return replace(self, acknowledged_at=time, expires=expires)

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "kind": "retrain",
            **self.request.model_dump(mode="json"),
            "acknowledged_at": self.acknowledged_at,
            "started_at": self.started_at,
            "open_until": None if self.expires is None else format_time(self.expires),
        }

    def lines(self) -> list[str]:
        """Return what people are told of it."""
        request = self.request
        replaces = request.replaces or request.version
        expires = "at a time that it does not say"
        if self.expires is not None:
            expires = format_time(self.expires)
        evidence = f"{len(request.alerts)} alerts"
        if request.signals:
            evidence += f", {len(request.signals)} conditions of rows"
        asked = f"request {request.request_id} of {request.requested_at}"
        rows = f"rows since {request.data_since}{self._labelled()}"
        return [
            request.message,
            f"  {asked}, priority {request.priority}, expires {expires}",
            f"  would replace version {replaces}, by {rows}",
            f"  {evidence}; retraining {self._begun()}",
        ]

    def _begun(self) -> str:
        if self.started_at:
            return f"begun at {self.started_at}"
        if self.acknowledged_at:
            return f"not begun, taken on at {self.acknowledged_at}"
        return "not begun"

    def _labelled(self) -> str:
        training = self.request.training
        if training is None or training.labelled_rows is None:
            return ""
        enough = "enough" if training.is_enough else "not enough yet"
        return f", {training.labelled_rows} of them labelled ({enough})"


def open_requests(
    requests: Iterable[Record], events: Iterable[Record]
) -> tuple[list[OpenRequest], int]:
    """Return the unanswered requests by version, and how many records are no request or event.

    A request is answered by a model event that ends it: one that names it, or one that is not dated
    before it. There is one of each model version at most, the latest; it may have expired.
    """
    asked_for, strange_requests = decoded(partial(decode_event, RetrainRequest), requests)
    happened, strange_events = decoded_events(events)
    latest: dict[ModelVersion, OpenRequest] = {}
    for request in asked_for:
        key = request.model, request.version
        known = latest.get(key)
        if known is None or _made(known.request) <= _made(request):
            latest[key] = OpenRequest.of(request)
    for event in happened:
        answered = _answered(event, [key for key in latest if key[0] == event.model], latest)
        for key in answered:
            if event.effects.ends_request:
                del latest[key]
            elif event.effects.extends_request and event.timestamp is not None:
                latest[key] = latest[key].taken_on(
                    event.type, format_time(parse_time(event.timestamp))
                )
    return [latest[key] for key in sorted(latest)], strange_requests + strange_events


def _answered(
    event: ModelEvent, keys: list[ModelVersion], latest: Mapping[ModelVersion, OpenRequest]
) -> list[ModelVersion]:
    """Return whose requests an event is about: it names one, or comes after them.

    A retraining that has failed, or begun, and names a request is about no other.
    """
    named = [key for key in keys if latest[key].request.request_id == event.request_id]
    is_of_one = not event.effects.ends_request or event.type is ModelEventType.RETRAIN_FAILED
    if named and is_of_one:
        return named
    if event.effects.extends_request and event.request_id:
        return []
    time = None if event.timestamp is None else parse_time(event.timestamp)
    return [
        key for key in keys if key in named or time is None or time >= _made(latest[key].request)
    ]


def _made(request: RetrainRequest) -> int:
    return parse_time(request.requested_at)
