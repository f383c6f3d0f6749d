from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.invalid import InvalidMessage
from schemas.events.times import LATEST_MS, clamped_time, format_time, parse_time
from tests.schemas.documents_strategy import VALUES


@given(st.integers(0, LATEST_MS))
def test_every_time_survives_being_written(milliseconds: int) -> None:
    text = format_time(milliseconds)
    assert len(text) == len("2026-03-01T12:00:00.000Z")
    assert parse_time(text) == milliseconds


@given(VALUES)
def test_whatever_is_no_time_raises_only_invalid_message(value: Any) -> None:
    try:
        milliseconds = parse_time(value)
    except InvalidMessage:
        return
    assert 0 <= milliseconds <= LATEST_MS
    format_time(milliseconds)


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()))  # noqa: DTZ001 - hypothesis wants bounds without a zone
def test_times_of_any_zone_are_understood(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    expected = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000
    assert parse_time(moment.isoformat()) == round(expected)


@pytest.mark.parametrize(
    "value",
    [0, 1_772_366_400, True, None, [], "", "yesterday", "1969-12-31T23:59:59Z",
     "1970-01-01T00:00:00+01:00"],
)  # fmt: skip
def test_what_driftline_does_not_write_is_refused(value: Any) -> None:
    with pytest.raises(InvalidMessage, match="timestamp"):
        parse_time(value)


@given(st.integers())
def test_a_clamped_time_can_be_written(milliseconds: int) -> None:
    assert parse_time(format_time(clamped_time(milliseconds))) == clamped_time(milliseconds)


def test_a_time_beyond_what_can_be_written_is_clamped() -> None:
    assert format_time(10**18) == "9999-12-31T23:59:59.999Z"
