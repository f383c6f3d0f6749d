import numpy as np
import pytest

from detectors.arrays.column import Numbers
from detectors.reference.dependence import MOST_STRIDE
from detectors.reference.remedy import Remedy, remedy_for
from tests.detectors.streams import autoregressive

_RANDOM = np.random.default_rng


def _for(sample: Numbers, *, numeric: bool = True) -> Remedy:
    return remedy_for(sample, 5, numeric=numeric)


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


@pytest.mark.parametrize("coefficient", [-0.66, 0.3, 0.5, 0.9, 0.99])
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
    assert 1 < remedy.stride <= MOST_STRIDE
    assert _for(np.repeat([0.0, 1.0] * 4, 1000)).stride == MOST_STRIDE
