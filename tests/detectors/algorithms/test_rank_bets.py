import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.algorithms.outer_bets import DEEP, LEVELS
from detectors.algorithms.outer_bets import SHARES as OUTER_SHARES
from detectors.algorithms.rank_bets import (
    ALL_BETS,
    BETS,
    CELLS,
    MEMORY,
    MOST_GAIN,
    OUTER,
    SHIFTS,
    SPREADS,
    RankBets,
    begin,
    cut,
    feed,
    restore,
    standing,
    state_of,
)
from detectors.arrays.column import Numbers
from schemas.events.detector_report import Stream

DEFAULT_LIMIT = 2e6
LEAST_GAIN = 0.1
EDGES = [-math.inf, *(NormalDist().inv_cdf(k / CELLS) for k in range(1, CELLS)), math.inf]


def ratios_of(shift: float, spread: float) -> list[float]:
    """How much likelier a change of normal values makes each cell of their ranks."""
    below = [0.5 + 0.5 * math.erf((edge - shift) / spread / math.sqrt(2.0)) for edge in EDGES]
    return [CELLS * (high - low) for low, high in pairwise(below)]


def gains_of(shift: float, spread: float) -> list[float]:
    """The same in proportion, but for the cells that are held at a bound; with mean 1."""
    ratios, low, high = ratios_of(shift, spread), set[int](), set[int]()
    while True:
        free = [cell for cell in range(CELLS) if cell not in low | high]
        left = CELLS - LEAST_GAIN * len(low) - MOST_GAIN * len(high)
        factor = left / sum(ratios[cell] for cell in free)
        too_high = {cell for cell in free if factor * ratios[cell] > MOST_GAIN}
        too_low = {cell for cell in free if factor * ratios[cell] < LEAST_GAIN}
        if not too_high and not too_low:
            break
        # Those that are let go take the others along, so that one side comes first.
        high, low = high | too_high, low if too_high else low | too_low
    return [
        MOST_GAIN if cell in high else LEAST_GAIN if cell in low else factor * ratios[cell]
        for cell in range(CELLS)
    ]


GAINS = [
    *(gains_of(shift, 1.0) for shift in SHIFTS),
    *(gains_of(0.0, spread) for spread in SPREADS),
]


def fresh() -> Numbers:
    memory = np.empty(MEMORY)
    begin(memory)
    return memory


def by_the_formulae(ranks: Sequence[float], limit: float) -> tuple[int, float]:
    """The same, one rank and one bet at a time: the oracle."""
    won, outer = [5.0] * BETS, [0.0] * LEVELS
    last, run, not_bet_on = 0, 0, 2  # as after an outer rank
    for index, rank in enumerate(ranks):
        cell = math.floor(rank * CELLS)
        for bet, gains in enumerate(GAINS):
            won[bet] = (won[bet] + 1) * gains[cell]
        for level, share in enumerate(OUTER_SHARES):
            within = min(rank, 1 - rank) < share / 2
            gain = 4.0 if within else (1 - 4 * share) / (1 - share)
            outer[level] = (outer[level] + 1) * (1.0 if not_bet_on > 0 else gain)
        is_outer = min(rank, 1 - rank) < DEEP
        not_bet_on = 2 if is_outer else max(not_bet_on - 1, 0)
        last, run = cell, run + 1 if abs(cell - last) <= 1 else 1
        mean = (sum(won) + (sum(outer) if is_outer else 0.0)) / ALL_BETS
        if mean >= limit and not 4 <= run <= 15:
            return index, mean
    return -1, sum(won) / BETS


def ranks_of(seed: int, size: int, power: float) -> Numbers:
    ranks: Numbers = np.random.default_rng(seed).random(size) ** power
    return ranks


