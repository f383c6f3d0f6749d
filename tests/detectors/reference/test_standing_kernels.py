import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.reference.standing_kernels import band_sums, centred, mean_ranks, products


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_mean_ranks_are_those_of_the_values_at_most_as_high(numbers: list[int]) -> None:
    values = np.array(numbers, dtype=np.float64)
    expected = [(np.sum(values < each) + np.sum(values <= each)) / 2 for each in values]
    found = mean_ranks(values, values.argsort())
    np.testing.assert_allclose(found * len(values), expected)


@pytest.mark.parametrize(("trend", "degree"), [(False, 0), (True, 2)])
@pytest.mark.parametrize("size", [1, 2, 3, 40, 1001])
def test_what_is_left_is_what_a_polynomial_does_not_explain(
    size: int, degree: int, *, trend: bool
) -> None:
    values = np.random.default_rng(size).random(size)
    times = np.linspace(-1.0, 1.0, size)
    expected = values - np.polyval(np.polyfit(times, values, min(degree, size - 1)), times)
    left, power = centred(values, trend)
    np.testing.assert_allclose(left, expected, atol=1e-12)
    assert power == pytest.approx(expected @ expected, abs=1e-12)


@pytest.mark.parametrize("size", [1, 7, 8, 200, 1000])
def test_products_are_those_of_a_fourier_transform(size: int) -> None:
    values = np.random.default_rng(size).normal(size=size)
    spectrum = np.fft.rfft(values, 2 * size)
    expected = np.fft.irfft(spectrum * spectrum.conjugate(), 2 * size)[: size // 8 + 1]
    np.testing.assert_allclose(products(values, size // 8), expected, atol=1e-9)


def test_bands_weigh_near_lags_more_and_end_with_the_lags_that_there_are() -> None:
    one = band_sums(np.ones(4), np.array([1, 4, 12]), 1000)
    assert one[1] == one[2]
    # Weights 1 - k / 5 of four lags, and what a mean and a trend take away.
    error = np.sqrt(4 * 9 / 30 / 1000)
    assert one[1] == pytest.approx((0.8 + 0.6 + 0.4 + 0.2 + 0.006) / error)
    assert one[0] == pytest.approx((0.5 + 0.0015) / np.sqrt(3 / 12 / 1000))
