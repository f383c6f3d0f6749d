import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.reference.dependence import (
    DEPENDENT,
    FEWEST,
    autocorrelations,
    folded_standings,
    independent_stride,
    is_dependent,
    standings_of,
    sums,
    without_trend,
)
from tests.detectors.streams import autoregressive

_RANDOM = np.random.default_rng


def test_autocorrelations_are_those_of_the_definition_without_the_trend() -> None:
    values = autoregressive(0.5, 200, 1) + np.linspace(0, 9, 200)
    times = np.arange(200)
    centred = values - np.polyval(np.polyfit(times, values, 2), times)
    expected = [
        float(centred[: 200 - lag] @ centred[lag:]) / float(centred @ centred) for lag in range(26)
    ]
    np.testing.assert_allclose(autocorrelations(values), expected, atol=1e-9)


@pytest.mark.parametrize("level", [7.0, 0.1, 0.0])
def test_a_constant_has_no_autocorrelation(level: float) -> None:
    found = autocorrelations(np.full(104, level))
    assert found.tolist() == [1.0] + [0.0] * 13
    assert independent_stride(found, 32) == 1


@pytest.mark.parametrize("rows", [50, 200, 1000, 4000])
@pytest.mark.parametrize("share", [1.0, 0.3, 0.03])
def test_independent_values_hardly_ever_look_dependent_however_few_they_are(
    rows: int, share: float
) -> None:
    found = 0
    for seed in range(200):
        values = _RANDOM(seed).random(rows)
        if share < 1.0:
            values = (values < share).astype(np.float64)
        standings = standings_of(values)
        found += is_dependent(standings) or is_dependent(folded_standings(standings))
    assert found <= 4


def test_ranks_of_ties_are_their_mean() -> None:
    assert standings_of(np.array([3.0, 1.0, 3.0, 7.0])).tolist() == [0.5, 0.125, 0.5, 0.875]


def test_many_small_correlations_count_and_a_single_one_does_not() -> None:
    small = np.concatenate([[1.0], np.full(125, 0.1)])
    chance = np.zeros(126)
    chance[0], chance[106] = 1.0, 0.3
    assert sums(small).max() > 2 * DEPENDENT
    assert sums(chance).max() < DEPENDENT
    assert independent_stride(chance, 32) == 1


def test_values_that_alternate_are_not_dependent() -> None:
    values = autoregressive(-0.66, 1000, 3)
    assert not is_dependent(standings_of(values))
    assert independent_stride(autocorrelations(standings_of(values)), 32) == 1


@pytest.mark.parametrize("rise", [0.5, 3.0, 30.0])
def test_a_trend_is_no_dependence(rise: float) -> None:
    for seed in range(20):
        values = _RANDOM(seed).normal(size=1000) + np.linspace(0, rise, 1000)
        standings = standings_of(without_trend(values))
        assert not is_dependent(standings)
        assert not is_dependent(folded_standings(standings))


def test_without_a_trend_values_stay_as_they_are() -> None:
    for values in (_RANDOM(1).normal(size=500), np.zeros(9), np.array([1e308, -1e308] * 50)):
        assert without_trend(values).tolist() == values.tolist()


def test_dependence_of_the_sizes_alone_is_seen() -> None:
    values, variance = _RANDOM(1).normal(size=2000), 1.0
    for row in range(2000):
        values[row] *= variance**0.5
        variance = 0.05 + 0.1 * values[row] ** 2 + 0.85 * variance
    standings = standings_of(values)
    assert not is_dependent(standings)
    assert is_dependent(folded_standings(standings))


@pytest.mark.parametrize(
    ("coefficient", "least", "most"), [(0.3, 2, 3), (0.5, 3, 6), (0.9, 12, 32)]
)
def test_the_stride_follows_how_long_the_correlation_lasts(
    coefficient: float, least: int, most: int
) -> None:
    for seed in range(5):
        stride = independent_stride(autocorrelations(autoregressive(coefficient, 4000, seed)), 32)
        assert stride is not None
        assert least <= stride <= most


def test_a_correlation_that_outlasts_the_longest_stride_has_none() -> None:
    walk = np.cumsum(_RANDOM(1).normal(size=1000))
    assert independent_stride(autocorrelations(walk), 32) is None
    assert independent_stride(autocorrelations(np.sin(np.arange(1000) / 50)), 32) is None
    assert independent_stride(autocorrelations(autoregressive(0.9, 4000, 1)), 5) is None


@pytest.mark.parametrize("rows", [1, 2, 3, 8, FEWEST - 1])
def test_a_handful_of_values_is_taken_as_independent(rows: int) -> None:
    values: NDArray[np.float64] = np.repeat(np.arange(rows, dtype=np.float64), 2)[:rows]
    assert not is_dependent(values)
    assert independent_stride(autocorrelations(values), 32) == 1
