import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.alerts.direction import direction_of, has_improved
from detectors.alerts.window_summaries import numbers_after
from schemas.events.drift_alert import Direction
from schemas.events.window_summary import CategorySummary, NumberSummary

_NUMBERS = st.lists(st.floats(0, 1e150), min_size=1, max_size=30)
"""Beyond that deviations are no numbers of float64, and nothing is said to be better."""


def _window(mean: float | None, std: float | None = 0.0, count: int = 100) -> NumberSummary:
    return NumberSummary(count=count, mean=mean, std=std, quantiles={})


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (_window(1.0), _window(1.5), Direction.UP),
        (_window(1.0), _window(0.5), Direction.DOWN),
        (_window(1.0), _window(1.0), None),
        (_window(None, None, 0), _window(1.0), None),
        (_window(1.0), _window(None, None), None),
        (CategorySummary(count=1, shares={}), CategorySummary(count=1, shares={}), None),
    ],
)
def test_the_direction_is_that_of_the_mean(
    before: NumberSummary, after: NumberSummary, direction: Direction | None
) -> None:
    assert direction_of(before, after) is direction


@given(st.lists(st.booleans(), min_size=1), st.lists(st.booleans(), min_size=1))
def test_fewer_wrong_classes_are_better_and_nothing_else_is(
    then: list[bool], now: list[bool]
) -> None:
    before, after = (numbers_after(np.array(each, dtype=np.float64)) for each in (then, now))
    fewer = sum(now) * len(then) < sum(then) * len(now)
    assert has_improved(before, after) == fewer


@given(_NUMBERS, _NUMBERS)
def test_errors_that_are_better_are_not_better_the_other_way_round(
    then: list[float], now: list[float]
) -> None:
    before, after = (numbers_after(np.array(each)) for each in (then, now))
    assert not (has_improved(before, after) and has_improved(after, before))
    assert not has_improved(before, before)


@given(_NUMBERS, st.floats(0.01, 0.9))
def test_errors_that_all_shrink_are_better(then: list[float], factor: float) -> None:
    values = np.array(then) + 1.0
    assert has_improved(numbers_after(values), numbers_after(values * factor))


def test_a_few_large_errors_are_no_improvement_though_most_have_shrunk() -> None:
    before = numbers_after(np.full(100, 2.0))
    after = numbers_after(np.array([0.5] * 95 + [20.0] * 5))
    assert direction_of(before, after) is Direction.DOWN
    assert not has_improved(before, after)


def test_what_lies_beyond_float64_is_no_improvement() -> None:
    assert not has_improved(_window(1e300, None), _window(1.0, 1.0))
    assert not has_improved(_window(1.0, 1.0), _window(0.5, None))
    assert has_improved(_window(1e300, 1e300), _window(1e299, 1e299))
