"""Decoded documents to model events."""

from typing import Any

from schemas.events.codec import decode_event
from schemas.events.left_out import LeftOut
from schemas.events.model_event import ModelEvent
from schemas.events.times import format_time
from schemas.payloads.optional_fields import event_time, name_of, optional_name


def model_event_of(
    document: dict[str, Any], *, record_time: int, odd: list[LeftOut]
) -> tuple[ModelEvent, int]:
    """Return a model event, its time in RFC 3339, and that time in milliseconds.

    Parameters
    ----------
    document
        The event, fields under their own names.
    record_time
        The record's time in milliseconds, the event time where the document has none.
    odd
        To which the optional fields are added that were left out.

    Raises
    ------
    InvalidMessage
        As `schemas.events.codec.decode_event`.
    """
    model, time = document.get("model"), event_time(document.get("timestamp"), record_time, odd)
    named = {
        **document,
        "model": name_of(model) or model,
        "version": optional_name(document.get("version"), "version", odd),
        "timestamp": format_time(time),
    }
    return decode_event(ModelEvent, named), time
