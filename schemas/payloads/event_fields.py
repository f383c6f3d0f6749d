"""A record's value to the fields of an event, under their own names; the plain reader's way."""

from typing import Any, Final

from schemas.events.codec import LARGEST_MESSAGE, decode_object
from schemas.events.event import LONGEST_NAME
from schemas.payloads.rows import FieldMap

_NAMES: Final = ("prediction_id", "model", "version")
_OUTCOMES: Final = ("prediction", "label")
_WORDS: Final = 2.0**63
"""From here on JSON's whole numbers are read as floats, and lose digits."""


def event_fields(
    value: bytes | None, fields: FieldMap, *, largest: int = LARGEST_MESSAGE
) -> dict[str, Any]:
    """Return the fields that a value holds.

    Ids and names that are numbers are read as they are written, and so are classes of more digits
    than 64 bits hold.

    Parameters
    ----------
    value
        A record's value.
    fields
        Where the fields stand in its document.
    largest
        Bytes above which it is refused.

    Raises
    ------
    NotTaken
        As `schemas.events.codec.decode_object`.

    Examples
    --------
    >>> event_fields(b'{"prediction_id": 1.10, "model": "m"}', FieldMap())
    {'prediction_id': '1.10', 'model': 'm'}
    """
    named = fields.apply(decode_object(value, largest=largest))
    inexact = [name for name in _NAMES if type(named.get(name)) is float]
    inexact += [name for name in _OUTCOMES if _is_long(named.get(name))]
    if not inexact:
        return named
    written = fields.apply(decode_object(value, largest=largest, as_written=True))
    exact = {name: written.get(name) for name in inexact}
    return {**named, **{name: text for name, text in exact.items() if _is_exact(name, text)}}


def _is_long(value: Any) -> bool:
    return type(value) is float and abs(value) >= _WORDS


def _is_exact(name: str, text: Any) -> bool:
    """Tell whether a number's text says more than the number: of a name, or of a class's digits."""
    if type(text) is not str:  # NaN
        return False
    return name in _NAMES or (len(text) <= LONGEST_NAME and text.removeprefix("-").isdecimal())
