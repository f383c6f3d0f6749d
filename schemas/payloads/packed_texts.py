"""What texts of a feature hold that is no category: JSON, lists, bytes, times, units, durations.

Each of them would be a category of its own, of which only the shares are watched.
"""

import re
from collections.abc import Sequence
from typing import Final

from schemas.events.codec import json_in_text
from schemas.events.event_times import read_time
from schemas.events.invalid import InvalidMessage
from schemas.payloads.printed_values import printed

_LEAST: Final = 5
"""Distinct texts from which times and units are told: a few may be categories."""

_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)")
"""Filled up at the end: other texts rarely are."""

_SPARSE: Final = re.compile(r"\(\d{1,9},\[[\d,]*\],\[[-+.\deE,]*\]\)")
"""A sparse vector as Spark prints it."""

_UNIT: Final = re.compile(
    r"[-+]?\d{1,15}(?:[.,]\d{1,15})?\s?([^\W\d_]{1,6}|[^\W\d_]{1,4}/[a-z]{1,3})"
)

_DURATION: Final = re.compile(
    r"[-+]?P(?=[\dT])(?:\d+(?:\.\d+)?[YMWD])*(?:T(?:\d+(?:[.,]\d+)?[HMS])+)?"  # ISO 8601
    r"|-?(?:\d{1,6} days?,? |\d{1,6}\.)?\d{1,4}:\d\d:\d\d(?:[.,]\d{1,9})?"  # Python, .NET
    r"|-?(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|\u00b5s|ns))+"  # Go
)
"""Durations, and times of day with seconds, which look alike."""


def packed_in(texts: Sequence[str]) -> str | None:
    """Return what all of some distinct texts hold, in words; None of others.

    Examples
    --------
    >>> packed_in(["[0.1 0.2]", "[0.3 0.4]"])
    'lists in texts; send lists of numbers'
    >>> packed_in([f"{number} km" for number in range(9)])
    "numbers with the unit 'km'; send numbers"
    >>> packed_in([f"PT{number}M30S" for number in range(9)])
    'durations or times of day in texts: each is a category of its own; send numbers, as of seconds'
    >>> packed_in(["CH", "DE"])
    """
    if not texts:
        return None
    if all(isinstance(json_in_text(each), dict | list) for each in texts):
        return "JSON in texts; send objects or lists"
    if all(_SPARSE.fullmatch(each) or isinstance(printed(each), dict | list) for each in texts):
        return "lists in texts; send lists of numbers"
    if all(map(_BASE64.fullmatch, texts)):
        return (
            "bytes in Base64 by their look, as Debezium writes decimals; of messages without "
            "a schema set decimal.handling.mode to double or string"
        )
    return _measured(texts) if len(texts) >= _LEAST else None


def _measured(texts: Sequence[str]) -> str | None:
    """Say whether texts are times, numbers with one unit, or durations."""
    if all(map(_is_time, texts)):
        return "times in texts: each is a category of its own; send what of them matters, or none"
    units = {found[1] if (found := _UNIT.fullmatch(each)) else None for each in texts}
    (unit, *others) = units
    if unit is not None and not others:
        return f"numbers with the unit {unit!r}; send numbers"
    if all(map(_DURATION.fullmatch, texts)):
        return (
            "durations or times of day in texts: each is a category of its own; send numbers, as "
            "of seconds"
        )
    return None


def _is_time(text: str) -> bool:
    try:
        read_time(text)
    except InvalidMessage:
        return False
    return not text.strip().isdigit()
