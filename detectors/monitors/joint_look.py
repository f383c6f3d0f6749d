"""Looks at a model after rows of fixed numbers: what its bets have won, and when to look next.

Compiled, for the fused kernel looks between two rows of one batch. It feeds the columns whole
batches first, and then settles the bets from look to look: all that a look decides about the
columns is whether they take part, which nearly never changes, and whether there is something to
say, which is rare. Where either happens among its rows it goes back, and feeds them from look to
look.
"""

from typing import Final

import numpy as np
from numba import njit
from numba.np.numpy_support import carray

from detectors.algorithms import joint_bets
from detectors.algorithms.joint_bets import CALENDAR, Integers, advance, mean_of
from detectors.arrays.addresses import pointer
from detectors.arrays.column import Numbers
from detectors.reference.block_copies import words_of
from detectors.reference.column_block import BUDGET, JOINT, LIMITS, READY, SEASON, WINDOWS
from detectors.reference.season import MEMORY, is_calendar, keeps_to_calendar

STEP: Final = 256
"""Rows from one look to the next."""

NOTHING: Final = -1
"""In place of a row: there is nothing to say."""

CLOSE_STEP: Final = 64
"""The same, while there is something to look at."""

_CLOSE: Final = 1000.0
"""Of the statistic: half of the way, in its logarithm, to a limit of a million. Its median is some
tens while nothing changes."""

FEWEST_COLUMNS: Final = 8
"""Of fewer each tells by itself about as early: of 5 that move by 0.2 sd after 418 rows, and all
together after 304; of 10 after 384 and 240, by 0.1 sd 1,582 and 592."""

# What a model's numbers are, behind the wealth of its bets:
NEXT_LOOK: Final = joint_bets.WEALTH  # the number of the row before which it is looked at next
DUE: Final = NEXT_LOOK + 1  # the same, of what waits to be told; infinite where nothing does
LIMIT: Final = NEXT_LOOK + 2  # what the statistic must reach; 0 while it is not known
STATED: Final = NEXT_LOOK + 3  # the limit, where it does not follow from the budget; 0 for none
PER_COLUMN: Final = NEXT_LOOK + 4  # 1 where the budget is that of each column
IS_ON: Final = NEXT_LOOK + 5  # 1 where there are columns enough
NUMBERS: Final = NEXT_LOOK + 6
"""How many there are."""


@njit(cache=True, nogil=True, error_model="numpy")
def has_won(numbers: Numbers) -> bool:
    """Tell whether the statistic has reached its limit."""
    return bool(numbers[LIMIT] > 0.0 and mean_of(numbers) >= numbers[LIMIT])


@njit(cache=True, nogil=True, error_model="numpy")
def look(addresses: Integers, numbers: Numbers, rows: int) -> bool:
    """Look at a model after so many rows; tell whether there is something to say.

    Parameters
    ----------
    addresses
        Shape ``(c,)``: where the blocks of all columns lie; whoever asks keeps them alive.
    numbers
        Shape ``(NUMBERS,)``: of the model.
    rows
        All so far: its `NEXT_LOOK`.
    """
    is_on, least = len(addresses) >= FEWEST_COLUMNS, np.inf
    for column in range(len(addresses) if is_on else 0):
        head = carray(pointer(addresses[column]), (WINDOWS,), np.int64)
        own = carray(pointer(addresses[column]), (WINDOWS,), np.float64)
        own[JOINT + CALENDAR] = 1.0 if is_calendar(own[SEASON : SEASON + MEMORY]) else 0.0
        if head[READY] != 0:
            least = min(least, own[LIMITS + BUDGET])
    numbers[IS_ON] = 1.0 if is_on else 0.0
    close = mean_of(numbers) >= _CLOSE or numbers[DUE] < np.inf
    step = CLOSE_STEP if close else STEP
    numbers[NEXT_LOOK] = (rows // step + 1) * step
    if numbers[STATED] > 0.0:
        numbers[LIMIT] = numbers[STATED]
    elif least < np.inf:
        # Of what the columns share each has its part, and the model as much as all of them.
        shared = 1.0 if numbers[PER_COLUMN] > 0.0 else float(len(addresses))
        numbers[LIMIT] = least / shared
    return bool(has_won(numbers) or numbers[DUE] <= rows)


@njit(cache=True, nogil=True, error_model="numpy")
def settle(
    bets: Numbers, begin: int, end: int, numbers: Numbers, addresses: Integers, offset: int
) -> int:
    """Settle the bets on some rows, and look at the model wherever it is time.

    Parameters
    ----------
    bets, begin, end
        As of `detectors.algorithms.joint_bets.advance`.
    numbers, addresses
        As of `look`.
    offset
        By how much the model's number of a row is higher than that among ``bets``.

    Returns
    -------
    int
        The first row before which there is something to say; those from there on are not settled.
        `NOTHING` where all are.
    """
    at = begin
    while at < end:
        to = min(end, int(numbers[NEXT_LOOK]) - offset)
        if bets.shape[1] > 0:
            advance(bets, at, to, numbers)
        at = to
        if at + offset == numbers[NEXT_LOOK] and look(addresses, numbers, at + offset):
            return at
    return NOTHING


@njit(cache=True, nogil=True, error_model="numpy")
def may_pass(addresses: Integers, numbers: Numbers, rows: int) -> bool:
    """Tell whether the next look will change nothing and, as far as is known, say nothing.

    Parameters
    ----------
    addresses, numbers
        As of `look`.
    rows
        How many there will be after those that are to be fed.
    """
    is_on = 1.0 if len(addresses) >= FEWEST_COLUMNS else 0.0
    if numbers[IS_ON] != is_on or numbers[DUE] <= rows:
        return False
    for column in range(len(addresses) if is_on > 0.0 else 0):
        own = carray(pointer(addresses[column]), (WINDOWS,), np.float64)
        if (own[JOINT + CALENDAR] > 0.0) != is_calendar(own[SEASON : SEASON + MEMORY]):
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def has_passed(addresses: Integers, copies: Integers) -> bool:
    """Tell whether no column has come to follow the calendar, or ceased to, at any row since.

    Parameters
    ----------
    addresses
        Of the blocks.
    copies
        What `detectors.reference.block_copies.keep` has kept of them before these rows.
    """
    at = 0
    for address in addresses:
        own = carray(pointer(address), (WINDOWS,), np.float64)
        before = copies[at + SEASON : at + SEASON + MEMORY].view(np.float64)
        if not keeps_to_calendar(before, own[SEASON : SEASON + MEMORY]):
            return False
        at += words_of(address)
    return True
