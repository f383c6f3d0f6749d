"""The demo's schedule: a run of any length that can hold the story holds it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo.schedule import BURN_IN, FASTEST, TooShort, check_length, plan, shortest
from app.demo.traffic import LATEST_LABEL


def test_25_seconds_are_enough_and_10_are_not() -> None:
    check_length(25.0, None)
    with pytest.raises(TooShort, match=r"10 s are too short.* take 1[0-9] s or more"):
        check_length(10.0, None)


def test_a_stated_rate_that_is_too_slow_is_refused_with_a_hint() -> None:
    with pytest.raises(TooShort, match="or a rate above 50 a second"):
        check_length(30.0, 50.0)


@given(remaining=st.floats(1.0, 4000.0), rate=st.none() | st.floats(20.0, FASTEST))
def test_every_column_is_learnt_before_the_shift_and_there_is_time_after_it(
    remaining: float, rate: float | None
) -> None:
    schedule = plan(remaining, rate)

    labelled_by_then = (schedule.shift_after - LATEST_LABEL) * schedule.rate * 0.96
    assert labelled_by_then > BURN_IN
    assert schedule.seconds - schedule.shift_after > LATEST_LABEL + 1
    assert schedule.rate <= FASTEST
    assert rate is None or schedule.rate == rate


def test_a_longer_run_fills_its_time_and_is_no_faster() -> None:
    short, long = plan(20.0, None), plan(55.0, None)

    assert long.seconds == pytest.approx(53.0)
    assert long.rate <= short.rate
    assert long.shift_after > short.shift_after


def test_a_start_that_took_too_long_makes_the_run_faster_and_then_longer() -> None:
    assert plan(12.0, None).rate > 300
    late = plan(1.0, None)
    assert late.rate == FASTEST
    assert late.seconds == pytest.approx(shortest(FASTEST))
