import numpy as np
import pytest

from detectors.arrays.column import Numbers
from detectors.reference.residuals import ARCH, DOUBT, GARCH, GRAIN, LOG, MEMORY, ORDER, WEIGHTS
from detectors.reference.whitening import Whitening, whitening_of
from tests.detectors.streams import autoregressive


def _fitted(sample: Numbers) -> Whitening:
    found = whitening_of(sample, 5)
    assert found is not None
    assert found.memory.shape == (MEMORY,)
    assert found.residuals.shape == sample.shape
    return found


def _total(sample: Numbers) -> float:
    memory = _fitted(sample).memory
    return float(memory[WEIGHTS : WEIGHTS + int(memory[ORDER])].sum())


@pytest.mark.parametrize("coefficient", [-0.66, 0.3, 0.5, 0.9, 0.99])
def test_the_weight_of_the_value_before_is_found_at_any_scale(coefficient: float) -> None:
    values = autoregressive(coefficient, 4000, 1)
    for sample in (values, 1e9 + 1e-3 * values, -1e200 * values):
        memory = _fitted(sample).memory
        weights = memory[WEIGHTS : WEIGHTS + int(memory[ORDER])]
        assert weights.sum() == pytest.approx(coefficient, abs=0.04)


def test_weights_of_long_dependence_are_not_too_small_in_the_mean() -> None:
    found = [_total(autoregressive(0.99, 1000, seed)) for seed in range(20)]
    assert np.mean(found) == pytest.approx(0.99, abs=0.008)


def test_what_may_wander_for_ever_is_taken_to() -> None:
    """Too small a weight would leave a course in the residuals, and too large a one does not."""
    short = [_total(autoregressive(0.99, 1000, seed)) for seed in range(20)]
    # But for what six figures of a coefficient leave.
    assert all(total < 0.981 or total == pytest.approx(0.9995, abs=1e-5) for total in short)
    wandering = [_total(autoregressive(0.999, 1000, seed)) for seed in range(20)]
    assert np.median(wandering) == pytest.approx(0.9995, abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_what_spreads_in_proportion_to_its_level_is_predicted_by_logarithms(seed: int) -> None:
    """Though a short sample of it, at one level, passes as it is."""
    level = 100.0 * np.exp(0.5 * autoregressive(0.98, 1000, seed) * np.sqrt(1 - 0.98**2))
    assert _fitted(level).memory[LOG] == 1.0
    assert _fitted(1e4 + autoregressive(0.9, 1000, seed)).is_white


@pytest.mark.parametrize("seed", range(3))
def test_the_same_spread_at_all_levels_is_predicted_by_values(seed: int) -> None:
    assert _fitted(12.0 + autoregressive(0.9, 1000, seed)).memory[LOG] == 0.0


def test_a_signal_under_noise_is_predicted_by_what_surprised() -> None:
    random = np.random.default_rng(3)
    values = autoregressive(0.99, 4000, 3) + random.normal(0, 7, 4000)
    assert _fitted(values).is_white


@pytest.mark.parametrize("seed", range(3))
def test_outliers_do_not_spoil_the_weights(seed: int) -> None:
    values = autoregressive(0.8, 2000, seed)
    values[np.random.default_rng(seed).integers(0, 2000, 10)] = 1e7
    assert _fitted(values).memory[WEIGHTS] == pytest.approx(0.8, abs=0.08)


def test_logarithms_are_predicted_where_values_are_not() -> None:
    found = _fitted(np.exp(autoregressive(0.9, 2000, 1))).memory
    assert found[LOG] == 1.0
    assert found[WEIGHTS] == pytest.approx(0.9, abs=0.04)


def test_the_size_of_what_comes_is_predicted_where_it_can_be() -> None:
    values, variance = np.random.default_rng(1).normal(size=4000), 1.0
    for row in range(4000):
        values[row] *= variance**0.5
        variance = 0.05 + 0.1 * values[row] ** 2 + 0.85 * variance
    memory = _fitted(values).memory
    assert memory[ORDER] == 0.0
    assert memory[ARCH] == pytest.approx(0.1, abs=0.05)
    assert memory[ARCH] + memory[GARCH] == pytest.approx(0.95, abs=0.04)


def test_what_follows_from_the_largest_values_alone_outlasts_every_sample() -> None:
    values = np.random.default_rng(1).standard_cauchy(4000)
    for row in range(1, 4000):
        values[row] += 0.9 * values[row - 1]
    found = _fitted(values)
    assert found.memory[WEIGHTS] == pytest.approx(0.9, abs=0.001)
    assert 0.0 < found.memory[DOUBT] < 0.01
    assert found.is_white
    assert found.outlasts


def test_tails_without_bounds_are_predicted_by_though_bounds_would_do_in_the_sample() -> None:
    """Or each of the larger outliers that follow would be many."""
    values = np.random.default_rng(3).standard_t(1.5, 1000)
    for row in range(1, 1000):
        values[row] += 0.9 * values[row - 1]
    assert _fitted(values).memory[DOUBT] > 0.0
    spikes = autoregressive(0.9, 1000, 1)
    spikes[::97] += 300.0
    assert _fitted(spikes).memory[DOUBT] == 0.0


def test_rounded_values_have_a_grain() -> None:
    assert _fitted(autoregressive(0.9, 2000, 1).round()).memory[GRAIN] == 1.0
    assert _fitted(autoregressive(0.9, 2000, 1)).memory[GRAIN] == 0.0


def test_a_few_states_and_what_no_weights_explain_have_no_filter() -> None:
    values = autoregressive(0.9, 1000, 1)
    assert whitening_of(np.sign(values), 5) is None
    assert whitening_of(np.where(values < 0.5, 0.0, values), 5) is None
    assert whitening_of(np.repeat(values[:250], 4), 5) is None
    assert whitening_of(1.7e308 * np.tanh(values), 5) is None
    assert whitening_of(np.full(1000, 3.0), 5) is None


@pytest.mark.parametrize("seed", [0, 2])
def test_heavy_values_that_are_held_for_a_while_have_no_filter(seed: int) -> None:
    """Their steps alone would be left, and a lasting shift be one of them."""
    held = np.repeat(np.random.default_rng(seed).standard_cauchy(100), 10)
    assert whitening_of(held, 5) is None
