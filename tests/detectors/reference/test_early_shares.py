from collections import Counter
from collections.abc import Callable, Sequence
from math import exp, lgamma, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.algorithms.rank_bets import MEMORY, begin
from detectors.arrays.column import Numbers
from detectors.reference.early_ranks import BY_SHARES, Step, judge
from detectors.reference.early_shares import (
    FEWEST_BEFORE,
    FEWEST_SINCE,
    MOST,
    MOST_DIFFERENT,
    is_due,
    limits_within,
    statistic,
)

_RANDOM = np.random.default_rng
Draw = Callable[[np.random.Generator], Numbers]
OFTEN = 1e4
"""A false alarm in ten streams of 1,000 values, at most."""


def judged(values: Numbers, limit: float = 1e6) -> Step:
    """Return what is found in a burn-in of booleans."""
    memory = np.empty(MEMORY)
    begin(memory)
    return Step(*judge(values, 0, len(values), np.uint64(1), memory, np.zeros(2), 0.0, limit))


def log_probability(values: Sequence[int], different: int) -> float:
    """Of a series whose shares nobody knows, by the closed form."""
    counts = [Counter(values)[number] for number in range(different)]
    numbers = sum(lgamma(count + 0.5) - lgamma(0.5) for count in counts)
    return numbers + lgamma(different / 2) - lgamma(len(values) + different / 2)


def log_probability_where_some_stay(values: Sequence[int], different: int, part: float) -> float:
    """The same of a series in which so many values are the one before them."""
    total = -log(different)
    for row in range(1, len(values)):
        share = (Counter(values[:row])[values[row]] + 0.5) / (row + different / 2)
        total += log(part * (values[row] == values[row - 1]) + (1 - part) * share)
    return total


@given(st.integers(2, 5), st.integers(0, 2**32), st.integers(25, 120), st.booleans())
def test_the_statistic_is_what_its_definition_says(
    different: int, seed: int, count: int, sticks: bool
) -> None:
    random = _RANDOM(seed)
    values = random.integers(0, different, count)
    values[:different] = np.arange(different)
    if sticks:
        for row in np.flatnonzero(random.random(count) < 0.7)[1:]:
            values[row] = values[row - 1]
    values = np.unique(values, return_inverse=True)[1]
    kinds, numbers = int(values.max()) + 1, values.tolist()
    if kinds == 1:
        return
    whole = max(
        log_probability(numbers, kinds),
        -count * log(kinds),
        *(log_probability_where_some_stay(numbers, kinds, part) for part in (0.25, 0.5)),
    )
    expected = sum(
        exp(log_probability(numbers[:at], kinds) + log_probability(numbers[at:], kinds) - whole)
        for at in range(FEWEST_BEFORE, count - FEWEST_SINCE + 1)
    )
    assert statistic(np.array(numbers, dtype=np.float64), np.empty(count)) == pytest.approx(
        expected, rel=1e-9
    )


def test_the_standings_say_on_which_side_of_the_change_a_value_is_likelier() -> None:
    values = np.concatenate([np.zeros(50), np.ones(30)])
    standings = np.empty(80)
    assert statistic(values, standings) > 1e6
    np.testing.assert_allclose(standings[[0, 79]], [0.5 / 50.5, 30.5 / 0.5])


def test_a_constant_and_many_different_values_say_nothing() -> None:
    standings = np.zeros(200)
    few = np.repeat(np.arange(MOST_DIFFERENT, dtype=np.float64), 10)
    many = np.append(few, np.full(40, MOST_DIFFERENT))
    assert statistic(np.full(200, 4.0), standings) == 0.0
    assert statistic(many, standings) == 0.0
    assert (standings == 0.0).all()
    assert statistic(few, standings[: len(few)]) > 0.0


def test_the_most_extreme_change_of_the_longest_burn_in_is_a_finite_one() -> None:
    values = np.repeat([0.0, 1.0], MOST // 2)
    assert 1e90 < statistic(values, np.empty(MOST)) < np.inf


def test_a_long_series_is_looked_at_with_every_32nd_part_more() -> None:
    assert all(is_due(count) for count in range(1, 64))
    assert [count for count in range(960, 1025) if is_due(count)] == [960, 990, 992, 1023, 1024]


def test_the_budget_is_that_of_who_judges() -> None:
    assert limits_within(1e6, 1.25e6, 0) == (0.0, 1e6)
    assert limits_within(1e6, 0.0, 63) == (1e6, 0.0)
    of_ranks, of_shares = limits_within(1e6, 0.0, 0)
    assert 1e6 / of_ranks + 1e6 / of_shares == 1.0
    assert limits_within(0.0, 0.0, 0) == (0.0, 0.0)


def _rate(share: float) -> Draw:
    return lambda random: (random.random(1000) < share).astype(np.float64)


def _categories(weights: Numbers) -> Draw:
    shares = weights / weights.sum()
    return lambda random: random.choice(len(shares), 1000, p=shares).astype(np.float64)


def _sticking(share: float, stays: float) -> Draw:
    """Errors of which one in some depends on the one before it."""

    def draw(random: np.random.Generator) -> Numbers:
        values = (random.random(1000) < share).astype(np.float64)
        for row in np.flatnonzero(random.random(1000) < stays)[1:]:
            values[row] = values[row - 1]
        return values

    return draw


@pytest.mark.parametrize(
    "draw",
    [
        _rate(0.5),
        _rate(0.1),
        _rate(0.01),
        _rate(0.001),
        _categories(np.ones(5)),
        _categories(np.ones(16)),
        _categories(1 / np.arange(1, 17)),
        _sticking(0.1, 0.5),
        _sticking(0.1, 0.8),
        _sticking(0.02, 0.5),
    ],
    ids=["0.5", "0.1", "0.01", "0.001", "5", "16", "Zipf 16", "sticks", "stays", "bursts"],
)
def test_streams_that_do_not_change_keep_the_budget(draw: Draw) -> None:
    """The bound says one in ten streams."""
    found = sum(judged(draw(_RANDOM(seed)), OFTEN).at >= 0 for seed in range(200))
    assert found <= 20


@pytest.mark.parametrize(
    ("before", "after", "stable", "within"),
    [(0.1, 0.5, 100, 110), (0.1, 0.5, 300, 70), (0.05, 0.3, 300, 120), (0.3, 0.0, 300, 200)],
)
def test_errors_that_become_more_or_fewer_are_found_and_placed(
    before: float, after: float, stable: int, within: int
) -> None:
    found = 0
    for seed in range(20):
        random = _RANDOM(seed)
        parts = [random.random(stable) < before, random.random(700) < after]
        step = judged(np.concatenate(parts).astype(np.float64))
        found += 0 <= step.at - stable < within and abs(step.before - stable) < 30
        assert step.at < 0 or step.bet == BY_SHARES
    assert found >= 12


def test_errors_in_every_row_from_now_on_are_a_change() -> None:
    values = np.repeat([0.0, 1.0], [100, 60])
    values[[20, 70]] = 1.0
    step = judged(values)
    assert step.before == 100
    assert 107 <= step.at < 125


def test_a_new_category_is_found_where_ranks_see_nothing() -> None:
    random = _RANDOM(4)
    values = np.concatenate([random.integers(0, 8, 300), random.integers(0, 10, 300)]) % 9.0
    values[300:][random.random(300) < 0.3] = 8.0
    step = judged(values)
    assert 300 < step.at < 380
    assert 290 < step.before < 310
