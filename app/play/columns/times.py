"""Times in text, in the forms that databases, spreadsheets and people write.

Which of two numbers is the day is never guessed: a form that leaves it open is read by an order,
which all cells of a column tell together, or the user.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, Final

from schemas.events.event_times import read_time as read_event_time
from schemas.events.invalid import InvalidMessage
from schemas.events.times import EARLIEST_MS, LATEST_MS

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen sty", "feb fev fév lut", "mar mär mrz", "apr avr abr kwi",
            "may mai mag maj mei", "jun juin giu cze", "jul juil lug lip", "aug aoû aou ago sie",
            "sep set wrz", "oct okt out ott paź", "nov lis", "dec dez déc dic gru",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
"""Beginnings of months' names in English, German, French, Italian, Spanish, Portuguese, Polish."""

_CLOCK: Final = (
    r"(?:(?:[T,_]|\s|\s?-\s?)\s*(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})"
    r"(?:[.,:](?P<fraction>\d{1,9}))?)?\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?)?"
)
_ZONE: Final = r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
_DAY: Final = r"(?:[^\W\d]{2,10}\.?,?\s+)?"
_YEARS: Final = r"(?P<c>\d{4}|\d{1,2})"
_MONTH: Final = r"(?P<month>[^\W\d]{3,12})"
_DATE: Final = re.compile(
    rf"{_DAY}(?P<a>\d{{1,4}})(?P<by>[./\- ])\s?(?P<b>\d{{1,2}})(?P=by)\s?{_YEARS}\.?{_CLOCK}{_ZONE}"
)
_NAMED: Final = re.compile(
    rf"{_DAY}(?P<a>\d{{1,4}})(?:st|nd|rd|th|\.)?[ \-/]?(?:de )?{_MONTH}\.?,?[ \-/]?(?:de )?"
    rf"{_YEARS}:?{_CLOCK}{_ZONE}"
)
_MONTH_FIRST: Final = re.compile(
    rf"{_DAY}{_MONTH}\.?[ \-](?P<a>\d{{1,2}})(?:st|nd|rd|th)?,?[ \-]\s?(?P<c>\d{{4}})"
    rf"{_CLOCK}{_ZONE}"
)
_COMPACT: Final = re.compile(r"(?:19|20)\d{2}[01]\d[0-3]\d(?:[T ]?[0-2]\d[0-5]\d(?:[0-5]\d)?)?Z?")
_NUMBER: Final = re.compile(r"\d{1,20}(?:\.\d*)?(?:[eE]\+?\d{1,2})?")
_OFFSET: Final = re.compile(r"(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$")


