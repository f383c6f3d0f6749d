import numpy as np
import pytest

from detectors.arrays.column import Numbers
from detectors.reference.amounts import FEWEST, are_amounts, logarithms_of

_RANDOM = np.random.default_rng


@pytest.mark.parametrize("seed", range(10))
def test_what_differs_by_factors_is_amounts_at_any_scale(seed: int) -> None:
    for deviation in (0.5, 1.0, 2.0):
        values = _RANDOM(seed).lognormal(0.0, deviation, 1000)
        assert are_amounts(values)
        assert are_amounts(1e-9 * values)
    assert are_amounts(_RANDOM(seed).pareto(3.0, 1000) + 1e-3)


@pytest.mark.parametrize(
    "values",
    [
        _RANDOM(1).normal(100.0, 1.0, 1000),
        _RANDOM(1).normal(size=1000),
        _RANDOM(1).random(1000),
        100.0 + _RANDOM(1).exponential(1.0, 1000),
        np.append(_RANDOM(1).lognormal(0.0, 1.0, 1000), 0.0),
        _RANDOM(1).lognormal(0.0, 1.0, FEWEST - 1),
        np.full(1000, 3.0),
        np.resize([1.0, 2.0], 1000),
        np.append(np.full(999, 3.0), 1e300),
    ],
    ids=["level", "normal", "even", "offset", "nothing", "few", "constant", "two", "outlier"],
)
def test_other_numbers_are_none(values: Numbers) -> None:
    assert not are_amounts(values)


def test_logarithms_of_what_is_no_amount_are_those_of_a_very_small_one() -> None:
    found = logarithms_of(np.array([1.0, 0.0, -3.0]))
    assert found[0] == 0.0
    assert found[1] == found[2] < -600.0
