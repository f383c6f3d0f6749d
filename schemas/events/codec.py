"""Bytes to events and back: JSON by orjson; the only place that refuses a message's bytes."""

from typing import Any, Final, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from schemas.events.digits import may_have_codes, with_codes
from schemas.events.event import Event
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.json_text import json_of
from schemas.events.nesting import refuse_too_deep
from schemas.events.nothing_to_say import NothingToSay, Silence

LARGEST_MESSAGE: Final = 1_000_000
"""Bytes of a message above which it is refused without being decoded."""

_REASONS: Final = {"missing": Reason.MISSING_FIELD}
_MOST_PROBLEMS: Final = 10
_MOST_WRAPPED: Final = 3
_OPENING: Final = frozenset('{["')
_NOTHING: Final = (None, "", "null")
"""What serialisers write that are given nothing, and what those write that are given that."""

_EventT = TypeVar("_EventT", bound=Event)


def decode_object(
    value: bytes | None, *, largest: int = LARGEST_MESSAGE, as_written: bool = False
) -> dict[str, Any]:
    """Return the JSON object that a record's value holds.

    Also where it is written as a JSON string, or alone in an array, and in the forms beyond JSON
    that `schemas.events.json_text.json_of` takes: NaN and Infinity, which many encoders write, so
    that one such feature does not cost its whole event. Whole numbers of more digits than 64 bits
    hold are texts, so that none is lost.

    Parameters
    ----------
    value
        Of the record.
    largest
        Bytes above which it is refused.
    as_written
        Whether finite numbers are texts, every digit as it is written.

    Raises
    ------
    NothingToSay
        For a null value, for JSON's null, also in a text, and for an array of nothing else:
        serialisers that are given nothing write that.
    InvalidMessage
        For a value above ``largest`` bytes, bytes that are not JSON, or JSON that is neither null
        nor one object.
    """
    objects = decode_objects(value, largest=largest, as_written=as_written)
    if len(objects) > 1:
        raise InvalidMessage(Reason.NOT_AN_OBJECT, f"expected one object, found {len(objects)}")
    return objects[0]


def decode_objects(
    value: bytes | None, *, largest: int = LARGEST_MESSAGE, as_written: bool = False
) -> list[dict[str, Any]]:
    """Return the JSON objects that a record's value holds: one, or those of an array but nulls.

    Parameters and errors as for `decode_object`.
    """
    if value is None:
        raise NothingToSay(Silence.TOMBSTONE)
    if len(value) > largest:
        raise InvalidMessage(Reason.TOO_LARGE, f"{len(value)} bytes, at most {largest} are taken")
    document = _decoded(value, as_written=as_written)
    for _ in range(_MOST_WRAPPED):
        if type(document) is not str or document.lstrip()[:1] not in _OPENING:
            break
        document = _decoded(document.encode(), as_written=as_written)
    if type(document) is dict:
        return [document]
    if document in _NOTHING:
        raise NothingToSay(Silence.TOMBSTONE)
    if type(document) is list:
        events = [each for each in document if each is not None]
        if not events:
            raise NothingToSay(Silence.TOMBSTONE)
        if all(type(each) is dict for each in events):
            return events
    found = type(document).__name__
    raise InvalidMessage(
        Reason.NOT_AN_OBJECT, f"expected a JSON object, or an array of them, found {found}"
    )


def json_in_text(text: str) -> Any:
    """Return what the JSON in a text is, codes with every digit; the text itself where it is none.

    Examples
    --------
    >>> json_in_text("[1, 2]"), json_in_text("[new]")
    ([1, 2], '[new]')
    """
    try:
        return _decoded(text.encode(), as_written=False)
    except (InvalidMessage, UnicodeEncodeError):
        return text


def _decoded(value: bytes, *, as_written: bool) -> Any:
    """Return what is in JSON, with the text of whole numbers that are too long for 64 bits."""
    document = json_of(value, as_written=as_written)
    if as_written or not may_have_codes(value):
        return document
    return _with_codes(document, value)


@refuse_too_deep
def _with_codes(document: Any, value: bytes) -> Any:
    return with_codes(document, json_of(value, as_written=True))


def decode_event(kind: type[_EventT], document: dict[str, Any]) -> _EventT:
    """Return the event that a decoded document describes.

    Raises
    ------
    InvalidMessage
        Naming the fields that are missing or of the wrong type, the first ten of them.
    """
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        detail = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or kind.__name__}: {problem['msg']}"
            for problem in problems[:_MOST_PROBLEMS]
        )
        reason = _REASONS.get(problems[0]["type"], Reason.WRONG_TYPE)
        raise InvalidMessage(reason, detail) from None


def encode_event(event: BaseModel) -> bytes:
    """Return the event as JSON."""
    return orjson.dumps(event.model_dump(mode="json"))
