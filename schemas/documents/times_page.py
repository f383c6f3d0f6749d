"""The page of the documentation that says which times are understood."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from schemas.events.event_times import read_time
from schemas.events.invalid import InvalidMessage
from schemas.events.time_texts import FORMS, REFUSED
from schemas.events.times import format_time

_TEXT: Final = """
# Times

An event's `timestamp` is a text, or an epoch in any unit. A time is never taken for another one:
what could be two, and a number that is no epoch of the years 2000 to 2099 in exactly one unit, is
left out. Then the record's own time counts, as for an event without one, and
`driftline_fields_left_out_total` tells of it. So it is with a time of 1970 or before: that is what
clocks say that were not set.

A time without a zone is UTC. An offset counts, and a zone's name beside it does not; a name alone
is left out, for the same letters name several zones. Fractions of a second have 1 to 12 digits,
after a point or a comma; times are kept in milliseconds.

| form, and who writes it | example | is read as |
| --- | --- | --- |
"""
_EXAMPLES: Final[tuple[tuple[str, Any], ...]] = (
    ("epoch seconds, a number or in text", 1_772_366_400.25),
    ("epoch milliseconds", 1_772_366_400_250),
    ("epoch microseconds", 1_772_366_400_250_000),
    ("epoch nanoseconds", "1772366400250000000"),
    ("Java's LocalDateTime as an array", [2026, 3, 1, 12, 0, 0, 250_000_000]),
    ("Protobuf's Timestamp as an object", {"seconds": 1_772_366_400, "nanos": 250_000_000}),
    ("MongoDB's Extended JSON", {"$date": "2026-03-01T12:00:00Z"}),
    (".NET's Date", "/Date(1772366400250)/"),
    ("ISO 8601 with a fraction and an offset", "2026-03-01T13:00:00,25+0100"),
    ("Go", "2026-03-01 13:00:00.25 +0100 CET m=+0.01"),
    ("Java's ZonedDateTime", "2026-03-01T13:00:00.25+01:00[Europe/Berlin]"),
    ("Oracle", "01-MAR-26 01.00.00.250000 PM +01:00"),
    ("a date alone", "2026-03-01"),
)
_REFUSED: Final[tuple[tuple[str, Any], ...]] = (
    ("a date in a number", 20_260_301),
    ("a number that is no epoch of this century", 12_345),
    ("an epoch of zero", 0),
    ("a clock that was not set", "1970-01-01T00:00:00Z"),
    ("a zone by its name alone", "2026-03-01 12:00:00 CST"),
    ("a day that does not exist", "2026-02-30"),
)


def times_page() -> str:
    """Return the page: the forms with examples, and what is left out."""
    taken = [*((form.writers, form.example) for form in FORMS), *_EXAMPLES]
    refused = [*((form.why, form.example) for form in REFUSED), *_REFUSED]
    return "".join(
        [
            _TEXT,
            *_rows(taken),
            "\n## Left out\n\n| what | example |\n| --- | --- |\n",
            *(_row(why, example) for why, example in refused),
        ]
    )


def _rows(examples: list[tuple[str, Any]]) -> Iterator[str]:
    for writers, example in examples:
        yield f"| {writers} | `{_written(example)}` | `{format_time(read_time(example))}` |\n"


def _row(why: str, example: Any) -> str:
    try:
        read_time(example)
    except InvalidMessage:
        return f"| {why} | `{_written(example)}` |\n"
    raise ValueError(f"{example} is understood")


def _written(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
