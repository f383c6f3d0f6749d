import numpy as np
import pytest

from detectors.algorithms.joint_bets import CALENDAR, WEALTH, WIDTH, advance
from detectors.arrays.addresses import address_of
from detectors.arrays.column import Numbers
from detectors.monitors.joint_look import (
    CLOSE_STEP,
    DUE,
    FEWEST_COLUMNS,
    IS_ON,
    LIMIT,
    NEXT_LOOK,
    NOTHING,
    NUMBERS,
    STATED,
    STEP,
    has_passed,
    look,
    may_pass,
    settle,
)
from detectors.reference import season
from detectors.reference.block_copies import keep
from detectors.reference.column_block import ColumnBlock, Integers

NO_COPIES = np.empty(0, dtype=np.int64)


def numbers(*, limit: float = 1e6) -> Numbers:
    """A model's, before its first row."""
    own = np.zeros(NUMBERS)
    own[NEXT_LOOK], own[DUE], own[STATED] = STEP, np.inf, limit
    return own


def columns(count: int) -> tuple[list[ColumnBlock], Integers]:
    blocks = [ColumnBlock() for _ in range(count)]
    return blocks, np.array([address_of(block.words) for block in blocks])


def bets(rows: int, won: float) -> Numbers:
    """Bets that win the same part of what they stake at each row."""
    own = np.ones((WIDTH, rows))
    own[: WIDTH // 2] = won
    return own


def follow(block: ColumnBlock) -> None:
    """Have a column follow the calendar."""
    block.season[season.CLOCK_IS] = 1.0
    block.season[season.CLOCK_FLIPS] += 1.0


def test_all_rows_are_settled_with_a_look_wherever_it_is_time() -> None:
    _, addresses = columns(FEWEST_COLUMNS)
    own, apart, won = numbers(), numbers(), bets(1000, 0.001)
    assert settle(won, 0, 1000, own, addresses, 0) == NOTHING
    for begin in range(0, 1000, STEP):
        advance(won, begin, min(begin + STEP, 1000), apart)
        if begin + STEP <= 1000:
            assert not look(addresses, apart, begin + STEP)
    assert own.tolist() == apart.tolist()
    assert own[IS_ON] == 1.0
    assert own[NEXT_LOOK] == 1024


def test_rows_behind_a_look_with_something_to_say_are_not_settled() -> None:
    _, addresses = columns(FEWEST_COLUMNS)
    own, won = numbers(limit=1e3), bets(1000, 0.1)
    # The model has numbered 100 rows before these.
    row = settle(won, 0, 1000, own, addresses, 100)
    assert row == STEP - 100
    assert own[LIMIT] == 1e3
    apart = numbers()
    advance(won, 0, row, apart)
    assert own[:WEALTH].tolist() == apart[:WEALTH].tolist()


def test_it_looks_closer_among_rows_that_say_more() -> None:
    _, addresses = columns(FEWEST_COLUMNS)
    own = numbers(limit=1e300)
    assert settle(bets(300, 0.1), 0, 300, own, addresses, 0) == NOTHING
    assert own[NEXT_LOOK] == STEP + CLOSE_STEP


def test_rows_on_which_nobody_bets_are_looked_at_too() -> None:
    _, addresses = columns(FEWEST_COLUMNS)
    own = numbers()
    assert settle(np.empty((WIDTH, 0)), 0, 300, own, addresses, 0) == NOTHING
    assert (own[IS_ON], own[NEXT_LOOK]) == (1.0, 2 * STEP)


@pytest.mark.parametrize("count", [1, FEWEST_COLUMNS])
def test_looks_that_change_nothing_may_be_passed(count: int) -> None:
    blocks, addresses = columns(count)
    own = numbers()
    own[IS_ON] = float(count == FEWEST_COLUMNS)
    assert may_pass(addresses, own, 1000)
    own[DUE] = 1001
    assert may_pass(addresses, own, 1000)
    own[DUE] = 1000
    assert not may_pass(addresses, own, 1000)
    own[DUE], own[IS_ON] = np.inf, 1.0 - own[IS_ON]
    assert not may_pass(addresses, own, 1000)
    assert blocks


def test_a_look_that_takes_a_column_in_or_out_may_not_be_passed() -> None:
    blocks, addresses = columns(FEWEST_COLUMNS)
    own = numbers()
    own[IS_ON] = 1.0
    follow(blocks[3])
    assert not may_pass(addresses, own, 1000)
    assert not look(addresses, own, STEP)
    assert blocks[3].joint[CALENDAR] == 1.0
    assert may_pass(addresses, own, 1000)


def test_rows_with_which_a_column_comes_to_follow_the_calendar_were_not_passed() -> None:
    blocks, addresses = columns(FEWEST_COLUMNS)
    copies = keep(addresses, NO_COPIES)
    assert has_passed(addresses, copies)
    follow(blocks[-1])
    assert not has_passed(addresses, copies)
