from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.algorithms.joint_bets import (
    BLOCK,
    CALENDAR,
    CLEAR,
    DEPENDENT,
    KEPT,
    LOCATION,
    MEMORY,
    NOISE,
    SETS,
    SPREAD,
    WEALTH,
    WIDTH,
    JointBets,
    advance,
    contribute,
    mean_of,
    restore,
)

Values = NDArray[np.float64]

UNIT = 2**20


def plain(ranks: Values, rows: list[int]) -> list[dict[str, int]]:
    """What one column adds to the bets on its rows, by the definition."""
    lean, sums, count, block = [0, 0], [0, 0], 0, 0
    told = []
    for rank, row in zip(ranks.tolist(), rows, strict=True):
        if row // BLOCK != block:
            pairs = zip(lean, sums, strict=True)
            lean = [round(old + 0.25 / BLOCK * (new - count * old)) for old, new in pairs]
            sums, count, block = [0, 0], 0, row // BLOCK
        x = int(np.floor(UNIT * rank + 0.5)) - UNIT // 2
        standings = (x, abs(2 * x) - UNIT // 2)
        sums = [old + new for old, new in zip(sums, standings, strict=True)]
        count += 1
        clear = [each if abs(each) >= CLEAR * NOISE else 0 for each in lean]
        told.append(
            {
                "row": row,
                "won": sum(w * x for w, x in zip(lean, standings, strict=True)),
                "clear": sum(w * x for w, x in zip(clear, standings, strict=True)),
                "most": sum(map(abs, lean)) * UNIT // 2,
                "most_clear": sum(map(abs, clear)) * UNIT // 2,
            }
        )
    return told


def bets_on(columns: list[Values], rows: int, *, cuts: list[int] | None = None) -> Values:
    """The bets on rows, to which each column adds in parts."""
    bets = np.zeros((WIDTH, rows))
    edges = sorted({0, rows, *(cuts or [])})
    for ranks in columns:
        memory = np.zeros(MEMORY)
        for begin, end in pairwise(edges):
            contribute(ranks[begin:end], np.arange(begin, end), memory, 0, bets)
    return bets


@given(st.integers(0, 2**32), st.floats(0.0, 0.2))
def test_what_a_column_adds_is_what_the_definition_says(seed: int, shift: float) -> None:
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(rng.random(300) < rng.choice([0.3, 1.0]))
    ranks = np.minimum(rng.random(len(rows)) + shift, 1.0)
    bets = np.zeros((WIDTH, 300))
    contribute(ranks, rows, np.zeros(MEMORY), 0, bets)
    for each in plain(ranks, rows.tolist()):
        told = [each["won"], each["clear"], each["most"], each["most_clear"]]
        assert bets[:, each["row"]].tolist() == told
    assert bets[:, np.setdiff1d(np.arange(300), rows)].any() == 0


@given(st.integers(0, 2**32), st.lists(st.integers(1, 499), max_size=8))
def test_neither_the_cuts_nor_the_order_of_the_columns_matter(seed: int, cuts: list[int]) -> None:
    rng = np.random.default_rng(seed)
    columns = [np.minimum(rng.random(500) + 0.1, 1.0) for _ in range(5)]
    bets = bets_on(columns, 500)
    assert np.array_equal(bets, bets_on(columns[::-1], 500, cuts=cuts))
    whole, parts = np.zeros(WEALTH), np.zeros(WEALTH)
    advance(bets, 0, 500, whole)
    for begin, end in pairwise(sorted({0, 500, *cuts})):
        advance(bets, begin, end, parts)
    assert np.array_equal(whole, parts)


@given(st.integers(0, 2**32))
def test_nobody_can_lose_more_than_there_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = [rng.choice([0.0, 1e-9, 0.5, 1 - 1e-9], 300) for _ in range(3)]
    bets = bets_on(columns, 300)
    assert (np.abs(bets[:SETS]) <= bets[SETS:]).all()
    wealth = np.zeros(WEALTH)
    advance(bets, 0, 300, wealth)
    assert (wealth >= 0).all()


@pytest.mark.parametrize("correlation", [0.0, 1.0])
def test_while_nothing_changes_the_wealth_grows_by_no_more_than_one_a_row(
    correlation: float,
) -> None:
    # The mean over many models, after few rows: later ever fewer of them have ever more of it.
    wealths = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        own = rng.random((8, 160))
        columns = list(np.broadcast_to(own[:1], own.shape) if correlation else own)
        wealth = np.zeros(WEALTH)
        advance(bets_on(columns, 160), 0, 160, wealth)
        wealths.append(wealth.mean())
    error = np.std(wealths) / np.sqrt(len(wealths))
    assert np.mean(wealths) - 3 * error < 160


def test_many_that_move_a_little_are_found_where_one_is_not() -> None:
    rng = np.random.default_rng(1)
    wealths = {}
    for count in (1, 200):
        columns = [np.clip(rng.random(600) + 0.03, 0.0, 1.0) for _ in range(count)]
        wealths[count] = np.zeros(WEALTH)
        advance(bets_on(columns, 600), 0, 600, wealths[count])
    assert wealths[1].mean() < 1e4
    assert wealths[200].mean() > 1e9


def test_spread_is_bet_on_like_location() -> None:
    rng = np.random.default_rng(2)
    columns = [0.5 + 0.8 * (rng.random(600) - 0.5) for _ in range(50)]
    wealth = np.zeros(WEALTH)
    advance(bets_on(columns, 600), 0, 600, wealth)
    assert wealth.mean() > 1e9


@pytest.mark.parametrize("reason", [CALENDAR, DEPENDENT])
def test_a_column_that_is_not_independent_takes_no_part(reason: int) -> None:
    memory, bets = np.zeros(MEMORY), np.zeros((WIDTH, 100))
    memory[reason] = 1.0
    contribute(np.ones(100), np.arange(100), memory, 0, bets)
    assert not bets.any()
    assert memory.sum() == 1.0


def test_where_nobody_bets_nothing_is_learned() -> None:
    memory = np.zeros(MEMORY)
    contribute(np.ones(100), np.arange(100), memory, 0, np.zeros((WIDTH, 0)))
    assert not memory.any()


def test_the_statistic_is_the_mean_of_the_wealth() -> None:
    assert mean_of(np.arange(float(WEALTH))) == (WEALTH - 1) / 2


def test_leans_are_told_in_deviations_of_noise() -> None:
    found = []
    for seed in range(500):
        memory = np.zeros(MEMORY)
        ranks = np.random.default_rng(seed).random(BLOCK * 40 + 1)
        contribute(ranks, np.arange(len(ranks)), memory, 0, np.zeros((WIDTH, len(ranks))))
        found.append(memory[[LOCATION, SPREAD]] / NOISE)
    assert np.std(found, axis=0) == pytest.approx([1.0, 1.0], abs=0.1)


def test_a_memory_comes_back_from_its_state_and_begins_anew_without_one() -> None:
    memory = np.zeros(MEMORY)
    contribute(np.random.default_rng(1).random(50), np.arange(50), memory, 0, np.zeros((WIDTH, 50)))
    other = np.ones(MEMORY)
    other[DEPENDENT] = 0.0
    restore(other, memory[:KEPT].copy())
    assert other.tolist() == memory.tolist()
    restore(other, None)
    assert not other.any()


def test_an_alert_is_told_its_name_and_its_limit() -> None:
    detector = JointBets(1000.0)
    assert (detector.kind, detector.parameters) == ("joint", {"limit": 1000.0})
