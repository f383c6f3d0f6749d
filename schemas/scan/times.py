"""Event times from the bytes of their text, read as by `schemas.events.event_times.read_time`."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.scan.arrays import as_bytes, as_spans
from schemas.scan.kernel import inlined, kernel
from schemas.scan.words import Bytes, Positions, first_flag, leading_number, not_digits, word

_0: Final = np.uint64(0)
_TWO_FLAGS: Final = np.uint64(0x8080)
_SECONDS_LENGTH: Final = 19  # YYYY-MM-DDTHH:MM:SS
_OFFSET_LENGTH: Final = 6  # +HH:MM
_SHORT_OFFSET_LENGTH: Final = 5  # +HHMM
_HOURS_LENGTH: Final = 3  # +HH, or UTC
_MOST_DIGITS: Final = 9  # of a fraction
_KEPT_DIGITS: Final = 6
_INVALID: Final = -1
_FIRST_YEAR: Final = 1971
_FIRST: Final = 31_536_000_000_000  # microseconds at its beginning
_FIRST_EPOCH: Final = 946_684_800.0  # seconds at the beginning of the year 2000
_END_EPOCH: Final = 4_102_444_800.0  # and at the end of 2099
_UNITS: Final = 4  # seconds, milliseconds, microseconds, nanoseconds
_SECONDS_DIGITS: Final = 10
_EXACT: Final = 2**53  # microseconds up to which float64 holds every one, until the year 2255

_TENS: Final = np.array([10**count for count in range(9)], dtype=np.uint64)
_POINT: Final = ord(".")
_COMMA: Final = ord(",")
_SPACE: Final = ord(" ")
_SMALL: Final = ord("a") - ord("A")
_U: Final = ord("U")
_C: Final = ord("C")
_PLUS: Final = ord("+")
_MINUS: Final = ord("-")
_COLON: Final = ord(":")
_T: Final = ord("T")
_Z: Final = ord("Z")
_ZERO: Final = ord("0")
_NINE: Final = ord("9")


def read_times(
    buffer: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the times that lie at ``buffer[starts[i]:ends[i]]``, in milliseconds since the epoch.

    Read is ``YYYY-MM-DDTHH:MM:SS``, also with a space, with a fraction of up to nine digits or
    none, and ``Z``, ``UTC``, an offset of hours and minutes, or nothing for UTC, from 1971 until
    2255; and epochs of 10, 13, 16 or 19 digits, from 2001 until 2099.

    Returns
    -------
    tuple
        Shape ``(n,)`` each: the times, and whether each was read; where it was not, `read_time`
        has to decide.

    Raises
    ------
    ValueError
        When the shapes do not agree, or the buffer is too long.

    Examples
    --------
    >>> text = np.frombuffer(b"2026-03-01T12:00:01.5Z", dtype=np.uint8)
    >>> read_times(text, np.array([0]), np.array([len(text)]))
    (array([1772366401500]), array([ True]))
    """
    buffer = as_bytes(buffer)
    starts, ends = as_spans(starts, ends)
    milliseconds = np.zeros(len(starts), dtype=np.int64)
    known = np.zeros(len(starts), dtype=np.bool_)
    _times(buffer, starts, ends, milliseconds, known)
    return milliseconds, known


