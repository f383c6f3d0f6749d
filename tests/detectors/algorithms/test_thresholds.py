import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.algorithms.calibrated import ADWIN, PAGE_HINKLEY
from detectors.algorithms.page_hinkley import PageHinkley
from detectors.algorithms.thresholds import adwin_delta, page_hinkley_threshold, wald_exponent


@given(st.floats(0.001, 0.45))
def test_the_exponent_makes_the_steps_fair(delta: float) -> None:
    exponent = wald_exponent(delta)
    steps = np.linspace(0.0, 1.0, 200_001) - 0.5 - delta
    assert float(np.trapezoid(np.exp(exponent * steps), dx=1 / 200_000)) == pytest.approx(1.0)


def test_of_the_rates_that_were_simulated_the_parameters_come_back() -> None:
    for delta, rate in ADWIN:
        assert adwin_delta(rate) == pytest.approx(delta)
    for delta, factor in PAGE_HINKLEY:
        rate = factor * math.exp(-wald_exponent(delta) * 8.0)
        assert page_hinkley_threshold(delta, rate) == pytest.approx(8.0)


@given(st.floats(1e-14, 1e-2), st.floats(1.01, 100.0))
def test_the_rarer_false_alarms_may_be_the_more_must_be_reached(rate: float, more: float) -> None:
    assert 0.0 < adwin_delta(rate) <= adwin_delta(rate * more) <= 1.0
    assert page_hinkley_threshold(0.05, rate) > page_hinkley_threshold(0.05, rate * more) >= 0.0


def test_uniform_ranks_raise_as_many_alarms_as_the_threshold_is_for() -> None:
    threshold = page_hinkley_threshold(0.05, 1e-4)
    detector = PageHinkley(delta=0.05, threshold=threshold, alpha=1.0)
    alarms = len(detector.update(np.random.default_rng(5).random(4_000_000)))
    assert alarms == pytest.approx(400, abs=3 * math.sqrt(400))
