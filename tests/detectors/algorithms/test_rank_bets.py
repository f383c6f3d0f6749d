import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.algorithms.rank_bets import (
    MEMORY,
    RankBets,
    begin,
    feed,
    restore,
    state_of,
)
from detectors.arrays.column import Numbers
from schemas.events.detector_report import Stream

DEFAULT_LIMIT = 2e6
SLOPES = (0.25, -0.25, 0.5, -0.5, 1, -1, 1.2, -1.2, 0, 0, 0, 0)
CURVES = (0, 0, 0, 0, 0.15, 0.15, 0.2, 0.2, -1, -0.9, 0.5, 1.2)


def fresh() -> Numbers:
    memory = np.empty(MEMORY)
    begin(memory)
    return memory


def by_the_formulae(ranks: Sequence[float], limit: float) -> tuple[int, float]:
    """The same, one rank and one bet at a time: the oracle."""
    won = [10.0] * len(SLOPES)
    for index, rank in enumerate(ranks):
        x = 2 * rank - 1
        for bet, (slope, curve) in enumerate(zip(SLOPES, CURVES, strict=True)):
            won[bet] = (won[bet] + 1) * (1 + slope * x + curve * (3 * x * x - 1) / 2)
        if sum(won) / len(won) >= limit:
            return index, sum(won) / len(won)
    return -1, sum(won) / len(won)


def ranks_of(seed: int, size: int, power: float) -> Numbers:
    ranks: Numbers = np.random.default_rng(seed).random(size) ** power
    return ranks


@given(
    st.integers(0, 2**32),
    st.lists(st.integers(1, 400), min_size=1, max_size=6),
    st.sampled_from([0.3, 1.0, 1.5]),
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
    assert memory[: len(SLOPES)].mean() == pytest.approx(mean)


def test_every_bet_is_fair_and_none_is_below_zero() -> None:
    x = np.linspace(-1.0, 1.0, 100_001)
    for slope, curve in zip(SLOPES, CURVES, strict=True):
        bet = 1.0 + slope * x + curve * (3.0 * x * x - 1.0) / 2.0
        assert float(np.trapezoid(bet, x)) / 2.0 == pytest.approx(1.0)
        assert -1e-12 <= bet.min() <= bet.max() < 2.41


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


def test_fewer_than_sixteen_of_a_kind_are_left_to_say_whether_they_stay() -> None:
    for rank in (0.001, 0.999):
        assert feed(np.full(15, rank), fresh(), DEFAULT_LIMIT)[0] == -1


def test_it_says_of_itself_what_an_alert_needs() -> None:
    detector = RankBets(1000.0)
    assert (detector.kind, detector.parameters) == ("rank_bets", {"limit": 1000.0})
    found = detector.detection(3.0, 1200.0, 2.0, math.nan, 7.0)
    assert (found.index, found.statistic, found.threshold, found.rows_after) == (3, 1200.0, 1000, 7)
    assert math.isnan(found.mean_before)