def read_epochs(numbers: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the times that numbers are, in milliseconds since the epoch.

    Parameters
    ----------
    numbers
        Shape ``(n,)``: epochs of the years 2000 to 2099 in seconds, milliseconds, microseconds or
        nanoseconds.

    Returns
    -------
    tuple
        Shape ``(n,)`` each: the times, and whether each is one.

    Examples
    --------
    >>> read_epochs(np.array([1772366400.0, 1772366400.0e6, 20260301.0]))
    (array([1772366400000, 1772366400000,             0]), array([ True,  True, False]))
    """
    milliseconds = np.zeros(len(numbers), dtype=np.int64)
    known = np.zeros(len(numbers), dtype=np.bool_)
    _epochs(np.ascontiguousarray(numbers), milliseconds, known)
    return milliseconds, known


@kernel()
def _epochs(
    numbers: NDArray[np.float64], milliseconds: NDArray[np.int64], known: NDArray[np.bool_]
) -> None:
    for i in range(len(numbers)):
        epoch = _of_epoch(numbers[i])
        if epoch != _INVALID:
            milliseconds[i] = epoch
            known[i] = True


@kernel()
def _times(
    buffer: Bytes,
    starts: Positions,
    ends: Positions,
    milliseconds: NDArray[np.int64],
    known: NDArray[np.bool_],
) -> None:
    for i in range(len(starts)):
        start, end = starts[i], ends[i]
        if start < 0 or end > len(buffer):
            continue
        if end - start < _SECONDS_LENGTH or buffer[start + 4] != _MINUS:
            epoch = _epoch(buffer, start, end)
            if epoch != _INVALID:
                milliseconds[i] = epoch
                known[i] = True
            continue
        seconds = _seconds(buffer, start)
        microseconds, at = _fraction(buffer, start + _SECONDS_LENGTH, end)
        offset = _offset(buffer, at, end)
        if _INVALID in (seconds, microseconds, offset):
            continue
        microseconds += (seconds - offset) * 1_000_000
        if _FIRST <= microseconds <= _EXACT:
            # The way of datetime.timestamp and round, to the last bit.
            milliseconds[i] = np.int64(np.rint(microseconds / 1e6 * 1000.0))
            known[i] = True


@inlined()
def _pair(buffer: Bytes, at: int) -> int:
    """Return the number that two digits are, or `_INVALID`."""
    bits = word(buffer, at)
    if not_digits(bits) & _TWO_FLAGS != _0:
        return _INVALID
    return int(np.int64(leading_number(bits, 2)))


@inlined()
def _seconds(buffer: Bytes, at: int) -> int:
    """Return seconds since the epoch, or `_INVALID`."""
    century, year, month, day = (
        _pair(buffer, at),
        _pair(buffer, at + 2),
        _pair(buffer, at + 5),
        _pair(buffer, at + 8),
    )
    hour, minute, second = _pair(buffer, at + 11), _pair(buffer, at + 14), _pair(buffer, at + 17)
    if min(century, year, month, day, hour, minute, second) == _INVALID:
        return _INVALID
    if buffer[at + 4] != _MINUS or buffer[at + 7] != _MINUS:
        return _INVALID
    if buffer[at + 10] not in (_T, _SPACE, _T + _SMALL):
        return _INVALID
    if buffer[at + 13] != _COLON or buffer[at + 16] != _COLON:
        return _INVALID
    days = _days(100 * century + year, month, day)
    if days == _INVALID or hour > 23 or minute > 59 or second > 59:
        return _INVALID
    return days * 86_400 + hour * 3600 + minute * 60 + second


@inlined()
def _days(year: int, month: int, day: int) -> int:
    """Return days since the epoch, or `_INVALID`."""
    if year < _FIRST_YEAR or not 1 <= month <= 12:
        return _INVALID
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    # Within seven months from January or from August on, every second one has 31 days.
    longest = 30 + ((month + month // 8) & 1)
    if month == 2:
        longest = 29 if is_leap else 28
    if not 1 <= day <= longest:
        return _INVALID
    # Years begin in March here, so that the day that comes and goes is the last one.
    shifted = year - 1 if month <= 2 else year
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + of_year - 719_468


@inlined()
def _fraction(buffer: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return microseconds, cut off as by ``fromisoformat``, or `_INVALID`, and where they end."""
    if at == end or buffer[at] not in (_POINT, _COMMA):
        return 0, at
    microseconds = 0
    count = 0
    at += 1
    while at < end and _ZERO <= buffer[at] <= _NINE:
        if count < _KEPT_DIGITS:
            microseconds = 10 * microseconds + int(buffer[at]) - _ZERO
        count += 1
        at += 1
    for _ in range(count, _KEPT_DIGITS):
        microseconds *= 10
    return (microseconds if 1 <= count <= _MOST_DIGITS else _INVALID), at


@inlined()
def _offset(buffer: Bytes, at: int, end: int) -> int:
    """Return seconds east of UTC, never an odd number of them, or `_INVALID`."""
    if at < end and buffer[at] == _SPACE:
        at += 1
    size = end - at
    if size == 0 or (size == 1 and buffer[at] in (_Z, _Z + _SMALL)):
        return 0
    if size == _HOURS_LENGTH and buffer[at] == _U:
        return 0 if buffer[at + 1] == _T and buffer[at + 2] == _C else _INVALID
    hours, minutes = _pair(buffer, at + 1), 0
    if size == _OFFSET_LENGTH and buffer[at + 3] == _COLON:
        minutes = _pair(buffer, at + 4)
    elif size == _SHORT_OFFSET_LENGTH:
        minutes = _pair(buffer, at + 3)
    elif size != _HOURS_LENGTH:
        return _INVALID
    if min(hours, minutes) == _INVALID or hours > 23 or minutes > 59:
        return _INVALID
    seconds = hours * 3600 + minutes * 60
    if buffer[at] == _MINUS:
        return -seconds
    return seconds if buffer[at] == _PLUS else _INVALID


@inlined()
def _epoch(buffer: Bytes, at: int, end: int) -> int:
    """Return the milliseconds that the digits of an epoch are, or `_INVALID`."""
    count = end - at
    if count < _SECONDS_DIGITS or count > _SECONDS_LENGTH or count % 3 != 1:
        return _INVALID
    number, left = _0, count
    while left > 0:
        size = min(left, 8)
        bits = word(buffer, at)
        flags = not_digits(bits)
        if flags != _0 and first_flag(flags) < size:
            return _INVALID
        number = number * _TENS[size] + leading_number(bits, size)
        at, left = at + size, left - size
    return _of_epoch(np.float64(number))


@inlined()
def _of_epoch(number: float) -> int:
    """Return the milliseconds that an epoch is in the unit of its size, or `_INVALID`."""
    unit = 1.0
    for _ in range(_UNITS):
        if number < _FIRST_EPOCH * unit:
            return _INVALID
        if number < _END_EPOCH * unit:
            scaled = number * 1000.0 if unit == 1.0 else number / (unit / 1e3)
            return int(np.int64(np.rint(scaled)))
        unit *= 1e3
    return _INVALID
