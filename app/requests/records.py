"""The records of the topics of requests and of what answers them, decoded."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from agents.records.record import Record
from schemas.events.codec import decode_object
from schemas.events.event import Event
from schemas.events.lifecycle import decode_lifecycle
from schemas.events.model_event import ModelEvent
from schemas.events.not_taken import NotTaken

EventT = TypeVar("EventT", bound=Event)


def decoded_events(records: Iterable[Record]) -> tuple[list[ModelEvent], int]:
    """Return the model events among the records of their topic, and how many are neither."""
    happened, strange = decoded(decode_lifecycle, records)
    return [event for event in happened if isinstance(event, ModelEvent)], strange


def decoded(
    decode: Callable[[dict[str, Any]], EventT], records: Iterable[Record]
) -> tuple[list[EventT], int]:
    """Return the events that records are, and how many are none."""
    events: list[EventT] = []
    strange = 0
    for record in records:
        try:
            events.append(decode(decode_object(record.value)))
        except NotTaken:
            strange += 1
    return events, strange
