import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.arrays.column import Numbers
from detectors.reference.column_block import RECENT
from detectors.reference.residuals import (
    ARCH,
    CALMEST,
    CENTRE,
    DOUBT,
    GARCH,
    GRAIN,
    LAST,
    LATEST_AT,
    LEAST,
    LEVELS_AT,
    LOG,
    MEMORY,
    MOVING,
    OMEGA,
    ORDER,
    PART,
    SCALE,
    SECOND,
    VARIANCE,
    WEIGHTS,
    WIDEST,
    keep_residuals,
    kept_part,
    levels_of,
    residuals_of,
    restored_part,
    tallies_of,
)

_SEED = np.uint64(7)


def _memory(**numbers: float) -> Numbers:
    memory = np.zeros(MEMORY)
    memory[SCALE], memory[WIDEST], memory[OMEGA], memory[VARIANCE] = 1.0, 30.0, 1.0, 1.0
    places = {"log": LOG, "least": LEAST, "centre": CENTRE, "scale": SCALE, "grain": GRAIN}
    places |= {"moving": MOVING, "omega": OMEGA, "arch": ARCH, "garch": GARCH, "order": ORDER}
    places |= {"doubt": DOUBT, "widest": WIDEST}
    for name, number in numbers.items():
        memory[places[name]] = number
    return memory


def _residuals(values: Numbers, memory: Numbers) -> tuple[Numbers, Numbers]:
    residuals, after = np.empty(len(values)), np.empty(MEMORY)
    residuals_of(values, memory, _SEED, residuals, after)
    return residuals, after


def test_residuals_are_those_of_the_definition() -> None:
    values = np.random.default_rng(1).normal(10.0, 2.0, 200)
    memory = _memory(centre=9.0, scale=2.0, moving=-0.3, omega=0.2, arch=0.1, garch=0.7, order=2)
    memory[WEIGHTS : WEIGHTS + 2] = 0.5, 0.2
    variance, surprise, earlier, expected = 1.0, 0.0, [0.0, 0.0], []
    for value in ((values - 9.0) / 2.0).tolist():
        guess = 0.5 * earlier[-1] + 0.2 * earlier[-2] - 0.3 * surprise
        surprise = value - guess
        expected.append(surprise / math.sqrt(variance))
        variance = 0.2 + 0.1 * min(surprise**2, CALMEST * variance) + 0.7 * variance
        earlier.append(value)
    found, after = _residuals(values, memory)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert after[VARIANCE] == pytest.approx(variance)
    assert memory[VARIANCE] == 1.0
    assert after[LAST : LAST + 2].tolist() == pytest.approx(earlier[:-3:-1])


@given(
    st.integers(0, 2**32), st.lists(st.integers(0, 300), max_size=8), st.booleans(), st.booleans()
)
def test_they_do_not_depend_on_batches(
    seed: int, cuts: list[int], rounded: bool, doubted: bool
) -> None:
    values = np.random.default_rng(seed).lognormal(size=300)
    memory = _memory(order=1, log=1.0, least=0.01, arch=0.2, garch=0.5)
    memory[WEIGHTS] = 0.6
    if rounded:
        values, memory[GRAIN] = values.round(1), 0.1
    if doubted:
        memory[DOUBT] = 0.05
    whole, end = _residuals(values, memory)
    found, after = [], memory
    for start, stop in pairwise(sorted({0, 300, *cuts})):
        part, after = _residuals(values[start:stop], after)
        found += part.tolist()
    assert found == whole.tolist()
    assert after.tolist() == end.tolist()


def test_an_outlier_is_one_outlier_and_no_value_is_too_large() -> None:
    memory = _memory(order=1)
    memory[WEIGHTS] = 0.9
    values = np.zeros(50)
    values[10] = 1e308
    found, _ = _residuals(values, memory)
    assert found[10] == 1e308
    assert np.abs(found[11:]).max() == 0.0
    extremes, _ = _residuals(np.array([1e308, -1e308, 1e308]), _memory(scale=1e-9, centre=-1e308))
    assert not np.isnan(extremes).any()


