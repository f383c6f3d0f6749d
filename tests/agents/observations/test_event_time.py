import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.observations.event_time import UNKNOWN, ages, bounded, bounded_time

TIMES = st.integers(0, 30)
RECORD_TIMES = st.integers(0, 30) | st.just(UNKNOWN)


@given(st.lists(st.tuples(TIMES, RECORD_TIMES, st.booleans()), min_size=1), st.integers(0, 5))
def test_many_times_are_bounded_as_each_of_them_is(
    events: list[tuple[int, int, bool]], tolerance: int
) -> None:
    times, record_times, rows = map(np.array, zip(*events, strict=True))
    found, ahead = bounded(times, record_times, tolerance, rows)
    single = [bounded_time(time, record, tolerance) for time, record, _ in events]
    assert [time for time, _ in single] == found.tolist()
    assert sum(late and row for (_, late), (_, _, row) in zip(single, events, strict=True)) == ahead
    assert ages(times, record_times).tolist() == [
        record if 0 <= record < time else time for time, record, _ in events
    ]


def test_a_record_without_a_time_bounds_nothing() -> None:
    assert bounded_time(10**15, UNKNOWN, 0) == (10**15, False)
