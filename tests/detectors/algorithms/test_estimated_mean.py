from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.algorithms.estimated_mean import EstimatedMean


def known(losses: list[float]) -> EstimatedMean:
    mean = EstimatedMean()
    mean.add(np.array(losses))
    return mean


@pytest.mark.parametrize("rate", [0.01, 0.3, 0.9])
def test_the_interval_holds_the_true_mean_in_more_samples_than_it_says(rate: float) -> None:
    missed = 0
    for seed in range(400):
        draws = np.random.default_rng(seed).random(500) < rate
        low, high = known(draws.astype(float).tolist()).interval(0.05)
        missed += not low <= rate <= high
    assert missed <= 0.05 * 400


def test_an_e_value_against_the_true_mean_is_one_in_the_mean() -> None:
    rng = np.random.default_rng(7)
    wealth = [
        np.exp(known((rng.random(10) < 0.3).astype(float).tolist()).against_at_least(0.3))
        for _ in range(4000)
    ]
    assert np.mean(wealth) == pytest.approx(1.0, abs=0.1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.integers(0, 50))
def test_it_does_not_depend_on_where_losses_are_cut(losses: list[float], cut: int) -> None:
    whole, parts = known(losses), known(losses[:cut])
    parts = EstimatedMean.of(parts.state())
    parts.add(np.array(losses[cut:]))
    assert parts.count == whole.count
    assert parts.against_at_least(0.4) == whole.against_at_least(0.4)
    assert parts.against_at_most(0.4) == whole.against_at_most(0.4)
    assert parts.interval(0.1) == whole.interval(0.1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(1.1, 1e6))
def test_the_ends_are_where_the_evidence_is_as_much_as_asked_for(
    losses: list[float], wealth: float
) -> None:
    mean = known(losses)
    low, high = mean.lowest(log(wealth)), mean.highest(log(wealth))
    assert 0.0 <= low <= mean.mean + 1e-9
    assert mean.mean - 1e-9 <= high <= 1.0
    if low > 1e-8:
        assert mean.against_at_most(low) == pytest.approx(log(wealth), abs=1e-3)
    if high < 1.0 - 1e-8:
        assert mean.against_at_least(high) == pytest.approx(log(wealth), abs=1e-3)


def test_few_losses_say_little() -> None:
    assert known([0.0, 1.0]).interval(0.05) == (0.0, 1.0)