def _decaying(weight: float, height: float) -> Numbers:
    """Return values that come back from a height, under surprises of Cauchy's law."""
    values = np.random.default_rng(5).standard_cauchy(60)
    values[0] = height
    for row in range(1, len(values)):
        values[row] += weight * values[row - 1]
    return values


@pytest.mark.parametrize("height", [1e6, 1e8, 1e12])
def test_what_a_weight_is_off_by_is_lost_in_noise_where_it_is_doubted(height: float) -> None:
    values = _decaying(0.9, height)
    memory = _memory(order=1, widest=1e15)
    memory[WEIGHTS] = 0.9 * (1 + 1e-4)
    certain, _ = _residuals(values, memory)
    # Behind the first value all go one way, for as long as it is remembered.
    assert (certain[1:30] < 0.0).mean() > 0.9
    memory[DOUBT] = 5e-4
    found, _ = _residuals(values, memory)
    assert 0.2 < (found[1:30] < 0.0).mean() < 0.8
    assert np.median(np.abs(found[1:30])) == pytest.approx(1.0, abs=0.6)


@pytest.mark.parametrize("height", [1e6, 1e12])
def test_a_lasting_shift_shows_however_large_it_is_and_doubted_a_weight(height: float) -> None:
    memory = _memory(order=1, widest=1e15, doubt=5e-4)
    memory[WEIGHTS] = 0.9
    values = np.random.default_rng(6).standard_cauchy(200) + height
    found, _ = _residuals(values, memory)
    assert np.median(found[1:]) > 50.0


def test_a_part_is_kept_without_what_it_has_no_use_for() -> None:
    plain = np.arange(float(PART))
    plain[[SECOND, SECOND + 1, DOUBT]] = 0.0
    cyclic, heavy = plain.copy(), plain.copy()
    cyclic[[SECOND, SECOND + 1]] = 0.8, 0.1
    heavy[DOUBT] = 1e-4
    parts = (plain, cyclic, heavy)
    assert [PART - len(kept_part(part)) for part in parts] == [3, 1, 0]
    for part in parts:
        assert restored_part(kept_part(part)).tolist() == part.tolist()


def test_rounded_values_get_back_what_rounding_took() -> None:
    exact = np.random.default_rng(2).normal(0, 3, 20_000)
    memory = _memory(order=1, grain=1.0)
    found, _ = _residuals(exact.round(), memory)
    assert len(np.unique(found)) == len(found)
    assert np.abs(found - exact.round()).max() <= 0.5
    np.testing.assert_allclose(
        np.quantile(found, [0.1, 0.5, 0.9]), np.quantile(exact, [0.1, 0.5, 0.9]), atol=0.1
    )


def test_the_latest_are_kept_and_values_are_counted_between_levels() -> None:
    part = np.zeros(PART)
    part[LEVELS_AT:] = np.inf
    part[LEVELS_AT : LEVELS_AT + 2] = -1.0, 1.0
    part[LEVELS_AT + 31 :] = 0.0
    values = np.random.default_rng(3).normal(size=250)
    held = 0
    for start, end in ((0, 40), (40, 41), (41, 150), (150, 250)):
        piece = values[start:end]
        keep_residuals(piece, 2.0 * piece, np.full(MEMORY, float(end)), part, held)
        held = min(held + end - start, RECENT)
    assert part[LATEST_AT : LATEST_AT + RECENT].tolist() == (2.0 * values[-RECENT:]).tolist()
    assert part[:MEMORY].tolist() == [250.0] * MEMORY
    assert levels_of(part).tolist() == [-1.0, 1.0]
    assert tallies_of(part).tolist() == np.histogram(values, [-9, -1, 1, 9])[0].tolist()
