import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.reference.dependence import autocorrelations, independent_stride


def autoregressive(coefficient: float, rows: int, seed: int) -> NDArray[np.float64]:
    noise = np.random.default_rng(seed).normal(size=rows)
    for row in range(1, rows):
        noise[row] += coefficient * noise[row - 1]
    return noise


def test_autocorrelations_are_those_of_the_definition() -> None:
    values = autoregressive(0.5, 200, 1)
    centred = values - values.mean()
    expected = [
        float(centred[: 200 - lag] @ centred[lag:]) / float(centred @ centred) for lag in range(51)
    ]
    np.testing.assert_allclose(autocorrelations(values), expected, atol=1e-12)


def test_a_constant_has_no_autocorrelation() -> None:
    found = autocorrelations(np.full(100, 7.0))
    assert found.tolist() == [1.0] + [0.0] * 25
    assert independent_stride(found) == 1


@pytest.mark.parametrize("rows", [50, 200, 1000, 8000])
def test_independent_values_are_hardly_ever_thinned_however_few_they_are(rows: int) -> None:
    strides = [
        independent_stride(autocorrelations(np.random.default_rng(seed).random(rows)))
        for seed in range(200)
    ]
    assert sum(stride != 1 for stride in strides) <= 3


@pytest.mark.parametrize(
    ("coefficient", "least", "most"), [(0.3, 4, 4), (0.5, 6, 10), (0.9, 26, 50)]
)
def test_the_stride_follows_how_long_the_correlation_lasts(
    coefficient: float, least: int, most: int
) -> None:
    for seed in range(5):
        stride = independent_stride(autocorrelations(autoregressive(coefficient, 4000, seed)))
        assert stride is not None
        assert least <= stride <= most


def test_a_correlation_that_outlasts_the_values_has_no_stride() -> None:
    walk = np.cumsum(np.random.default_rng(1).normal(size=1000))
    assert independent_stride(autocorrelations(walk)) is None
    assert independent_stride(autocorrelations(np.sin(np.arange(1000) / 50))) is None


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5])
def test_a_handful_of_values_is_taken_as_independent(rows: int) -> None:
    assert independent_stride(autocorrelations(np.arange(rows, dtype=np.float64))) == 1
