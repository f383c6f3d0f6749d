import numpy as np
import pytest

from benchmarks.detection.intervals import bootstrap, poisson


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.69), (1, 0.025, 5.57), (10, 4.80, 18.39)]
)
def test_intervals_of_counts_are_those_of_poisson(count: int, low: float, high: float) -> None:
    assert poisson(count) == pytest.approx((low, high), rel=0.02, abs=0.02)


def test_a_bootstrapped_interval_is_around_the_statistic_and_the_same_each_time() -> None:
    values = np.random.default_rng(1).normal(5.0, 1.0, 100)
    first, second = (bootstrap(values, lambda draw: values[draw].mean()) for _ in range(2))

    assert first == second
    assert first[0] == pytest.approx(values.mean() - 0.2, abs=0.05)
    assert first[1] == pytest.approx(values.mean() + 0.2, abs=0.05)


def test_what_is_infinite_stays_infinite() -> None:
    values = np.array([1.0, np.inf, np.inf])

    assert bootstrap(values, lambda draw: np.sort(values[draw])[1])[1] == np.inf
