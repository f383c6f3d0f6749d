"""Rollback requests that nobody has answered."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

from agents.records.record import Record
from app.requests.expiry import extended
from app.requests.records import decoded, decoded_events
from schemas.events.codec import decode_event
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.rollback_request import RollbackRequest
from schemas.events.times import format_time, parse_time
from schemas.events.version_status import GONE, VersionStatus


@dataclass(frozen=True, slots=True)
class OpenRollback:
    """A request, and how far its answer has come.

    Attributes
    ----------
    request
        The latest of its model.
    acknowledged_at
        When someone took it on, RFC 3339; None where that is not told of.
    expires
        Until when it is open, milliseconds since the epoch.
    """

    request: RollbackRequest
    acknowledged_at: str | None
    expires: int

    @classmethod
    def of(cls, request: RollbackRequest) -> Self:
        """Return a request of which nobody has said anything."""
        return cls(request, None, parse_time(request.expires_at))

    def taken_on(self, time: str) -> Self:
        """Return it as it is once an event says that someone is at it."""
        lasts = parse_time(self.request.expires_at) - _made(self.request)
        expires = extended(self.expires, lasts, time)
        return replace(self, acknowledged_at=time, expires=expires)

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "kind": "rollback",
            **self.request.model_dump(mode="json"),
            "acknowledged_at": self.acknowledged_at,
            "open_until": format_time(self.expires),
        }

    def lines(self) -> list[str]:
        """Return what people are told of it."""
        request = self.request
        asked = f"request {request.request_id} of {request.requested_at}"
        found_in = dict.fromkeys(each.found_in for each in request.evidence)
        taken = f"taken on at {self.acknowledged_at}" if self.acknowledged_at else "not taken on"
        by = "people" if request.route_id is None else f"the route {request.route_id}"
        return [
            request.message,
            f"  {asked}, priority {request.priority}, expires {format_time(self.expires)}",
            f"  {request.cause.replace('_', ' ')}, found in {', '.join(found_in)}",
            f"  {taken}; to go back by {by}",
        ]


def open_rollbacks(
    requests: Iterable[Record],
    events: Iterable[Record],
    served: Callable[[str], Collection[str] | None],
) -> tuple[list[OpenRollback], int]:
    """Return the unanswered requests by model, and how many records are no requests.

    A request is answered by a model event that ends it or gives its version up, or once that has no
    share by the route in force. There is one of each model at most, the latest; it may have
    expired.

    Parameters
    ----------
    requests, events
        The records of the topics of rollback requests, and of model events.
    served
        Returns which versions of a model answer requests by the route in force; None without one.
    """
    asked_for, strange = decoded(partial(decode_event, RollbackRequest), requests)
    latest: dict[str, OpenRollback] = {}
    for request in asked_for:
        known = latest.get(request.model)
        if known is None or _made(known.request) <= _made(request):
            latest[request.model] = OpenRollback.of(request)
    happened = decoded_events(events)[0]
    champions = {
        (each.model, each.version)
        for each in happened
        if each.effects.becomes is VersionStatus.CHAMPION
    }
    for event in happened:
        known = latest.get(event.model)
        if known is None:
            continue
        is_routed = known.request.version in (served(event.model) or ())
        is_given_up = not is_routed and _gives_up(event, known.request, champions)
        if not is_given_up and not _is_about(event, known.request):
            continue
        if is_given_up or event.effects.ends_rollback:
            del latest[event.model]
        elif event.type is ModelEventType.ROLLBACK_ACKNOWLEDGED and event.timestamp is not None:
            latest[event.model] = known.taken_on(format_time(parse_time(event.timestamp)))
    return [
        latest[model]
        for model in sorted(latest)
        if (there := served(model)) is None or latest[model].request.version in there
    ], strange


def _is_about(event: ModelEvent, request: RollbackRequest) -> bool:
    """Tell whether an event answers a request: it names it, or comes after it.

    A refusal, or who is at it, that names another one is not about this.
    """
    effects = event.effects
    if not effects.ends_rollback and not effects.extends_rollback:
        return False
    if event.request_id == request.request_id:
        return True
    is_of_one = effects.extends_rollback or event.type is ModelEventType.ROLLBACK_REFUSED
    if event.request_id and is_of_one:
        return False
    return event.timestamp is not None and parse_time(event.timestamp) >= _made(request)


def _gives_up(
    event: ModelEvent, request: RollbackRequest, champions: Collection[tuple[str, str | None]]
) -> bool:
    """Tell whether an event says that the version of a request is one no more.

    Of champions `version_rolled_back` says nothing: they serve until another one does.
    """
    if event.effects.becomes not in GONE or event.version != request.version:
        return False
    is_champion = (event.model, event.version) in champions
    if is_champion and event.effects.becomes is VersionStatus.ROLLED_BACK:
        return False
    return event.timestamp is not None and parse_time(event.timestamp) >= _made(request)


def _made(request: RollbackRequest) -> int:
    return parse_time(request.requested_at)