@given(
    st.integers(0, 2**32),
    st.lists(st.integers(1, 400), min_size=1, max_size=6),
    st.sampled_from([0.02, 0.3, 1.0, 1.5, 8.0, 40.0]),
    st.sampled_from([200.0, 1e5, DEFAULT_LIMIT]),
)
def test_it_follows_the_formulae_however_a_stream_is_cut(
    seed: int, sizes: list[int], power: float, limit: float
) -> None:
    ranks = ranks_of(seed, sum(sizes), power)
    at, mean = by_the_formulae(ranks.tolist(), limit)
    memory, start = fresh(), 0
    for part in np.split(ranks, np.cumsum(sizes)[:-1]):
        found = feed(part, memory, limit)
        if found[0] >= 0:
            assert start + found[0] == at
            assert found[1] == pytest.approx(mean)
            assert found[4] >= 1
            return
        start += len(part)
    assert at == -1
    assert memory[:BETS].mean() == pytest.approx(mean)


def test_every_bet_is_fair_and_wins_within_its_bounds() -> None:
    middles = (np.arange(CELLS) + 0.5) / CELLS
    won = []
    for middle in middles:
        memory = np.zeros(MEMORY)
        feed(np.array([middle]), memory, 1e300)
        won.append(memory[:BETS].copy())
    gains = np.array(won)  # of the 1 that is put in
    assert gains.mean(axis=0) == pytest.approx(1.0, abs=1e-12)
    assert gains == pytest.approx(np.array(GAINS).T, rel=1e-6)
    assert LEAST_GAIN - 1e-9 <= gains.min() < gains.max() <= MOST_GAIN + 1e-9


def test_the_highest_rank_that_rounds_to_one_is_in_the_last_cell() -> None:
    memory, other = fresh(), fresh()
    feed(np.array([1.0]), memory, 1e300)
    feed(np.array([np.nextafter(1.0, 0.0)]), other, 1e300)
    assert memory.tolist() == other.tolist()


@given(st.integers(0, 2**32), st.integers(1, 2000))
def test_a_state_goes_on_as_if_nothing_had_been(seed: int, cut: int) -> None:
    ranks = ranks_of(seed, 2500, 1.0)
    one, other = fresh(), fresh()
    feed(ranks[:cut], one, 1e300)
    restore(other, state_of(one))
    feed(ranks[cut:], one, 1e300)
    feed(ranks[cut:], other, 1e300)
    assert one.tolist() == other.tolist()


def test_with_no_state_or_that_of_other_bets_it_begins_anew() -> None:
    memory = fresh()
    feed(ranks_of(1, 100, 1.0), memory, DEFAULT_LIMIT)
    state = state_of(memory)
    for unusable in (None, state | {"won": state["won"][:5]}):
        restore(memory, unusable)
        assert memory.tolist() == fresh().tolist()


def test_a_limit_of_zero_turns_it_off() -> None:
    memory = fresh()
    assert feed(np.full(1000, 0.99), memory, 0.0)[0] == -1
    assert memory.tolist() == fresh().tolist()


def test_uniform_ranks_raise_about_as_many_alarms_as_the_limit_says() -> None:
    ranks, alarms, at = ranks_of(7, 4_000_000, 1.0), 0, 0
    while at < len(ranks):
        row = feed(ranks[at:], fresh(), 20_000.0)[0]
        alarms, at = alarms + (row >= 0), at + row + 1 if row >= 0 else len(ranks)
    # 200 at most; three standard errors of that many.
    assert 100 <= alarms <= 200 + 3 * math.sqrt(200)


@given(
    st.integers(0, 2**32),
    st.sampled_from(
        [(0.0, 0.5, Stream.LOCATION), (0.5, 1.0, Stream.LOCATION), (0.3, 0.7, Stream.SPREAD)]
    ),
)
def test_ranks_that_move_are_found_and_what_moved(
    seed: int, change: tuple[float, float, Stream]
) -> None:
    low, high, stream = change
    memory = fresh()
    assert feed(ranks_of(seed, 1000, 1.0), memory, 1e9)[0] == -1
    moved = low + (high - low) * ranks_of(seed + 1, 1000, 1.0)
    row, _, bet, _, since = feed(moved, memory, 1e9)
    assert 0 <= row < 150
    assert RankBets.stream(bet) is stream
    assert since >= 1.0


