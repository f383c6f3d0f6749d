import numpy as np
import pytest

from detectors.arrays.column import Numbers
from detectors.reference.heavy_weights import heavy_weights

_NONE = np.empty(0)


def _cauchy(weights: list[float], size: int, seed: int) -> Numbers:
    values = np.random.default_rng(seed).standard_cauchy(size)
    for row in range(len(weights), size):
        values[row] += sum(weight * values[row - k] for k, weight in enumerate(weights, 1))
    return values - np.median(values)


@pytest.mark.parametrize("seed", range(5))
def test_weights_are_exact_to_thousandths_and_no_further_off_than_their_doubt(seed: int) -> None:
    values = _cauchy([0.9], 1000, seed)
    found = heavy_weights(values, 1, _NONE)
    assert found.weights == pytest.approx([0.9], abs=3e-3)
    assert abs(found.weights[0] / 0.9 - 1.0) < found.doubt < 0.02
    earlier, own = values[:-1], values[1:]
    by_squares = float(earlier @ own / (earlier @ earlier))
    assert abs(found.weights[0] - 0.9) < abs(by_squares - 0.9)


def test_several_weights_are_found_from_those_of_a_lower_order() -> None:
    values = _cauchy([0.6, 0.3], 2000, 1)
    first = heavy_weights(values, 1, _NONE)
    found = heavy_weights(values, 2, first.weights)
    assert found.weights == pytest.approx([0.6, 0.3], abs=0.01)
    assert heavy_weights(values, 2, _NONE).weights == pytest.approx(found.weights, abs=1e-4)
    assert found.unlikely < first.unlikely < heavy_weights(values, 0, _NONE).unlikely


def test_no_weights_say_nothing_that_could_be_doubted() -> None:
    found = heavy_weights(_cauchy([], 500, 2), 0, _NONE)
    assert len(found.weights) == 0
    assert found.doubt == 0.0


def test_the_scale_of_values_changes_no_weight() -> None:
    values = _cauchy([0.5], 1000, 3)
    found, scaled = (heavy_weights(each, 1, _NONE) for each in (values, 1e6 * values))
    assert scaled.weights == pytest.approx(found.weights, rel=1e-6)
    assert scaled.doubt == pytest.approx(found.doubt, rel=1e-6)


def test_values_that_are_all_the_same_have_finite_weights() -> None:
    found = heavy_weights(np.zeros(100), 2, _NONE)
    assert np.isfinite(found.weights).all()
    assert np.isfinite(found.unlikely)
