import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.algorithms.outer_bets import (
    AGE,
    APART,
    DEEP,
    GAIN,
    LEVELS,
    MEMORY,
    SHARES,
    settle,
    since_change,
)


@given(st.lists(st.tuples(st.floats(1.0, 5000.0).map(np.floor), st.floats(0.0, 1.0)), max_size=40))
def test_what_was_paid_meanwhile_is_settled_at_the_next_outer_rank(
    gaps: list[tuple[float, float]],
) -> None:
    memory, won = np.zeros(MEMORY), [0.0] * LEVELS
    for age, place in gaps:
        rank = place * DEEP * 0.999
        for level, share in enumerate(SHARES):
            for waited in range(1, int(age)):
                paid = 1.0 if waited <= APART else (1 - GAIN * share) / (1 - share)
                won[level] = (won[level] + 1) * paid
            gain = GAIN if rank < share / 2 else (1 - GAIN * share) / (1 - share)
            won[level] = (won[level] + 1) * (gain if age > APART else 1.0)
        found = settle(1.0 - rank if place < 0.5 else rank, age, memory)
        assert found == pytest.approx(sum(won), rel=1e-6)
        assert memory[:LEVELS] == pytest.approx(np.array(won), rel=1e-6)
        assert memory[AGE] == 0.0


def test_every_bet_is_fair() -> None:
    kept = np.zeros(MEMORY)
    settle(DEEP, 10.0, kept)
    for level, share in enumerate(SHARES):
        within, beyond = np.zeros(MEMORY), np.zeros(MEMORY)
        settle(share / 4, 10.0, within)
        settle(DEEP, 10.0, beyond)
        mean = share * within[level] + (1 - share) * beyond[level]
        before = beyond[level] * (1 - share) / (1 - GAIN * share)
        assert mean == pytest.approx(before)


def test_a_burst_of_outliers_is_bet_on_now_and_then() -> None:
    memory = np.zeros(MEMORY)
    totals = [settle(1e-6, 1.0, memory) for _ in range(20)]
    assert max(totals) <= 2 * GAIN**7 * 20


def test_a_change_is_placed_where_they_begin_to_win() -> None:
    memory = np.zeros(MEMORY)
    for _ in range(10):
        settle(1e-6, 20.0, memory)
    assert 60.0 <= since_change(memory) <= 200.0
