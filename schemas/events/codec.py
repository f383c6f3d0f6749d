"""Bytes to events and back: JSON by orjson; the only place that refuses a message's bytes."""

import json
from typing import Any, Final, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from schemas.events.event import Event
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.nothing_to_say import NothingToSay, Silence

LARGEST_MESSAGE: Final = 1_000_000
"""Bytes of a message above which it is refused without being decoded."""

_REASONS: Final = {"missing": Reason.MISSING_FIELD}
_MOST_PROBLEMS: Final = 10
_MOST_DIGITS: Final = 20  # of 64 bits, or with the sign
_EventT = TypeVar("_EventT", bound=Event)


def decode_object(
    value: bytes | None, *, largest: int = LARGEST_MESSAGE, as_written: bool = False
) -> dict[str, Any]:
    """Return the JSON object that a record's value holds.

    NaN and Infinity, which JSON does not have and many encoders write, are read as such, and
    numbers beyond float64 as infinite, so that one such feature does not cost its whole event.

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
        For a null value, and for JSON's null: serialisers that are given nothing write that.
    InvalidMessage
        For a value above ``largest`` bytes, bytes that are not JSON, or JSON that is neither null
        nor an object.
    """
    if value is None:
        raise NothingToSay(Silence.TOMBSTONE)
    if len(value) > largest:
        raise InvalidMessage(Reason.TOO_LARGE, f"{len(value)} bytes, at most {largest} are taken")
    try:
        document = orjson.loads(value)
        if as_written:
            document = json.loads(value.decode(), parse_float=str, parse_int=str)
    except orjson.JSONDecodeError as error:
        document = _decode_lenient(value, error, as_written=as_written)
    if document is None:
        raise NothingToSay(Silence.TOMBSTONE)
    if type(document) is not dict:
        found = type(document).__name__
        raise InvalidMessage(Reason.NOT_AN_OBJECT, f"expected a JSON object, found {found}")
    return document


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


def _decode_lenient(value: bytes, error: orjson.JSONDecodeError, *, as_written: bool) -> Any:
    # Only what can be mended is read a second time; the last is orjson's word for 1e999.
    if b"NaN" in value or b"Infinity" in value or "infinity" in error.msg:
        try:
            document = json.loads(value.decode(), parse_int=_whole)
            orjson.dumps(document)  # what cannot be written (lone surrogates) cannot be passed on
            if as_written:
                document = json.loads(value.decode(), parse_float=str, parse_int=str)
        except (ValueError, TypeError, RecursionError):
            pass
        else:
            return document
    # The position helps whoever looks for the fault; the content may be personal data.
    detail = f"not JSON (line {error.lineno}, column {error.colno})"
    raise InvalidMessage(Reason.UNDECODABLE, detail) from None


def _whole(digits: str) -> int | float:
    """Return an integer as orjson reads it: a float beyond 64 bits."""
    if len(digits) <= _MOST_DIGITS:
        number = int(digits)
        if -(2**63) <= number < 2**64:
            return number
    return float(digits)
