"""Model events as JSON objects, as pipelines write them."""

from typing import Any

from schemas.events.codec import LARGEST_MESSAGE, decode_event
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.left_out import LeftOut
from schemas.events.model_event import ModelEvent
from schemas.events.nesting import refuse_too_deep
from schemas.events.times import format_time
from schemas.payloads.event_fields import Headers, event_fields
from schemas.payloads.header_marks import refuse_deleted_by
from schemas.payloads.optional_fields import event_time, name_of, optional_name, says_nothing
from schemas.payloads.rows import FieldMap


@refuse_too_deep
def model_event_of(
    value: bytes | None,
    *,
    record_time: int,
    odd: list[LeftOut],
    headers: Headers = (),
    largest: int = LARGEST_MESSAGE,
) -> tuple[ModelEvent, int]:
    """Return a model event, its time in RFC 3339, and that time in milliseconds.

    Parameters
    ----------
    value
        Of the record.
    record_time
        The record's time in milliseconds, the event time where the document has none.
    odd
        To which the optional fields are added that were left out.
    headers
        Of the record, which may say that it was deleted.
    largest
        Bytes above which it is refused.

    Raises
    ------
    NotTaken
        When the record is refused, or says nothing.
    """
    if value is not None:
        refuse_deleted_by(headers)
    documents = event_fields(value, FieldMap(), headers=headers, largest=largest)
    if len(documents) > 1:
        raise InvalidMessage(Reason.NOT_AN_OBJECT, "several model events: send a record for each")
    (document,) = documents
    model, time = document.get("model"), event_time(document.get("timestamp"), record_time, odd)
    named = {
        **document,
        "model": None if says_nothing(model) else name_of(model) or model,
        "version": optional_name(document.get("version"), "version", odd),
        "timestamp": format_time(time),
        "data_until": _data_until(document.get("data_until"), time, odd),
    }
    return decode_event(ModelEvent, named), time


def _data_until(raw: Any, time: int, odd: list[LeftOut]) -> str | None:
    """Return up to when a training has seen rows, no later than the event; None where unsaid."""
    if raw is None:
        return None
    return format_time(min(event_time(raw, time, odd, "data_until"), time))
