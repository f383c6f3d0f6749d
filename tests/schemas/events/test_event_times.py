from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.events.event_times import END_EPOCH, FIRST_EPOCH, FIRST_MS, read_time
from schemas.events.invalid import InvalidMessage
from schemas.events.time_texts import FORMS, REFUSED
from schemas.events.times import LATEST_MS, format_time, parse_time
from tests.schemas.documents_strategy import VALUES

NOON = 1_772_366_400_000
CENTURY = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001 - hypothesis wants bounds without a zone
ALL = st.datetimes(datetime(1971, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - as above


def _milliseconds(moment: datetime) -> int:
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))


@given(st.integers(FIRST_MS, LATEST_MS))
def test_times_as_driftline_writes_them_are_read_as_it_reads_them(milliseconds: int) -> None:
    text = format_time(milliseconds)
    assert read_time(text) == parse_time(text) == milliseconds


@given(VALUES | st.text("0123456789-+:.,TZ /apmJnuSdy[]()", max_size=30))
def test_whatever_is_no_time_raises_only_invalid_message(value: Any) -> None:
    for each in (value, {"$date": value}, {"seconds": value}, [value] * 4, str(value)):
        try:
            milliseconds = read_time(each)
        except InvalidMessage:
            continue
        assert FIRST_MS <= milliseconds <= LATEST_MS


def test_objects_in_one_another_are_not_followed() -> None:
    value: Any = NOON
    for _ in range(1000):
        value = {"$date": value}
    with pytest.raises(InvalidMessage):
        read_time(value)


@given(CENTURY, st.sampled_from([1, 10**3, 10**6, 10**9]), st.booleans())
def test_epochs_of_any_unit_are_told_apart(moment: datetime, unit: int, as_text: bool) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    milliseconds = _milliseconds(moment)
    epoch = milliseconds * unit // 1000
    expected = milliseconds // 1000 * 1000 if unit == 1 else milliseconds
    assert read_time(str(epoch) if as_text else epoch) == expected


@given(st.floats() | st.integers() | st.integers(10**8, 10**20))
@example(FIRST_EPOCH - 1)
@example(END_EPOCH)
@example(20_260_301)
@example(20_260_301_120_000)
@example(0)
@example(-(10**400))
def test_a_number_is_an_epoch_of_this_century_or_refused(number: float) -> None:
    try:
        milliseconds = read_time(number)
    except InvalidMessage:
        return
    assert 2000 <= datetime.fromtimestamp(milliseconds / 1000, UTC).year <= 2100


@given(
    ALL,
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from([":", "", "H"]),
    st.sampled_from(["T", " ", "t"]),
)
def test_iso_8601_is_read_with_any_offset(
    moment: datetime, minutes: int, colon: str, separator: str
) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    if colon == "H":
        minutes = minutes // 60 * 60
    hours, rest = divmod(abs(minutes), 60)
    zone = f"{'-' if minutes < 0 else '+'}{hours:02d}"
    zone += "" if colon == "H" else f"{colon}{rest:02d}"
    local = (moment + timedelta(minutes=minutes)).replace(tzinfo=None)
    text = local.isoformat(separator) + zone
    assert read_time(text) == _milliseconds(moment)
    assert read_time(f" {text} ") == _milliseconds(moment)


@given(ALL.map(lambda moment: moment.replace(microsecond=0, tzinfo=UTC)))
def test_the_forms_of_languages_and_protocols_say_the_same(moment: datetime) -> None:
    clock, month = f"{moment:%H:%M:%S}", f"{moment:%b}"
    year = f"{moment.year:04d}"
    half, hour = "PM" if moment.hour >= 12 else "AM", moment.hour % 12 or 12
    texts = [
        format_datetime(moment),
        format_datetime(moment, usegmt=True),
        f"{moment:%a} {month} {moment.day:2d} {clock} {year}",
        f"{moment:%a} {month} {moment:%d} {clock} UTC {year}",
        f"{moment:%a} {month} {moment:%d} {year} {clock} GMT+0000 (Coordinated Universal Time)",
        f"{moment:%d}/{month}/{year}:{clock} +0000",
        f"{moment:%d}-{month.upper()}-{year} {hour:02d}.{moment:%M.%S} {half} +00:00",
        f"{year}-{moment:%m-%d} {clock} +0000 UTC m=+0.1",
        f"{year}/{moment:%m/%d} {clock}",
        f"{year}{moment:%m%d}T{moment:%H%M%S}Z",
    ]
    assert {read_time(text) for text in texts} == {_milliseconds(moment)}


