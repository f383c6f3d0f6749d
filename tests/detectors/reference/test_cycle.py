"""Cycles of so many values."""

import numpy as np
import pytest

from detectors.arrays.column import Numbers
from detectors.reference.cycle import FEWEST, WIDTH, cycle_of
from detectors.reference.residuals import MEMORY, SCALE, SECOND, VARIANCE, residuals_of
from detectors.reference.whitening import Whitening, whitening_of
from tests.detectors.streams import autoregressive


def _cycle(period: float, rows: int, seed: int) -> Numbers:
    noise = np.random.default_rng(seed).normal(size=rows)
    values: Numbers = np.sin(2 * np.pi * np.arange(rows) / period + seed) + noise
    return values


def _filter(values: Numbers) -> Whitening:
    found = whitening_of(values, 5)
    assert found is not None
    return found


def _left(values: Numbers, filter_: Whitening) -> Numbers:
    residuals, after = np.empty(len(values)), np.empty(MEMORY)
    residuals_of(values, filter_.memory, np.uint64(5), residuals, after)
    return residuals


@pytest.mark.parametrize(("period", "rows"), [(30, 1000), (48, 1000), (300, 1000), (1000, 4000)])
def test_a_cycle_under_noise_is_followed_and_a_level_is_not(period: int, rows: int) -> None:
    values = _cycle(period, rows + 20_000, 1)
    filter_ = _filter(values[:rows])
    assert filter_.memory[SECOND] > 0.0
    assert filter_.is_white
    assert not filter_.outlasts
    unit = filter_.memory[SCALE] * np.sqrt(filter_.memory[VARIANCE])
    left = unit * _left(values[rows:], filter_)
    times = np.arange(len(left)) * 2 * np.pi / period
    assert abs(np.exp(-1j * times) @ left) / len(left) < 0.03
    moved = unit * _left(values[rows:] + 1.0, filter_)
    # All but a twelfth of a level stays, once the filter has met it.
    assert 1 / (1 + WIDTH**2) - 0.01 < (moved - left)[5000:].mean() < 1.0


@pytest.mark.parametrize("coefficient", [0.0, 0.5, 0.9, 0.99, 0.999])
def test_values_that_depend_on_their_neighbours_have_no_cycle(coefficient: float) -> None:
    for seed in range(5):
        found = whitening_of(autoregressive(coefficient, 4000, seed), seed)
        assert found is None or found.memory[SECOND] == 0.0


def test_a_wave_that_has_not_come_again_is_no_cycle() -> None:
    values = _cycle(1000, 1000, 3)
    assert _filter(values).memory[SECOND] == 0.0
    assert _filter(_cycle(1000 / (FEWEST + 0.5), 1000, 3)).memory[SECOND] > 0.0
    assert cycle_of(values[:30]) is None


@pytest.mark.parametrize("shape", ["overtones", "steps", "neighbours"])
def test_where_a_cycle_leaves_more_than_noise_weights_make_values_independent(shape: str) -> None:
    times, noise = np.arange(1000) * 2 * np.pi / 100, np.random.default_rng(1).normal(size=1000)
    values = {
        "overtones": np.sin(times) + 0.5 * np.sin(2 * times) + noise,
        "steps": np.sign(np.sin(times)) + noise,
        "neighbours": 2.0 * np.sin(times) + autoregressive(0.3, 1000, 1),
    }[shape]
    found = _filter(values)
    assert found.memory[SECOND] == 0.0
    assert found.is_white
