import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.algorithms.multinomial import (
    MEMORY,
    ONE,
    RECENT_VALUES,
    Multinomial,
    feed,
    restore,
    state_of,
)

DEFAULT_LIMIT = 2e6
Bins = NDArray[np.int64]


class Watch:
    """The state of one column; its counts are kept as a reference keeps them."""

    def __init__(self, counts: Sequence[int], limit: float = DEFAULT_LIMIT) -> None:
        self.counts = np.array(counts, dtype=np.int64)
        self.memory = np.zeros(MEMORY)
        self.recent = np.zeros(len(counts), dtype=np.uint16)
        self.limit = limit

    def feed(self, bins: Bins) -> tuple[int, float, float, float, float]:
        before = self.counts.copy()
        found = feed(bins, self.counts, self.memory, self.recent, self.limit)
        assert self.counts.tolist() == before.tolist()
        np.add.at(self.counts, bins, 1)
        return found


def by_the_formulae(bins: Sequence[int], counts: Sequence[int], limit: float) -> tuple[int, float]:
    """The same, one value at a time: the oracle; a rank is not made of it."""
    known, recent = list(counts), [0] * len(counts)
    statistic = stake = 0.0
    run = 0
    for index, own in enumerate(bins):
        share = (known[own] + 0.5) / (sum(known) + 0.5 * len(known))
        now = (recent[own] / 16 + 100 * share) / (sum(recent) / 16 + 100)
        statistic = (statistic + stake) * min(now / share, 4)
        stake = 0.0 if share >= 0.5 else min(1 / (share * (len(known) - 1)), 100)
        known[own] += 1
        recent[own] += 16
        if sum(recent) >= 512 * 16:
            recent = [each // 2 for each in recent]
        run = run + 1 if index and bins[index - 1] == own else 1
        if statistic >= limit and not 3 < run < 16:
            return index, statistic
    return -1, statistic


@given(
    st.lists(st.integers(0, 1000), min_size=2, max_size=8),
    st.integers(0, 2**32),
    st.lists(st.integers(1, 400), min_size=1, max_size=6),
    st.sampled_from([50.0, 1e4, DEFAULT_LIMIT]),
)
def test_it_follows_the_formulae_however_a_stream_is_cut(
    counts: list[int], seed: int, sizes: list[int], limit: float
) -> None:
    rng = np.random.default_rng(seed)
    bins = rng.choice(len(counts), sum(sizes), p=rng.dirichlet(np.ones(len(counts))))
    at, statistic = by_the_formulae(bins.tolist(), counts, limit)
    watch, start = Watch(counts, limit), 0
    for part in np.split(bins, np.cumsum(sizes)[:-1]):
        found = watch.feed(part)
        if found[0] >= 0:
            assert start + found[0] == at
            assert found[1] == pytest.approx(statistic)
            assert 1 <= found[4] <= at + 1
            return
        start += len(part)
    assert at == -1
    assert watch.memory[0] == pytest.approx(statistic)


@given(st.integers(0, 2**32), st.integers(1, 2000))
def test_a_state_goes_on_as_if_nothing_had_been(seed: int, cut: int) -> None:
    bins = np.random.default_rng(seed).integers(0, 5, 2500)
    one, other = Watch([20] * 5, 1e300), Watch([20] * 5, 1e300)
    one.feed(bins[:cut])
    other.counts[:] = one.counts
    restore(other.memory, other.recent, state_of(one.memory, one.recent))
    one.feed(bins[cut:])
    other.feed(bins[cut:])
    assert one.memory.tolist() == other.memory.tolist()
    assert one.recent.tolist() == other.recent.tolist()


def test_with_no_state_or_that_of_other_bins_it_begins_anew() -> None:
    watch = Watch([20] * 5)
    watch.feed(np.zeros(30, dtype=np.int64))
    for state in (None, state_of(watch.memory, watch.recent[:4])):
        restore(watch.memory, watch.recent, state)
        assert not watch.memory.any()
        assert not watch.recent.any()


def test_the_recent_counts_fit_their_16_bits() -> None:
    watch = Watch([20] * 2, math.inf)
    watch.feed(np.zeros(100_000, dtype=np.int64))
    assert watch.recent[0] < RECENT_VALUES * ONE < 2**16


@pytest.mark.parametrize("counts", [[1000], [0, 1000, 0], [100_000, 0]])
def test_a_constant_raises_no_alarm_by_waiting(counts: list[int]) -> None:
    watch = Watch(counts)
    constant = np.full(1_000_000, int(np.argmax(counts)), dtype=np.int64)
    for _ in range(5):
        assert watch.feed(constant)[0] == -1
    assert watch.memory[0] == 0.0


def test_a_limit_of_zero_turns_it_off() -> None:
    watch = Watch([950, 50], 0.0)
    assert watch.feed(np.ones(1000, dtype=np.int64))[0] == -1
    assert not watch.memory.any()


@pytest.mark.parametrize("counts", [[1000, 0], [1000, 1], [20] * 50, [1000, *[1] * 30]])
def test_what_comes_a_few_times_in_a_row_is_left_to_say_whether_it_stays(counts: list[int]) -> None:
    watch = Watch(counts)
    assert watch.feed(np.full(15, len(counts) - 1))[0] == -1
    assert watch.feed(np.full(60, len(counts) - 1))[0] >= 0


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from([(0.1, 0.3), (0.01, 0.1), (0.4, 0.1)]))
def test_a_rate_that_moves_is_found_and_since_when(seed: int, rates: tuple[float, float]) -> None:
    rng = np.random.default_rng(seed)
    before, after = (
        rng.random(size) < rate for size, rate in zip((3000, 3000), rates, strict=True)
    )
    watch = Watch([round(1000 * (1 - rates[0])), round(1000 * rates[0])])
    assert watch.feed(before.astype(np.int64))[0] == -1
    index, statistic, _, _, since = watch.feed(after.astype(np.int64))
    assert 0 <= index < 1000
    assert statistic >= DEFAULT_LIMIT
    assert since <= index + 300


def test_it_says_of_itself_what_an_alert_needs() -> None:
    detector = Multinomial(1000.0)
    assert (detector.kind, detector.parameters) == ("multinomial", {"limit": 1000.0})
    found = detector.detection(3.0, 1200.0, math.nan, math.nan, 7.0)
    assert (found.index, found.statistic, found.threshold, found.rows_after) == (3, 1200.0, 1000, 7)
