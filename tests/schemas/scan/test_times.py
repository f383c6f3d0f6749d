import operator
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.events.event_times import END_EPOCH, FIRST_EPOCH, FIRST_MS, read_time
from schemas.events.invalid import InvalidMessage
from schemas.events.times import LATEST_MS, format_time
from schemas.scan.times import read_epochs, read_times
from tests.schemas.scan.reading import joined

_YEAR_2255 = 9_007_199_254_740  # the milliseconds in 2**53 microseconds


def _read(texts: list[str]) -> list[int | None]:
    found, known = read_times(*joined([text.encode() for text in texts], between=b"0"))
    return [
        time if is_known else None
        for time, is_known in zip(found.tolist(), known.tolist(), strict=True)
    ]


@given(st.lists(st.integers(FIRST_MS, LATEST_MS)))
def test_times_as_they_are_published_are_read_until_2255(milliseconds: list[int]) -> None:
    texts = [format_time(each) for each in milliseconds]
    expected = [each if each <= _YEAR_2255 else None for each in milliseconds]
    assert expected == _read(texts)


@given(
    st.datetimes(datetime(1971, 1, 2), datetime(2255, 6, 1)),  # noqa: DTZ001 - hypothesis wants bounds without a zone
    st.integers(-1439, 1439),
    st.text("0123456789", max_size=9),
    st.sampled_from([":", "", "hours", "Z", "z", " UTC", "UTC", "none"]),
    st.sampled_from(["T", "t", " "]),
    st.sampled_from([".", ","]),
)
@example(datetime(2024, 2, 29, 23, 59, 59), 0, "9995", "Z", "T", ".")  # noqa: DTZ001 - as above
@example(datetime(2024, 2, 29, 23, 59, 59), 0, "0005", "Z", "T", ",")  # noqa: DTZ001 - as above
def test_every_usual_form_is_read_as_the_slow_path_reads_it(
    moment: datetime, minutes: int, fraction: str, zone: str, separator: str, point: str
) -> None:
    text = moment.replace(microsecond=0).isoformat(separator)
    text += f"{point}{fraction}" if fraction else ""
    hours, rest = divmod(abs(minutes), 60)
    offset = f"{'-' if minutes < 0 else '+'}{hours:02d}"
    zones = {":": f"{offset}:{rest:02d}", "": f"{offset}{rest:02d}", "hours": offset, "none": ""}
    text += zones.get(zone, zone)
    assert [read_time(text)] == _read([text])


@given(st.sampled_from([1.0, 1e3, 1e6, 1e9]), st.floats(0.9, 4.5))
@example(1.0, FIRST_EPOCH / 1e9)
@example(1e3, END_EPOCH / 1e9)
@example(1e9, 1.7723664001234565)
def test_epochs_in_text_are_read_as_the_slow_path_reads_them(unit: float, number: float) -> None:
    text = str(int(number * 1e9 * unit))
    try:
        expected = read_time(text)
    except InvalidMessage:
        assert _read([text]) == [None]
        return
    # Those of nine digits, of the years 2000 and 2001, are left to the slow path.
    assert _read([text]) == [expected if len(text) in {10, 13, 16, 19} else None]


@given(
    st.lists(
        st.tuples(st.integers(0, 31), st.text("0123456789-+:.,TZtz W", min_size=1, max_size=2)),
        max_size=3,
    ),
    st.sampled_from(
        [
            "2026-03-01T12:00:00Z",
            "2026-12-31T23:59:59.123456+01:00",
            "2026-03-01T12:00:00-05:30",
            "2026-03-01 12:00:00,5 UTC",
            "2026-03-01 12:00:00 -0530",
            "2026-03-01 12:00:00+01",
            "1772366400",
            "1772366400123456789",
        ]
    ),
)
def test_what_is_read_the_slow_path_reads_too(edits: list[tuple[int, str]], text: str) -> None:
    for at, piece in edits:
        text = text[:at] + piece + text[at + len(piece) :]
    (found,) = _read([text])
    if found is not None:
        assert read_time(text) == found


@given(st.integers(1960, 2260), st.integers(0, 13), st.integers(0, 32))
@example(2000, 2, 29)
@example(2100, 2, 29)
def test_days_that_do_not_exist_are_not_read(year: int, month: int, day: int) -> None:
    text = f"{year}-{month:02d}-{day:02d}T00:00:00Z"
    try:
        expected: int | None = read_time(text)
    except InvalidMessage:
        expected = None
    assert [expected if year < 2255 else None] == _read([text]) or year == 2255


@pytest.mark.parametrize(
    "text",
    ["", "Z", "2026-03-01", "2026-03-01_12:00:00Z", "2026-03-01T12:00Z", "2026-03-01  12:00:00",
     "2026-03-01T24:00:00Z", "2026-03-01T12:60:00Z", "2026-03-01T12:00:60Z",
     "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00.1234567890Z", "2026-03-01T12:00:00+24:00",
     "2026-03-01T12:00:00+01:60", "2026-03-01T12:00:00ZZ", "2026-03-01T12:00:00GMT",
     "2026-03-01T12:00:00+0", "2026-03-01T12:00:00+010", "2026-03-01T12:00:00 CET",
     "1970-12-31T23:59:59Z", "1971-01-01T00:00:00+00:01", "2026-W09-7T12:00:00",
     "2300-01-01T00:00:00Z", "17723664000", "177236640x", "0000000000", "9" * 19, "1772366400.5"],
)  # fmt: skip
def test_other_forms_are_left_to_the_slow_path(text: str) -> None:
    assert _read([text, "1971-01-01T00:00:00Z"]) == [None, FIRST_MS]


@given(
    st.lists(
        st.floats()
        | st.builds(operator.mul, st.floats(0.9e9, 4.2e9), st.sampled_from([1, 1e3, 1e6, 1e9]))
    )
)
@example([unit * edge for unit in (1.0, 1e3, 1e6, 1e9) for edge in (FIRST_EPOCH, END_EPOCH)])
def test_numbers_are_read_as_the_slow_path_reads_them(numbers: list[float]) -> None:
    found, known = read_epochs(np.array(numbers, dtype=np.float64))
    for number, time, is_known in zip(numbers, found.tolist(), known.tolist(), strict=True):
        try:
            expected: int | None = read_time(number)
        except InvalidMessage:
            expected = None
        assert (time if is_known else None) == expected


def test_spans_that_are_not_in_the_buffer_are_not_read() -> None:
    buffer, _, _ = joined([b"2026-03-01T12:00:00Z"])
    starts, ends = np.array([0, -1, -1, 20, 0, 1]), np.array([20, -1, 20, 0, 21, 21])
    _, known = read_times(buffer, starts, ends)
    assert known.tolist() == [True, False, False, False, False, False]


def test_the_epoch_is_where_python_has_it() -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert [int(moment.timestamp()) * 1000] == _read([moment.isoformat()])
