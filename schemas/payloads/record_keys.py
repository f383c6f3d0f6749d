"""A record's key as an id, whatever serialiser wrote it."""

import json
from collections.abc import Sequence
from typing import Any, Final

from schemas.events.digits import whole_digits
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.json_text import without_prefix
from schemas.values.spellings import NOTHING

TEXT_AT: Final = 0x20
"""The first character of text: below are those that no id has, and a binary key has."""

_NOTHING: Final = frozenset(text.encode() for text in NOTHING)
_EVENT_IDS: Final = frozenset({"ce_id", "ce-id"})
_WORDS: Final = frozenset({4, 8})
_BEGINNINGS: Final = frozenset({b'"', b"{", b"["})


def is_plain(key: bytes) -> bool:
    """Tell whether a key is its id, byte for byte.

    Examples
    --------
    >>> is_plain(b"a1"), is_plain(b'"a1"')
    (True, False)
    """
    if not key.isascii() or key[:1] in _BEGINNINGS or min(key, default=0) < TEXT_AT:
        return False
    return key[:1] != b" " != key[-1:] and key.decode() not in NOTHING


def key_or_event_id(key: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> bytes | None:
    """Return a record's key, or where it has none the id that CloudEvents write into a header."""
    if key:
        return key
    return next((value for name, value in headers if name in _EVENT_IDS), key)


def id_of(key: bytes) -> str:
    """Return the id that a key is; an empty text where it says nothing.

    Text is one as it stands. JSON is taken for what is in it: a text, a number, a struct of one
    field, as Kafka Connect and Debezium write them, behind the bytes of a schema registry or not,
    or a list of one, as CockroachDB does.
    Four or eight bytes that are no text are a whole number, the highest byte first.

    Raises
    ------
    InvalidMessage
        When it is neither.

    Examples
    --------
    >>> id_of(b"a1"), id_of(b'"a1"'), id_of(b'{"id": 7}'), id_of(bytes([0, 0, 0, 0, 0, 0, 0, 7]))
    ('a1', 'a1', '7', '7')
    >>> id_of(b"[7]"), id_of(b'["eu", 7]')
    ('7', '["eu", 7]')
    """
    if is_plain(key):
        return key.decode()
    bare = key.strip()
    if bare in _NOTHING:
        return ""
    if len(bare) < len(key) and is_plain(bare):
        return bare.decode()
    text = without_prefix(key)
    if text[:1] in _BEGINNINGS:
        found = _of_json(text)
        if found is not None:
            return found
    is_binary = min(key, default=TEXT_AT) < TEXT_AT
    if len(key) in _WORDS and (is_binary or not _is_text(key)):
        return str(int.from_bytes(key, "big", signed=True))
    try:
        return key.decode()
    except UnicodeDecodeError:
        detail = "prediction_id: absent, and the key is not text"
        raise InvalidMessage(Reason.MISSING_FIELD, detail) from None


def _of_json(text: bytes) -> str | None:
    """Return the one value in a key's JSON, a number by its digits; None where it is none."""
    try:
        value: Any = json.loads(text.decode(), parse_float=whole_digits, parse_int=str)
    except (ValueError, RecursionError):
        return None
    if type(value) is dict and value.keys() == {"schema", "payload"}:
        value = value["payload"]
    if type(value) is dict and len(value) == 1:
        (value,) = value.values()
    elif type(value) is list and len(value) == 1:
        (value,) = value
    # A lone surrogate is no text that can be passed on.
    return value if type(value) is str and value.isprintable() else None


def _is_text(key: bytes) -> bool:
    try:
        key.decode()
    except UnicodeDecodeError:
        return False
    return True
