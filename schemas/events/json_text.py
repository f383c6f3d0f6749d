"""The JSON that a record's bytes hold, also where it is not by itself, or not quite JSON."""

import json
from typing import Any, Final

import orjson

from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.not_json import cause_of

REGISTRY_PREFIX: Final = 5
"""Bytes before a value that name its schema in a registry: 0 and the schema's number."""

REGISTRY_GUID: Final = 17
"""Likewise of newer clients: 1 and the schema's GUID."""

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_BRACKETS: Final = frozenset({b"{}", b"[]", b'""'})
_MOST_DIGITS: Final = 20  # of 64 bits, or with the sign


def json_of(value: bytes, *, as_written: bool = False) -> Any:
    """Return what the JSON in some bytes is.

    Beyond JSON are taken a byte order mark, the bytes before it by which clients of a schema
    registry name its schema, NaN and Infinity, and numbers beyond float64, which are infinite.

    Parameters
    ----------
    value
        The bytes.
    as_written
        Whether finite numbers are texts, every digit as it is written.

    Raises
    ------
    InvalidMessage
        Naming the cause, without the content, and what a producer is to set.
    """
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        text = without_prefix(value)
        if text is value:
            return _lenient(value, error, as_written=as_written)
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError as inner:
            return _lenient(text, inner, as_written=as_written)
        value = text
    return _as_written(value) if as_written else document


def without_prefix(value: bytes) -> bytes:
    """Return a value without what stands before its JSON; the same object where nothing does.

    Examples
    --------
    >>> without_prefix(bytes([0, 0, 0, 0, 7]) + b'{"a": 1}')
    b'{"a": 1}'
    """
    for magic, size in ((b"\x00", REGISTRY_PREFIX), (b"\x01", REGISTRY_GUID)):
        text = value[size:].removeprefix(BYTE_ORDER_MARK).strip()
        # The whole of it, for Avro's first byte may be any.
        if value[:1] == magic and (text[:1] + text[-1:] in _BRACKETS or text == b"null"):
            return text
    return value.removeprefix(BYTE_ORDER_MARK) if value[:1] == b"\xef" else value


def _as_written(value: bytes) -> Any:
    try:
        return json.loads(value.decode(), parse_float=str, parse_int=str)
    except RecursionError:
        raise InvalidMessage(Reason.UNDECODABLE, "nested too deeply") from None


def _lenient(value: bytes, error: orjson.JSONDecodeError, *, as_written: bool) -> Any:
    # Only what can be mended is read a second time; the last is orjson's word for 1e999.
    if b"NaN" in value or b"Infinity" in value or "infinity" in error.msg:
        try:
            document = json.loads(value.decode(), parse_int=_whole)
            orjson.dumps(document)  # what cannot be written (lone surrogates) cannot be passed on
            return _as_written(value) if as_written else document
        except (ValueError, TypeError, RecursionError):
            pass
    raise InvalidMessage(*cause_of(value, error)) from None


def _whole(digits: str) -> int | float:
    """Return an integer as orjson reads it: a float beyond 64 bits."""
    if len(digits) <= _MOST_DIGITS:
        number = int(digits)
        if -(2**63) <= number < 2**64:
            return number
    return float(digits)
