"""Event times as producers write them: texts, and epochs in any unit, never one for another."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.time_texts import moment_of
from schemas.events.times import LATEST_MS

FIRST_MS: Final = 31_536_000_000
"""The first millisecond of 1971: 1970 is what clocks say that were not set, and epochs of zero."""

FIRST_EPOCH: Final = 946_684_800.0
"""Seconds at the beginning of the year 2000, before which a number is no epoch."""

END_EPOCH: Final = 4_102_444_800.0
"""Seconds at the end of 2099, from which on a number is no epoch; units are 1,000 apart."""

EPOCH_UNITS: Final = (1.0, 1e3, 1e6, 1e9)
"""What an epoch may count to a second; no number is one of that span in two units."""

_SEPARATORS: Final = frozenset({"T", " "})
_SECONDS: Final = len("YYYY-MM-DDTHH:MM:SS")
_LONGEST: Final = 128
_NUMBER: Final = re.compile(r"\d{1,40}(?:\.\d{0,40})?(?:e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_DOTNET: Final = re.compile(r"/Date\((\d{1,20})(?:[+-]\d{4})?\)/", re.ASCII)


def read_time(value: object) -> int:
    """Return event time in milliseconds since the epoch.

    Parameters
    ----------
    value
        A text in one of `schemas.events.time_texts.FORMS`, UTC where it has no zone; an epoch of
        the years 2000 to 2099 in seconds, milliseconds, microseconds or nanoseconds, as a number
        or in text; the numbers of a date (year, month, day, hour, ...); or the objects in which
        Protobuf and MongoDB write times.

    Raises
    ------
    InvalidMessage
        For any other type, a text or number that is no time or could be several, or a time outside
        the years 1971 to 9999.

    Examples
    --------
    >>> read_time("2026-03-01 13:00:00+0100"), read_time(1772366400), read_time("1772366400000")
    (1772366400000, 1772366400000, 1772366400000)
    """
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _of_number(value)
    if isinstance(value, dict):
        return _of_object(value)
    if isinstance(value, list):
        return _of_parts(value)
    raise InvalidMessage(Reason.WRONG_TYPE, "timestamp: expected text or a number")


def _of_number(value: float) -> int:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    for unit in EPOCH_UNITS:
        if FIRST_EPOCH * unit <= number < END_EPOCH * unit:
            return round(number * 1000.0 if unit == 1.0 else number / (unit / 1e3))
    raise InvalidMessage(
        Reason.INVALID_VALUE, "timestamp: a number that is no epoch of the years 2000 to 2099"
    )


def _of_text(value: str) -> int:
    moment = _usual(value)
    if moment is not None:
        return _bounded(moment)
    text = value.strip()
    if len(text) > _LONGEST:
        raise InvalidMessage(Reason.INVALID_VALUE, "timestamp: too long for a time")
    if _NUMBER.fullmatch(text) and not _is_date(text):
        return _of_number(float(text))
    dotnet = _DOTNET.fullmatch(text)
    if dotnet is not None:
        return _of_number(int(dotnet[1]))
    try:
        moment = moment_of(text)
    except (ValueError, OverflowError) as error:
        raise InvalidMessage(Reason.INVALID_VALUE, f"timestamp: {error}") from None
    return _bounded(moment)


def _usual(text: str) -> datetime | None:
    """Return the time of a text in the usual form, which Python itself reads, and faster."""
    if len(text) < _SECONDS or text[4] != "-" or text[7] != "-" or text[10] not in _SEPARATORS:
        return None
    if text[-1] != "Z" and text[-2] >= "6":
        return None  # perhaps sixty minutes and more of an offset, which Python takes
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _is_date(text: str) -> bool:
    """Tell digits of a date (20260301, 20260301120000) from an epoch, which has none so long."""
    return len(text) in {8, 12, 14} and text.isdecimal() and not _is_epoch(float(text))


def _is_epoch(number: float) -> bool:
    return any(FIRST_EPOCH * unit <= number < END_EPOCH * unit for unit in EPOCH_UNITS)


def _of_parts(parts: list[Any]) -> int:
    """Return the time that year, month, day, hour, minute, second and nanosecond are."""
    if not 3 <= len(parts) <= 7 or not all(type(part) is int for part in parts):
        raise InvalidMessage(Reason.WRONG_TYPE, "timestamp: expected text or a number")
    year, month, day, hour, minute, second, nanosecond = [*parts, 0, 0, 0, 0][:7]
    try:
        moment = datetime(year, month, day, hour, minute, second, nanosecond // 1000, tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidMessage(Reason.INVALID_VALUE, f"timestamp: {error}") from None
    return _bounded(moment)


def _of_object(value: Mapping[str, Any]) -> int:
    """Return the time in an object of MongoDB ($date) or Protobuf (seconds, nanos)."""
    inner: Any = value
    for name in ("$date", "$numberLong"):
        if isinstance(inner, dict) and len(inner) == 1 and name in inner:
            inner = inner[name]
    for seconds, nanos in (("seconds", "nanos"), ("_seconds", "_nanoseconds")):
        if isinstance(inner, dict) and seconds in inner and inner.keys() <= {seconds, nanos}:
            whole, part = inner[seconds], inner.get(nanos) or 0
            if isinstance(whole, str | int) and type(part) is int and 0 <= part < 10**9:
                return read_time(whole) + part // 1_000_000
    if isinstance(inner, dict | list):
        raise InvalidMessage(Reason.WRONG_TYPE, "timestamp: expected text or a number")
    return read_time(inner)


def _bounded(moment: datetime) -> int:
    milliseconds = round(moment.timestamp() * 1000)
    if not FIRST_MS <= milliseconds <= LATEST_MS:
        raise InvalidMessage(Reason.INVALID_VALUE, "timestamp: outside the years 1971 to 9999")
    return milliseconds
