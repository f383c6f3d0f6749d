from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.arrays.column import Numbers
from detectors.reference.bins import NumberBins
from detectors.reference.ranks import absorb_ranks, folded

_SIZE = 20_000


def _ranks_of(values: Numbers, seed: int = 7) -> Numbers:
    sample, rest = values[:1000], values[1000:]
    binning = NumberBins.of_sample(sample, 64)
    counts = np.bincount(binning.of(sample), minlength=binning.size)
    return absorb_ranks(binning.of(rest), counts, seed)


def _distance_from_uniform(values: Numbers) -> float:
    """Return the Kolmogorov-Smirnov statistic, times the root of the number of values."""
    ordered = np.sort(values)
    steps = np.arange(len(values) + 1) / len(values)
    distance = max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1]))
    return float(distance * np.sqrt(len(values)))


@pytest.mark.parametrize(
    "draw",
    [
        lambda random: random.normal(1000, 0.001, _SIZE),
        lambda random: random.lognormal(0, 2, _SIZE),
        lambda random: random.standard_cauchy(_SIZE),
        lambda _: np.full(_SIZE, 3.0),
        lambda random: (random.random(_SIZE) < 0.1).astype(np.float64),
        lambda random: random.poisson(3, _SIZE).astype(np.float64),
    ],
    ids=["normal", "lognormal", "cauchy", "constant", "bernoulli", "poisson"],
)
def test_ranks_are_uniform_and_independent_while_nothing_changes(
    draw: Callable[[np.random.Generator], Numbers],
) -> None:
    ranks = _ranks_of(draw(np.random.default_rng(11)))
    assert 0 < ranks.min() < ranks.max() < 1
    # 1.95 is exceeded by one in a thousand.
    assert _distance_from_uniform(ranks) < 1.95
    assert _distance_from_uniform(folded(ranks)) < 1.95
    assert abs(np.corrcoef(ranks[:-1], ranks[1:])[0, 1]) < 0.025


def test_seeds_give_unrelated_ranks_of_the_same_constant() -> None:
    constant = np.full(_SIZE, 3.0)
    assert abs(np.corrcoef(_ranks_of(constant, 1), _ranks_of(constant, 2))[0, 1]) < 0.025


@given(
    st.lists(st.integers(0, 4), max_size=60),
    st.lists(st.integers(0, 60), max_size=5),
    st.integers(0, 2**64 - 1),
)
def test_ranks_do_not_depend_on_the_batches(bins: list[int], cuts: list[int], seed: int) -> None:
    whole, pieces = np.array([3, 0, 1, 0, 2]), np.array([3, 0, 1, 0, 2])
    numbers = np.array(bins, dtype=np.int64)
    together = absorb_ranks(numbers, whole, seed)
    parts = [absorb_ranks(part, pieces, seed) for part in np.split(numbers, sorted(cuts))]
    assert np.concatenate(parts).tolist() == together.tolist()
    assert pieces.tolist() == whole.tolist()
    assert whole.sum() == 6 + len(bins)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(0, 2**64 - 1))
def test_a_rank_lies_between_the_shares_below_and_up_to_its_bin(bins: list[int], seed: int) -> None:
    counts = np.zeros(5, dtype=np.int64)
    for number in bins:
        below, own = counts[:number].sum(), counts[number]
        total = counts.sum() + 1
        (rank,) = absorb_ranks(np.array([number]), counts, seed).tolist()
        assert below / total <= rank <= (below + own + 1) / total


@given(st.integers(1, 90), st.integers(0, 80), st.integers(0, 2**32))
def test_many_values_at_once_have_the_ranks_that_they_have_one_at_a_time(
    size: int, rows: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    bins = random.integers(0, size, rows)
    counts = random.integers(0, 9, size)
    alone = counts.copy()
    expected = [absorb_ranks(bins[row : row + 1], alone, seed)[0] for row in range(rows)]
    assert absorb_ranks(bins, counts, seed).tolist() == expected
    assert counts.tolist() == alone.tolist()