@pytest.mark.parametrize(
    ("value", "milliseconds"),
    [
        ("2026-03-01T12:00:00.123456789Z", NOON + 123),
        ("2026-03-01T12:00:00,5", NOON + 500),
        ("2026-03-01T12:00Z", NOON),
        ("2026-03-01", NOON - 43_200_000),
        ("20260301", NOON - 43_200_000),
        ("20260301120000", NOON),
        ("202603011200", NOON),
        ("2026-03-01 12:00:00 UTC", NOON),
        ("2026-03-01T13:00:00+01:00[Europe/Berlin]", NOON),
        ("2026-03-01T12:00:00[UTC]", NOON),
        ("2026-03-01T24:00:00Z", NOON + 43_200_000),
        ("2026-03-01T11:59:60Z", NOON),
        ("1 March 2026, 12:00 pm", NOON),
        ("Mar 1st, 2026 12:00 AM", NOON - 43_200_000),
        ("Sunday, 01-Mar-26 12:00:00 GMT", NOON),
        ("1.7723664e9", NOON),
        ("1772366400.25", NOON + 250),
        (1_772_366_400.25, NOON + 250),
        ("/Date(1772366400123+0100)/", NOON + 123),
        ({"$date": {"$numberLong": "1772366400123"}}, NOON + 123),
        ({"seconds": "1772366400", "nanos": 5_000_000}, NOON + 5),
        ({"_seconds": 1_772_366_400, "_nanoseconds": 0}, NOON),
        ([2026, 3, 1, 12, 0, 0, 123_000_000], NOON + 123),
        ([2026, 3, 1, 12, 0], NOON),
    ],
)
def test_usual_forms_are_understood(value: Any, milliseconds: int) -> None:
    assert read_time(value) == milliseconds


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "NaT", "1970-01-01T00:00:00Z", "1970-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
     "0000-00-00 00:00:00", "1970-01-01", "/Date(0)/", "2026-02-30", "2026-13-01", "26-03-01",
     "01-MAR-71", "2026-03-01T25:00:00Z", "2026-03-01T12:60:00Z", "2026-03-01 13:00 PM",
     "2026-03-01T12:00:00+24:00", "2026-03-01T12:00:00+01:60", "2026-03-01 12:00:00 EST",
     "Sun Mar 01 12:00:00 CET 2026", "2026-03-01T12:00:00[Europe/Berlin]", "2026-03-01T12:00:00.x",
     "2026-03-01T", "1e400", "2026", "20261301", "9" * 40, "2026-03-01" + " " * 200 + "x",
     True, None, [], [2026, 3], [2026, 13, 1], [10**30, 1, 1], {}, {"seconds": 1.5}, {"$date": []}],
)  # fmt: skip
def test_what_is_no_time_or_could_be_several_is_refused(value: Any) -> None:
    with pytest.raises(InvalidMessage, match="timestamp"):
        read_time(value)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.writers)
def test_the_example_of_each_form_is_read_by_it(form: Any) -> None:
    assert form.pattern.fullmatch(form.example)
    assert read_time(form.example) // 86_400_000 == NOON // 86_400_000


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused.why)
def test_what_is_refused_by_name_is_named(refused: Any) -> None:
    with pytest.raises(InvalidMessage, match=refused.why):
        read_time(refused.example)
