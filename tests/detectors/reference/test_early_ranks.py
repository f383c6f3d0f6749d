from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.algorithms.rank_bets import BETS, MEMORY, begin, feed
from detectors.arrays.column import Numbers
from detectors.reference.early_ranks import FEWEST, Step, judge
from detectors.reference.early_shares import MOST
from tests.detectors.streams import autoregressive

_RANDOM = np.random.default_rng
Draw = Callable[[np.random.Generator], Numbers]
LIMIT = 1e6
SEED = np.uint64(2**64 - 5)


class Burn:
    """A burn-in, judged as it comes."""

    def __init__(self, values: Numbers, limit: float = LIMIT, shares_limit: float = 0.0) -> None:
        self.values = values
        self.limits = limit, shares_limit
        self.memory = np.empty(MEMORY)
        self.look = np.zeros(2)
        begin(self.memory)

    def take(self, held: int, end: int) -> Step:
        return Step(*judge(self.values, held, end, SEED, self.memory, self.look, *self.limits))

    def whole(self) -> Step:
        return self.take(0, len(self.values))


def exact_ranks(values: Sequence[float]) -> Numbers:
    """Of each value among those before it, with the random parts that the product draws."""
    ranks = []
    for held, value in enumerate(values):
        below = sum(earlier < value for earlier in values[:held])
        equal = sum(earlier == value for earlier in values[:held])
        ranks.append((below + _part(held) * (equal + 1)) / (held + 1))
    return np.array(ranks)


def _part(held: int) -> float:
    """SplitMix64 of a seed and a count, as a number within (0, 1)."""
    whole = 2**64 - 1
    z = ((int(SEED) + held) & whole) * 0x9E3779B97F4A7C15 & whole
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & whole
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & whole
    return (((z ^ (z >> 31)) >> 11) + 0.5) / 2**53


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_the_bets_are_on_the_exact_ranks(values: list[int]) -> None:
    numbers = np.array(values, dtype=np.float64)
    burn = Burn(numbers, limit=1e30)
    expected = np.empty(MEMORY)
    begin(expected)

    burn.whole()
    feed(exact_ranks(values), expected, 1e30)

    np.testing.assert_allclose(burn.memory, expected)


@given(
    st.integers(0, 2**32),
    st.sampled_from(["step", "spread", "correlated", "counts", "shares"]),
    st.lists(st.integers(1, 399), max_size=8),
)
def test_the_same_is_found_however_a_burn_in_is_cut(seed: int, shape: str, cuts: list[int]) -> None:
    values = _RANDOM(seed).normal(size=400)
    if shape == "step":
        values[200:] += 2.0
    elif shape == "spread":
        values[200:] *= 4.0
    elif shape == "correlated":
        values = autoregressive(0.95, 400, seed % 1000)
    elif shape == "counts":
        values = np.round(values)
    else:
        values = np.round(values)
        values[200:] = np.abs(values[200:])
    limits = (2 * LIMIT, 2 * LIMIT) if shape == "shares" else (LIMIT, 0.0)
    whole, parts = Burn(values, *limits), Burn(values, *limits)
    expected = whole.whole()
    held, found = 0, Step(-1, 0, 0.0, 0.0, 0.0, independent=True)
    for end in sorted({*cuts, len(values)}):
        found = parts.take(held, end)
        if found.at >= 0:
            break
        held = end

    assert (held + found.at if found.at >= 0 else -1) == expected.at
    assert found[1:] == expected[1:]
    np.testing.assert_array_equal(parts.memory, whole.memory)
    assert parts.look[0] == whole.look[0]


@pytest.mark.parametrize(
    ("before", "after", "within"),
    [
        (lambda random: random.normal(size=100), lambda random: random.normal(1, 1, 300), 90),
        (lambda random: random.normal(size=100), lambda random: random.normal(-2, 1, 300), 35),
        (lambda random: random.normal(size=300), lambda random: random.normal(0, 2.5, 300), 120),
        (lambda random: 0 * random.random(100), lambda random: random.normal(1, 1, 300), 35),
        (
            lambda random: (random.random(300) < 0.1) * 1.0,
            lambda random: (random.random(300) < 0.6) * 1.0,
            120,
        ),
    ],
    ids=["up", "down", "wider", "moves", "errors"],
)
def test_a_change_within_a_burn_in_is_found_and_placed(
    before: Draw, after: Draw, within: int
) -> None:
    found = 0
    for seed in range(10):
        random = _RANDOM(seed)
        first = before(random)
        step = Burn(np.concatenate([first, after(random)])).whole()
        found += 0 <= step.at - len(first) < within and abs(step.before - len(first)) < 20
    assert found >= 8


