import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.alerts.window_summaries import (
    LEVELS,
    category_summaries,
    clamped,
    finite,
    numbers_after,
    numbers_before,
)
from detectors.reference.window import ReferenceWindow
from schemas.events.codec import encode_event

_EMPTY = np.empty(0, dtype=np.int64)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=96))
def test_the_figures_after_a_change_are_numpys(numbers: list[float]) -> None:
    values = np.array(numbers)
    summary = numbers_after(values)
    assert summary.count == len(values)
    assert summary.mean == values.mean()
    assert summary.std == values.std(ddof=1)
    for name, level in LEVELS.items():
        assert summary.quantiles[name] == pytest.approx(np.quantile(values, level))


@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
        min_size=1,
        max_size=96,
    )
)
def test_any_finite_values_have_a_summary_that_json_can_hold(numbers: list[float]) -> None:
    summary = numbers_after(np.array(numbers))
    assert encode_event(summary)
    quantiles = list(summary.quantiles.values())
    assert np.all(np.diff(np.array(quantiles) / 2.0) >= 0)
    assert min(numbers) <= quantiles[0]
    assert quantiles[-1] <= max(numbers)


def test_one_value_has_no_spread() -> None:
    summary = numbers_after(np.array([3.0]))
    assert (summary.mean, summary.std, summary.quantiles["p50"]) == (3.0, None, 3.0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_moments_that_overflowed_or_are_not_there_are_none(count: int) -> None:
    before = ReferenceWindow(
        count=count,
        mean=float("inf"),
        squares=float("nan"),
        counts=np.array([count]),
        edges=np.array([-1e308, float("inf")]),
        category_counts=_EMPTY,
    )
    summary = numbers_before(before)
    assert (summary.count, summary.mean, summary.std) == (count, None, None)
    assert encode_event(summary)


def test_shares_are_those_of_the_most_frequent_of_either_window() -> None:
    names = [f"c{number}" for number in range(30)]
    before, after = np.arange(30), np.arange(30)[::-1].copy()
    left, right = category_summaries(before, after, names)
    assert left.shares.keys() == right.shares.keys()
    assert set(left.shares) == {f"c{number}" for number in (*range(10), *range(20, 30))}
    assert left.count == right.count == 435
    assert right.shares["c0"] == pytest.approx(29 / 435)
    assert left.shares["c0"] == 0.0


def test_categories_of_one_name_count_together() -> None:
    names = ["(other)", "(other)", "a"]
    left, right = category_summaries(np.array([1, 2, 7]), np.array([5, 0, 0]), names)
    assert left.shares == {"(other)": 0.3, "a": 0.7}
    assert right.shares == {"(other)": 1.0, "a": 0.0}


def test_numbers_that_json_lacks_are_replaced() -> None:
    assert clamped(float("nan")) == 0.0
    assert clamped(-float("inf")) == -np.finfo(np.float64).max
    assert finite(float("nan")) is None
    assert finite(2.0) == 2.0
