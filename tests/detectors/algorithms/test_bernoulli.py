import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.algorithms.bernoulli import MEMORY, Bernoulli, feed, restore, state_of

Bins = NDArray[np.int64]

LIMIT = 1e6
ODDS = (1.25, 1.5, 2, 3, 5, 8, 1 / 1.25, 1 / 1.5, 1 / 2, 1 / 3, 1 / 5, 1 / 8)


class Watch:
    """The state of one column; its counts are kept as a reference keeps them."""

    def __init__(self, zeros: int, ones: int, limit: float = LIMIT) -> None:
        # As a reference of numbers has it: below 0, 0, between, 1, above.
        self.counts = np.array([0, zeros, 0, ones, 0], dtype=np.int64)
        self.memory = np.zeros(MEMORY)
        self.limit = limit

    def feed(self, values: Sequence[int] | Bins) -> tuple[int, float, float, float, float]:
        bins = 1 + 2 * np.asarray(values, dtype=np.int64)
        before = self.counts.copy()
        found = feed(bins, self.counts, 3, self.memory, self.limit)
        assert self.counts.tolist() == before.tolist()
        np.add.at(self.counts, bins, 1)
        return found


def by_the_formulae(
    values: Sequence[int], zeros: int, ones: int, limit: float
) -> tuple[int, float]:
    """The same, one value and one bet at a time: the oracle."""
    won, stake, run = [0.0] * len(ODDS), 0.0, 0
    for index, value in enumerate(values):
        rate = (ones + 0.5) / (zeros + ones + 1)
        for bet, ratio in enumerate(ODDS):
            part = 1.6 if (ratio > 1) == (rate < 0.5) else 0.4
            won[bet] = (
                (won[bet] + stake * part) * (ratio if value else 1) / (1 - rate + rate * ratio)
            )
        share = rate if value else 1 - rate
        stake = 0.0 if share >= 0.5 else min(1 / share, 10_000)
        run = 0 if share >= 0.5 else run + 1
        zeros, ones = zeros + 1 - value, ones + value
        if sum(won) / len(won) >= limit and not 3 < run < 16:
            return index, sum(won) / len(won)
    return -1, sum(won) / len(won)


def drawn(seed: int, size: int, rate: float) -> Bins:
    return (np.random.default_rng(seed).random(size) < rate).astype(np.int64)


@given(
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.floats(0.0, 1.0),
    st.integers(0, 2**32),
    st.lists(st.integers(1, 400), min_size=1, max_size=6),
    st.sampled_from([500.0, 1e4, LIMIT]),
)
def test_it_follows_the_formulae_however_a_stream_is_cut(
    zeros: int, ones: int, rate: float, seed: int, sizes: list[int], limit: float
) -> None:
    values = drawn(seed, sum(sizes), rate)
    at, mean = by_the_formulae(values.tolist(), zeros, ones, limit)
    watch, start = Watch(zeros, ones, limit), 0
    for part in np.split(values, np.cumsum(sizes)[:-1]):
        found = watch.feed(part)
        if found[0] >= 0:
            assert start + found[0] == at
            assert found[1] == pytest.approx(mean)
            assert found[4] >= 1
            return
        start += len(part)
    assert at == -1
    assert watch.memory[: len(ODDS)].mean() == pytest.approx(mean)


@given(st.floats(0.0001, 0.9999))
def test_every_bet_is_fair(rate: float) -> None:
    for ratio in ODDS:
        mean = 1 - rate + rate * ratio
        assert (1 - rate) / mean + rate * ratio / mean == pytest.approx(1.0)


@given(st.integers(0, 2**32), st.integers(1, 2000))
def test_a_state_goes_on_as_if_nothing_had_been(seed: int, cut: int) -> None:
    values = drawn(seed, 2500, 0.2)
    one, other = Watch(80, 20, 1e300), Watch(80, 20, 1e300)
    one.feed(values[:cut])
    other.counts[:] = one.counts
    restore(other.memory, state_of(one.memory))
    one.feed(values[cut:])
    other.feed(values[cut:])
    assert one.memory.tolist() == other.memory.tolist()


