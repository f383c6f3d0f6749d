"""Event time: milliseconds since the epoch inside, RFC 3339 outside."""

from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.events.invalid import InvalidMessage, Reason

EARLIEST_MS = 0
LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999, the end of what RFC 3339 can write."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_time(value: object) -> int:
    """Return the milliseconds since the epoch of a time as Driftline writes it.

    What producers write, `schemas.events.event_times.read_time` reads.

    Parameters
    ----------
    value
        RFC 3339 text; a time without an offset is UTC.

    Raises
    ------
    InvalidMessage
        For any other type, text that is no time, or a time outside the years 1970 to 9999.

    Examples
    --------
    >>> parse_time("1970-01-01T00:00:01.5Z")
    1500
    """
    if not isinstance(value, str):
        raise InvalidMessage(Reason.WRONG_TYPE, "timestamp: expected RFC 3339 text")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise InvalidMessage(Reason.INVALID_VALUE, "timestamp: not RFC 3339") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    milliseconds = round(moment.timestamp() * 1000)
    if not EARLIEST_MS <= milliseconds <= LATEST_MS:
        raise InvalidMessage(Reason.INVALID_VALUE, "timestamp: outside the years 1970 to 9999")
    return milliseconds


def clamped_time(milliseconds: int) -> int:
    """Return a record's own time as event time: within the years 1970 to 9999.

    A record without a time has -1, and a producer may write any 64-bit number.

    Examples
    --------
    >>> clamped_time(-1)
    0
    """
    return min(max(milliseconds, EARLIEST_MS), LATEST_MS)


def format_time(milliseconds: int) -> str:
    """Return RFC 3339 text in UTC with milliseconds; a time that cannot be written is clamped.

    Examples
    --------
    >>> format_time(1500)
    '1970-01-01T00:00:01.500Z'
    """
    moment = _EPOCH + timedelta(milliseconds=clamped_time(milliseconds))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
