"""Event times as texts: the forms in which databases, languages and protocols write them.

A form is taken where it has one meaning. What could be two times (03/04/2026), or has a zone by a
name alone, is refused by name. A time without a zone is UTC.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from re import Match, Pattern
from typing import Final, NamedTuple

_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_MONTH: Final = rf"(?P<name>(?:{'|'.join(_MONTHS)})[a-z]{{0,6}})\.?"
_WEEKDAY: Final = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+)?"
_CLOCK: Final = (
    r"(?P<hour>\d{1,2})(?P<between>[:.])(?P<minute>\d\d)"
    r"(?:(?P=between)(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,12}))?)?(?:\s?(?P<half>[ap])\.?m\.?)?"
)
_ZONE: Final = (
    r"(?:\s*(?P<zone>z|(?:utc|gmt|ut)?[+-]\d{1,2}(?::?\d\d(?::?\d\d)?)?|utc|gmt|ut)(?![a-z\d:]))?"
    r"(?:\s*(?P<place>\[[\w/+-]{1,64}\]|\([^()]{1,64}\)|[a-z]{2,5}|[+-]\d{2,4}))?"
    r"(?:\s+m=[+-][\d.]{1,30})?"
)
_YEAR_FIRST: Final = r"(?P<year>\d{4})(?P<dash>[-/.])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})"
_COMPACT: Final = r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
_COMPACT_CLOCK: Final = (
    r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,](?P<fraction>\d{1,12}))?"
)
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"


class Form(NamedTuple):
    """One form of times: what writes it, an example, and its pattern."""

    writers: str
    example: str
    pattern: Pattern[str]


class Refused(NamedTuple):
    """A form that is refused by name: why, an example, and its pattern."""

    why: str
    example: str
    pattern: Pattern[str]


def _pattern(text: str) -> Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.ASCII)


FORMS: Final = (
    Form("RFC 3339, ISO 8601, most databases and languages", "2026-03-01 12:00:00.123456+01",
         _pattern(rf"{_YEAR_FIRST}(?:(?:\s*T|[\s_,]+){_CLOCK})?{_ZONE}")),
    Form("Db2", "2026-03-01-12.00.00.000000",
         _pattern(rf"{_YEAR_FIRST}-(?P<hour>\d\d)\.(?P<minute>\d\d)\.(?P<second>\d\d)"
                  r"(?:\.(?P<fraction>\d{1,12}))?")),
    Form("ISO 8601, basic; dates as digits", "20260301T120000Z",
         _pattern(rf"{_COMPACT}(?:[T\s]?{_COMPACT_CLOCK}{_ZONE})?")),
    Form("e-mail, HTTP, Oracle, web servers' logs", "Sun, 01 Mar 2026 12:00:00 +0100",
         _pattern(rf"{_WEEKDAY}{_DAY}(?P<dash>[\s/-]){_MONTH},?(?P=dash)(?P<year>\d{{4}}|\d\d)"
                  rf"(?:[\sT,:]+{_CLOCK}{_ZONE})?")),
    Form("JavaScript's Date, SQL Server", "Sun Mar 01 2026 12:00:00 GMT+0100 (CET)",
         _pattern(rf"{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}})(?:[\sT,]+{_CLOCK}{_ZONE})?")),
    Form("C's ctime, Java's Date", "Sun Mar  1 12:00:00 UTC 2026",
         _pattern(rf"{_WEEKDAY}{_MONTH}\s+{_DAY}\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})")),
)  # fmt: skip
"""The forms that are taken."""

REFUSED: Final = (
    Refused("a day and a month in an order that differs by country", "03/04/2026 12:00",
            _pattern(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)\b.*")),
    Refused("a week date", "2026-W09-7", _pattern(r"\d{4}-?W\d\d.*")),
    Refused("an ordinal date", "2026-060", _pattern(r"\d{4}-\d{3}\b.*")),
    Refused("a month without a day", "2026-03", _pattern(r"\d{4}[-/.]\d{1,2}")),
    Refused("a time without a date", "12:00:00", _pattern(r"\d{1,2}:\d\d(:\d\d.*)?")),
)  # fmt: skip
"""Forms that are refused by name, as is a zone that is named without its offset."""

_PLACES_OF_UTC: Final = frozenset({"utc", "gmt", "z", "etc/utc", "etc/gmt", "zulu"})


def moment_of(text: str) -> datetime:
    """Return the time that a text says, with its zone.

    Raises
    ------
    ValueError
        Saying what the text is, or that it is no time.

    Examples
    --------
    >>> moment_of("01-MAR-26 12.00.00,5 PM").isoformat()
    '2026-03-01T12:00:00.500000+00:00'
    """
    for form in FORMS:
        found = form.pattern.fullmatch(text)
        if found is not None:
            return _moment(found)
    for refused in REFUSED:
        if refused.pattern.fullmatch(text):
            raise ValueError(f"{refused.why}, as {refused.example}")
    raise ValueError("no known form of a time, as RFC 3339 is one")


def _moment(found: Match[str]) -> datetime:
    parts = found.groupdict()
    name = parts.get("name")
    month = int(parts["month"]) if name is None else _month(name)
    date = datetime(_year(parts["year"]), month, int(parts["day"]), tzinfo=_zone(parts))
    if parts["hour"] is None:
        return date
    second = int(parts["second"] or 0)
    hour, minute = _hour(int(parts["hour"]), parts.get("half")), int(parts["minute"])
    if hour == 24 and (minute, second) == (0, 0):
        return date + timedelta(days=1)  # the end of the day
    microsecond = int((parts["fraction"] or "0").ljust(6, "0")[:6])
    # A leap second is the first one of the next minute, as it is in epoch time.
    leap = second == 60
    moment = date.replace(
        hour=hour, minute=minute, second=59 if leap else second, microsecond=microsecond
    )
    return moment + timedelta(seconds=leap)


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    if year >= 50:
        raise ValueError("a year of two digits from 50 on")
    return 2000 + year


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("an hour beyond 12, with AM or PM")
    return hour % 12 + 12 * (half in {"p", "P"})


def _zone(parts: dict[str, str | None]) -> timezone:
    zone, place = parts.get("zone"), parts.get("place")
    if zone is None:
        if place is None or place.strip("[]()").lower() in _PLACES_OF_UTC:
            return UTC
        raise ValueError("a zone by its name, without an offset")
    digits = re.sub(r"[^\d]", "", zone)
    if not digits:
        return UTC
    if len(digits) % 2:
        digits = f"0{digits}"
    hours, minutes, seconds = (int(digits[at : at + 2] or 0) for at in (0, 2, 4))
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("an offset of more than a day")
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(-offset if "-" in zone else offset)