class Order(StrEnum):
    """Which of a date's numbers is the day."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class Form(StrEnum):
    """How a time is written."""

    ISO = "in ISO 8601"
    EPOCH = "epochs"
    COMPACT = "such as 20240131"
    DATE = "dates"
    EITHER = "dates of which either number may be the day"


class UnknownTime(ValueError):
    """The text is no time; the message says why."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it was read.

    Attributes
    ----------
    form
        How it was written.
    dmy, mdy
        Milliseconds by either order, the same where the form leaves no choice; None where it cannot
        be of the order.
    zoned
        Whether it names its offset.
    ends
        The first and the last number of a date whose year has two digits and may be either.
    """

    form: Form
    dmy: int | None
    mdy: int | None
    zoned: bool
    ends: tuple[int, int] | None = None

    def by(self, order: Order) -> int | None:
        """Return the milliseconds by an order."""
        return self.dmy if order is Order.DAY_FIRST else self.mdy


def read_time(value: Any) -> Moment:
    """Return the time that a cell says.

    Raises
    ------
    UnknownTime
        If it says none.
    """
    if not isinstance(value, str):
        return _told(value, Form.EPOCH)
    text = value.strip()
    if _NUMBER.fullmatch(text) and not _COMPACT.fullmatch(text):
        return _told(text, Form.EPOCH)
    if _COMPACT.fullmatch(text):
        return _compact(text)
    found = _DATE.fullmatch(text)
    if found is not None:
        return _numeric(found)
    found = _NAMED.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
    if found is not None:
        return _named(found)
    return _told(text, Form.ISO)


def read_format(text: str, form: str) -> int:
    """Return the time of text by a format of ``strptime``, in milliseconds.

    Raises
    ------
    UnknownTime
        If it is not of the format.
    """
    try:
        return _milliseconds(datetime.strptime(text.strip(), form))  # noqa: DTZ007 - UTC below
    except ValueError as error:
        raise UnknownTime(str(error)) from None


def _told(value: Any, form: Form) -> Moment:
    """Return a time of a form that events may have as well, and that leaves no choice."""
    try:
        time = read_event_time(value)
    except InvalidMessage as error:
        raise UnknownTime(error.detail.removeprefix("timestamp: ") + _hint(value)) from None
    zoned = form is Form.EPOCH or _OFFSET.search(str(value)) is not None
    return Moment(form, time, time, zoned)


def _hint(value: Any) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return ""
    if not 36_526 <= number < 73_415:  # from 2000 to 2100
        return ""
    return ": a day number of Excel by its look, of which --time-format excel makes a time"


def _compact(text: str) -> Moment:
    digits = re.sub(r"\D", "", text)
    try:
        moment = datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - below
    except ValueError:
        raise UnknownTime("no day of the calendar") from None
    time = _milliseconds(moment)
    return Moment(Form.COMPACT, time, time, text.endswith("Z"))


def _numeric(found: "re.Match[str]") -> Moment:
    a, b, c = found["a"], int(found["b"]), found["c"]
    zoned = found["zone"] is not None
    if len(a) == 4:
        time = _assembled(found, int(a), b, int(c))
        if time is None:
            raise UnknownTime("no day of the calendar")
        return Moment(Form.ISO if found["by"] == "-" else Form.DATE, time, time, zoned)
    if len(a) == 3:
        raise UnknownTime("no time of a form that is known")
    year = _year(c)
    day_first = _assembled(found, year, b, int(a))
    # With points the month is never written first.
    month_first = day_first if found["by"] == "." else _assembled(found, year, int(a), b)
    if day_first is None and month_first is None:
        raise UnknownTime("no day of the calendar")
    open_ = day_first is not None and month_first is not None and day_first != month_first
    form = Form.EITHER if open_ else Form.DATE
    is_short = len(a) == len(found["c"]) == 2
    may_begin = is_short and _assembled(found, _year(a), b, int(found["c"])) is not None
    return Moment(
        form, day_first, month_first, zoned, (int(a), int(found["c"])) if may_begin else None
    )


def _named(found: "re.Match[str]") -> Moment:
    name = found["month"].casefold()
    month = _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])
    if month is None:
        raise UnknownTime("no time of a form that is known")
    a, c = found["a"], found["c"]
    year, day = (int(a), int(c)) if len(a) == 4 else (_year(c), int(a))
    time = _assembled(found, year, month, day)
    if time is None:
        raise UnknownTime("no day of the calendar")
    return Moment(Form.DATE, time, time, found["zone"] is not None)


def _year(text: str) -> int:
    """Return a year; of two digits, as POSIX reads them."""
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year > 68 else 2000)


def _assembled(found: "re.Match[str]", year: int, month: int, day: int) -> int | None:
    hour = int(found["hour"] or 0)
    half = (found["half"] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    is_end = hour == 24 and not int(found["minute"]) and not int(found["second"] or 0)
    micro = int((found["fraction"] or "0").ljust(6, "0")[:6])
    try:
        moment = datetime(
            year, month, day, 0 if is_end else hour,
            int(found["minute"] or 0), int(found["second"] or 0), micro,
            tzinfo=_zone(found["zone"]),
        )  # fmt: skip
        moment += timedelta(days=is_end)
    except (ValueError, OverflowError):
        return None
    return _milliseconds(moment)


def _zone(text: str | None) -> timezone:
    if text is None or text in {"Z", "UTC", "GMT"}:
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:] if len(text) > 3 else 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _milliseconds(moment: datetime) -> int:
    known = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    time = round(known.timestamp() * 1000)
    if not EARLIEST_MS <= time <= LATEST_MS:
        raise UnknownTime("outside the years 1970 to 9999")
    return time
