from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.versions.traffic import DAY, HOUR, MONTH, YEAR, Bucket, Traffic
from tests.detectors.versions.events import at

NOON = at("2026-03-01T12:00:00Z")
TIMES = st.lists(st.integers(NOON - 3 * YEAR, NOON + 3 * YEAR), min_size=1, max_size=60)


def traffic_of(times: list[int]) -> Traffic:
    traffic = Traffic()
    traffic.add(np.array(times, dtype=np.int64))
    return traffic


def test_rows_of_today_and_yesterday_are_counted_by_the_hour() -> None:
    traffic = traffic_of([NOON + 1, NOON + 5, NOON - DAY])
    assert traffic.buckets() == [
        Bucket(NOON - DAY, HOUR, 1, NOON - DAY, NOON - DAY),
        Bucket(NOON, HOUR, 2, NOON + 1, NOON + 5),
    ]
    assert (traffic.rows, traffic.first, traffic.newest) == (3, NOON - DAY, NOON + 5)


@pytest.mark.parametrize(
    ("age", "width"), [(0, HOUR), (2 * DAY, DAY), (2 * MONTH, MONTH), (2 * YEAR, YEAR)]
)
def test_buckets_are_wider_the_older_they_are(age: int, width: int) -> None:
    traffic = traffic_of([NOON - age])
    traffic.add(np.array([NOON], dtype=np.int64))
    (oldest, *_) = traffic.buckets()
    assert (oldest.width, oldest.first) == (width, NOON - age)
    assert oldest.start <= NOON - age < oldest.start + width


@given(TIMES, st.integers(1, 7), st.randoms())
def test_what_is_counted_depends_neither_on_order_nor_on_cuts(
    times: list[int], size: int, random: object
) -> None:
    shuffled = sorted(times, key=lambda _: random.random())  # type: ignore[attr-defined]
    cut = Traffic()
    for begin in range(0, len(shuffled), size):
        cut.add(np.array(shuffled[begin : begin + size], dtype=np.int64))
    assert cut.state()["buckets"].tolist() == traffic_of(times).state()["buckets"].tolist()


@given(TIMES)
def test_no_row_is_lost_and_buckets_never_overlap(times: list[int]) -> None:
    buckets = traffic_of(times).buckets()
    assert sum(bucket.rows for bucket in buckets) == len(times)
    assert {bucket.first for bucket in buckets} | {bucket.last for bucket in buckets} <= set(times)
    for before, after in pairwise(buckets):
        assert before.start + before.width <= after.start


@given(TIMES)
def test_a_restored_state_goes_on_as_the_one_it_is_of(times: list[int]) -> None:
    traffic = traffic_of(times)
    restored = Traffic.of(traffic.state())
    more = np.array([NOON + 3 * YEAR, NOON], dtype=np.int64)
    for each in (traffic, restored):
        each.add(more)
    assert restored.buckets() == traffic.buckets()
    assert (restored.rows, restored.first) == (traffic.rows, traffic.first)


def test_ten_years_of_every_hour_have_few_buckets() -> None:
    hours = np.arange(NOON, NOON + 10 * YEAR, HOUR)
    traffic = Traffic()
    most = 0
    for begin in range(0, len(hours), 500):
        traffic.add(hours[begin : begin + 500])
        most = max(most, len(traffic.buckets()))
    assert most <= 48 + 56 + 26 + 11
    assert sum(bucket.rows for bucket in traffic.buckets()) == len(hours)


@given(TIMES)
def test_rows_that_are_counted_by_their_extremes_are_counted_alike(times: list[int]) -> None:
    one, other = Traffic(), Traffic()
    for time in times:
        one.add(np.array([time], dtype=np.int64))
        if not other.add_alike(1, time, time):
            other.add(np.array([time], dtype=np.int64))
    assert one.buckets() == other.buckets()