def test_a_category_that_is_new_is_told_by_its_share_where_ranks_were_looked_at_in_vain() -> None:
    told = 0
    for seed in range(20):
        random = _RANDOM(seed)
        few = random.integers(0, 10, 300)
        more = random.choice(11, 600, p=[*[0.08] * 10, 0.2])
        told += Burn(np.concatenate([few, more]).astype(float), 2e5, 2e5).whole().at >= 300
    assert told >= 18


def test_a_correlated_step_is_found_and_not_called_independent() -> None:
    values = autoregressive(0.5, 600, 3)
    values[300:] += 4.0 * values[:300].std()
    step = Burn(values).whole()

    assert 300 <= step.at < 400
    assert not step.independent


def test_short_streams_that_do_not_change_keep_the_budget() -> None:
    """The bound says one in 1,000 streams of 1,000 values, in the mean."""
    shapes: list[Draw] = [
        lambda random: random.normal(size=1000),
        lambda random: random.standard_cauchy(1000),
        lambda random: random.poisson(25, 1000).astype(np.float64),
        lambda random: (random.random(1000) < 0.01).astype(np.float64),
    ]
    found = sum(
        Burn(shapes[seed % len(shapes)](_RANDOM(seed))).whole().at >= 0 for seed in range(1000)
    )
    assert found < 4


@pytest.mark.parametrize("coefficient", [0.3, 0.5, 0.9, 0.99])
def test_correlation_alone_is_hardly_ever_a_change(coefficient: float) -> None:
    found = sum(
        Burn(autoregressive(coefficient, 1000, seed)).whole().at >= 0 for seed in range(200)
    )
    assert found <= 8


def test_neither_a_counter_nor_a_trend_nor_a_slow_wave_is_a_step() -> None:
    rows = np.arange(1000)
    assert Burn(rows.astype(np.float64)).whole().at < 0
    found = [0, 0]
    for seed in range(50):
        noise = _RANDOM(seed).normal(size=1000)
        found[0] += Burn(4 * rows / 1000 + noise).whole().at >= 0
        found[1] += Burn(2 * np.sin(rows * np.pi / 500) + noise).whole().at >= 0
    assert max(found) <= 15


def test_constants_are_quiet() -> None:
    assert Burn(np.full(MOST, 3.0)).whole().at < 0


def test_a_few_values_say_nothing() -> None:
    values = np.concatenate([np.zeros(FEWEST // 2), np.ones(FEWEST // 2 - 1)])
    assert Burn(values, limit=30.0).whole().at < 0


def _bursts(random: np.random.Generator) -> Numbers:
    """GARCH(0.1, 0.85): sizes that depend on those before them, of values that do not."""
    values, variance = np.empty(1000), 1.0
    for row, noise in enumerate(random.normal(size=1000).tolist()):
        values[row] = noise * np.sqrt(variance)
        variance = 0.05 + 0.1 * values[row] ** 2 + 0.85 * variance
    return values


def test_sizes_that_come_in_bursts_are_seldom_taken_for_a_change_and_hardly_ever_surely() -> None:
    found = [Burn(_bursts(_RANDOM(seed))).whole() for seed in range(100)]
    told = [step for step in found if step.at >= 0]
    assert len(told) <= 12
    assert sum(step.independent for step in told) <= 1


def test_a_spread_that_doubles_is_told_nonetheless() -> None:
    rows = []
    for seed in range(60):
        values = _RANDOM(seed).normal(size=1000)
        values[300:] *= 2.0
        rows.append(Burn(values).whole().at)
    assert sum(300 <= row < 400 for row in rows) >= 40


def test_a_limit_of_zero_turns_it_off() -> None:
    burn = Burn(np.repeat([0.0, 1.0], 200), limit=0.0)
    assert burn.whole().at < 0
    assert (burn.memory[:BETS] == burn.memory[0]).all()


def test_values_beyond_the_most_are_not_compared() -> None:
    values = np.concatenate([_RANDOM(1).normal(size=MOST), _RANDOM(2).normal(9, 1, 100)])
    assert Burn(values).whole().at < 0