def test_with_no_state_or_that_of_other_bets_it_begins_anew() -> None:
    watch = Watch(80, 20)
    watch.feed(drawn(1, 100, 0.2))
    for state in (None, {"memory": watch.memory[:5]}):
        restore(watch.memory, state)
        assert not watch.memory.any()


@pytest.mark.parametrize("value", [0, 1])
def test_a_constant_raises_no_alarm_by_waiting(value: int) -> None:
    watch = Watch(*((0, 1000) if value else (1000, 0)), 1000.0)
    for _ in range(5):
        assert watch.feed(np.full(100_000, value))[0] == -1


def test_a_limit_of_zero_turns_it_off() -> None:
    watch = Watch(950, 50, 0.0)
    assert watch.feed(np.ones(1000, dtype=np.int64))[0] == -1
    assert not watch.memory.any()


@pytest.mark.parametrize("ones", [0, 1, 50])
def test_what_comes_a_few_times_in_a_row_is_left_to_say_whether_it_stays(ones: int) -> None:
    watch = Watch(1000 - ones, ones)
    assert watch.feed(np.ones(15, dtype=np.int64))[0] == -1
    assert watch.feed(np.ones(60, dtype=np.int64))[0] >= 0


@pytest.mark.parametrize("rate", [0.5, 0.1, 0.01])
def test_streams_without_a_change_raise_no_more_alarms_than_the_limit_says(rate: float) -> None:
    alarms, rows = 0, 0
    for seed in range(60):
        first = drawn(seed, 1000, rate)
        watch = Watch(1000 - int(first.sum()), int(first.sum()), 10_000.0)
        row = watch.feed(drawn(1000 + seed, 20_000, rate))[0]
        alarms, rows = alarms + (row >= 0), rows + (row + 1 if row >= 0 else 20_000)
    expected = rows / 10_000.0
    assert 0.3 * expected <= alarms <= expected + 2 * math.sqrt(expected)


@settings(max_examples=20)
@given(
    st.integers(0, 2**32),
    st.sampled_from([(0.1, 0.3, 300), (0.01, 0.1, 300), (0.4, 0.1, 200), (0.9, 0.6, 200)]),
)
def test_a_rate_that_moves_is_found_and_since_when(
    seed: int, change: tuple[float, float, int]
) -> None:
    before, after, within = change
    watch = Watch(round(1000 * (1 - before)), round(1000 * before), 1e8)
    assert watch.feed(drawn(seed, 3000, before))[0] == -1
    index, statistic, _, _, since = watch.feed(drawn(seed + 1, 3000, after))
    assert 0 <= index < within
    assert statistic >= 1e8
    assert 1 <= since <= 2 * (index + 1)


def test_it_says_of_itself_what_an_alert_needs() -> None:
    detector = Bernoulli(1000.0)
    assert (detector.kind, detector.parameters) == ("bernoulli", {"limit": 1000.0})
    found = detector.detection(3.0, 1200.0, math.nan, math.nan, 7.0)
    assert (found.index, found.statistic, found.threshold, found.rows_after) == (3, 1200.0, 1000, 7)


@pytest.mark.parametrize(
    ("rates", "within"), [((0.1, 0.15), 620), ((0.01, 0.02), 1420), ((0.001, 0.01), 540)]
)
def test_rare_ones_that_become_more_frequent_are_told_soon(
    rates: tuple[float, float], within: int
) -> None:
    """In the median, at one false alarm in 100,000 rows, of which 80 % are its own."""
    delays = []
    for seed in range(100):
        shares = np.repeat(rates, (10_000, 12_000))
        values = (np.random.default_rng(seed).random(len(shares)) < shares).astype(np.int64)
        first = int(values[:1000].sum())
        watch = Watch(1000 - first, first, 125_000.0)
        if watch.feed(values[1000:10_000])[0] < 0:
            row = watch.feed(values[10_000:])[0]
            delays.append(row + 1 if row >= 0 else 12_000)
    assert len(delays) > 80
    assert np.median(delays) <= within
