import numpy as np
import pytest

from detectors.arrays.column import Numbers
from detectors.reference.remedy import UNSURE, Remedy, remedy_for, settled_sample
from tests.detectors.streams import autoregressive

_RANDOM = np.random.default_rng


def _for(sample: Numbers, *, numeric: bool = True) -> Remedy:
    return remedy_for(sample, 5, numeric=numeric, unsure=UNSURE)


@pytest.mark.parametrize(
    "sample",
    [
        _RANDOM(1).normal(size=1000),
        _RANDOM(1).standard_cauchy(1000),
        _RANDOM(1).normal(size=1000) + np.linspace(0, 5, 1000),
        np.full(1000, 4.0),
        np.tile([0.0, 1.0], 500),
        np.array([1.0]),
    ],
    ids=["normal", "Cauchy", "trend", "constant", "alternating", "one"],
)
def test_what_does_not_depend_needs_nothing(sample: Numbers) -> None:
    remedy = _for(sample)
    assert not remedy.is_needed
    assert (remedy.whitening, remedy.stride, remedy.independent) == (None, 1, True)


@pytest.mark.parametrize("coefficient", [-0.66, 0.3, 0.5, 0.9])
def test_numbers_that_depend_have_residuals(coefficient: float) -> None:
    remedy = _for(autoregressive(coefficient, 1000, 1))
    assert remedy.whitening is not None
    assert (remedy.stride, remedy.independent) == (1, True)
    assert remedy.correlation == pytest.approx(coefficient, abs=0.1)


def test_states_that_last_are_thinned_and_those_that_alternate_are_not() -> None:
    lasting = np.repeat(_RANDOM(1).random(250) < 0.3, 4).astype(np.float64)
    remedy = _for(lasting)
    assert remedy.whitening is None
    assert 2 <= remedy.stride <= 6
    assert remedy.independent
    places = autoregressive(0.5, 1000, 1)
    assert _for(places, numeric=False).stride in range(2, 8)
    flips = np.cumsum(_RANDOM(1).random(1000) < 0.83) % 2
    assert _for(flips.astype(np.float64)).stride == 1


def test_what_lasts_longer_than_a_sample_tells_is_judged_now_and_then_without_a_guarantee() -> None:
    remedy = _for(np.repeat([0.0, 1.0] * 4, 125))
    assert not remedy.independent
    assert remedy.stride == UNSURE
    assert remedy_for(np.cumsum(_RANDOM(1).normal(size=1000)), 5, numeric=False).stride == 31


def test_numbers_that_wander_have_residuals_without_a_guarantee() -> None:
    remedy = _for(np.cumsum(_RANDOM(1).normal(size=4000)))
    assert remedy.whitening is not None
    assert not remedy.independent


@pytest.mark.parametrize(
    "change", [np.repeat([3.0, 0.0], [400, 600]), 3.0 * np.exp(-np.arange(1000) / 100)]
)
def test_a_sample_that_has_settled_needs_nothing_from_there_on(change: Numbers) -> None:
    sample = change + _RANDOM(1).normal(size=1000)
    begin, remedy = settled_sample(sample, 5, numeric=True)
    assert begin == 500
    assert not remedy.is_needed
    errors = (_RANDOM(1).random(1000) < 0.1 + 0.2 * change).astype(np.float64)
    begin, remedy = settled_sample(errors, 5, numeric=True)
    assert not remedy.is_needed


@pytest.mark.parametrize("seed", range(10))
def test_what_depends_on_what_was_before_has_not_settled_where_it_is_calm(seed: int) -> None:
    for sample in (autoregressive(0.3, 1000, seed), autoregressive(0.9, 1000, seed)):
        begin, remedy = settled_sample(sample, 5, numeric=True)
        assert begin == 0
        assert remedy.is_needed
    bursts = np.zeros(1000)
    bursts[100 : 100 + 10 * seed] = 1.0
    assert settled_sample(bursts, 5, numeric=True)[0] == 0


def test_what_a_burn_in_cannot_tell_from_wandering_is_guaranteed_by_a_longer_sample() -> None:
    values = autoregressive(0.99, 5000, 1)
    short, long = _for(values[:1000]), _for(values)
    assert short.whitening is not None
    assert long.whitening is not None
    assert (short.independent, long.independent) == (False, True)


def bursts(rows: int, seed: int) -> Numbers:
    values, variance = np.empty(rows), 1.0
    for row, noise in enumerate(_RANDOM(seed).normal(size=rows).tolist()):
        values[row] = noise * np.sqrt(variance)
        variance = 0.05 + 0.1 * values[row] ** 2 + 0.85 * variance
    return values


def test_sizes_that_come_in_bursts_are_guaranteed_by_no_sample() -> None:
    found = [(_for(bursts(1000, seed)), _for(bursts(4000, seed))) for seed in range(10)]
    assert sum(short.independent for short, _ in found) <= 1
    assert all(long.whitening is not None for _, long in found)
    assert not any(long.independent for _, long in found)