@pytest.mark.parametrize("rank", [0.001, 0.999])
@pytest.mark.parametrize("limit", [100.0, DEFAULT_LIMIT])
def test_fewer_than_sixteen_of_a_kind_are_left_to_say_whether_they_stay(
    rank: float, limit: float
) -> None:
    # Which may fall into either of two cells.
    kind = rank + np.tile([0.0, 0.016 if rank < 0.5 else -0.016], 8)
    assert feed(kind[:15], fresh(), limit)[0] in {-1, 2}  # three of a kind may be chance
    assert feed(kind, fresh(), limit)[0] in {2, 15}


def test_what_stays_is_waited_for_across_batches_and_restarts() -> None:
    whole, parts = fresh(), fresh()
    ranks = np.concatenate([np.linspace(0.001, 0.999, 200), np.full(30, 0.999)])
    row = feed(ranks, whole, 1000.0)[0]
    for at, rank in enumerate(ranks.tolist()):
        again = fresh()
        restore(again, state_of(parts))
        parts = again
        if feed(np.array([rank]), parts, 1000.0)[0] >= 0:
            assert at == row
            assert parts.tolist() == whole.tolist()
            return
    pytest.fail("nothing was found")


def test_a_state_of_a_release_that_waited_for_nothing_is_taken_over() -> None:
    memory, other = fresh(), fresh()
    feed(ranks_of(3, 300, 1.0), memory, 1e300)
    state = state_of(memory)
    restore(other, {"won": state["won"], "since": state["since"]})
    assert other[:BETS].tolist() == memory[:BETS].tolist()
    without = {"won": 0, "outer": 0}
    assert state_of(other) | without == state | without | {"last": 0.0, "run": 0.0}
    assert other[OUTER:].tolist() == [0.0] * (MEMORY - OUTER)


def test_a_few_more_values_at_the_ends_are_told_as_a_spread() -> None:
    rng, memory = np.random.default_rng(5), fresh()
    assert feed(rng.random(20_000), memory, DEFAULT_LIMIT)[0] == -1
    ranks = np.where(rng.random(2000) < 0.02, 1e-5, rng.random(2000))
    row, mean, bet, _, since = feed(ranks, memory, DEFAULT_LIMIT)
    assert 0 <= row < 1500
    assert mean >= DEFAULT_LIMIT
    assert RankBets.stream(bet) is Stream.SPREAD
    assert row / 2 < since < 2 * row


@pytest.mark.parametrize("ranks", [(0.7, 1.0), (0.3, 0.7), (0.0, 1.0)])
def test_what_bets_have_won_is_known_after_they_have_reached_their_limit(
    ranks: tuple[float, float],
) -> None:
    low, high = ranks
    memory = fresh()
    at, mean, bet, _, _ = feed(low + (high - low) * ranks_of(3, 50_000, 1.0), memory, 5000.0)
    assert at >= 0
    assert standing(memory)[0] >= max(mean, 5000.0) - 1e-6
    assert standing(memory)[1] == bet


def test_what_was_won_is_cut_to_a_part_of_it() -> None:
    memory = fresh()
    feed(np.concatenate([ranks_of(3, 300, 1.0), [1e-6]]), memory, 1e300)
    before = memory.copy()
    cut(memory, 0.25)
    won = [*range(BETS), OUTER, OUTER + 1]
    assert memory[won] == pytest.approx(0.25 * before[won])
    assert np.delete(memory, won).tolist() == np.delete(before, won).tolist()


def test_it_says_of_itself_what_an_alert_needs() -> None:
    detector = RankBets(1000.0)
    assert (detector.kind, detector.parameters) == ("rank_bets", {"limit": 1000.0})
    found = detector.detection(3.0, 1200.0, 2.0, math.nan, 7.0)
    assert (found.index, found.statistic, found.threshold, found.rows_after) == (3, 1200.0, 1000, 7)
    assert math.isnan(found.mean_before)
