from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.play.columns.times import Form, Order, UnknownTime, read_format, read_time
from schemas.events.times import format_time

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy wants these


@pytest.mark.parametrize(
    ("text", "time", "form"),
    [
        ("31.01.2024 13:05", "2024-01-31T13:05:00.000Z", Form.DATE),
        ("31.1.24", "2024-01-31T00:00:00.000Z", Form.DATE),
        ("2024/01/31", "2024-01-31T00:00:00.000Z", Form.DATE),
        ("20240131", "2024-01-31T00:00:00.000Z", Form.COMPACT),
        ("20240131120000", "2024-01-31T12:00:00.000Z", Form.COMPACT),
        ("2024-01-31 12:00:00.5+01", "2024-01-31T11:00:00.500Z", Form.ISO),
        ("2024-01-31 12:00:00 UTC", "2024-01-31T12:00:00.000Z", Form.ISO),
        ("31-JAN-24 12.00.00.000000 AM", "2024-01-31T00:00:00.000Z", Form.DATE),
        ("Wed, 31 Jan 2024 12:00:00 GMT", "2024-01-31T12:00:00.000Z", Form.DATE),
        ("Jan 31, 2024", "2024-01-31T00:00:00.000Z", Form.DATE),
        ("1. März 2024", "2024-03-01T00:00:00.000Z", Form.DATE),
        ("31 décembre 2024", "2024-12-31T00:00:00.000Z", Form.DATE),
        ("1700000000", "2023-11-14T22:13:20.000Z", Form.EPOCH),
        ("1700000000.5", "2023-11-14T22:13:20.500Z", Form.EPOCH),
        ("1700000000000000000", "2023-11-14T22:13:20.000Z", Form.EPOCH),
        (1700000000000, "2023-11-14T22:13:20.000Z", Form.EPOCH),
    ],
)
def test_a_time_is_read_in_the_form_in_which_it_is_written(
    text: object, time: str, form: Form
) -> None:
    found = read_time(text)

    assert found.dmy == found.mdy
    assert found.dmy is not None
    assert (format_time(found.dmy), found.form) == (time, form)


@given(MOMENTS)
def test_a_date_with_two_numbers_that_may_be_the_day_has_both_readings(moment: datetime) -> None:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    time = round(day.timestamp() * 1000)

    assert read_time(f"{day:%d/%m/%Y}").by(Order.DAY_FIRST) == time
    assert read_time(f"{day:%m/%d/%Y}").by(Order.MONTH_FIRST) == time
    assert read_time(f"{day:%d.%m.%Y}").mdy == time
    either = read_time(f"{day:%d/%m/%Y}").form is Form.EITHER
    assert either == (day.day <= 12 and day.day != day.month)


@given(MOMENTS)
def test_iso_and_epochs_are_read_to_the_millisecond(moment: datetime) -> None:
    time = int(moment.timestamp() * 1000)

    for text in (moment.isoformat(), str(moment.replace(tzinfo=None)), repr(moment.timestamp())):
        assert abs((read_time(text).dmy or 0) - time) <= 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yesterday", "form"),
        ("2024-02-30", "no day"),
        ("0", "epoch"),
        ("45321.5", "--time-format excel"),
        (None, "expected"),
        ("99/99/9999", "no day"),
        ("0001-01-01", "outside"),
        ("13:05 PM", ""),
    ],
)
def test_what_is_no_time_says_why(text: object, said: str) -> None:
    with pytest.raises(UnknownTime) as error:
        read_time(text)
    assert said in str(error.value)


@given(st.text() | st.integers() | st.floats())
def test_nothing_but_a_time_or_its_refusal_comes_out(value: object) -> None:
    try:
        found = read_time(value)
    except UnknownTime:
        return
    assert found.dmy is not None or found.mdy is not None


def test_a_format_that_is_named_is_read() -> None:
    assert read_format("24:01:31", "%y:%m:%d") == 1_706_659_200_000
    with pytest.raises(UnknownTime):
        read_format("31.01.24", "%y:%m:%d")
