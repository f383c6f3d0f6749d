"""Looks at a model after rows of fixed numbers: what its bets have won, and when to look next.

Compiled, for the fused kernel looks between two rows of one batch.
"""

from typing import Final

import numpy as np
from numba import njit
from numba.np.numpy_support import carray

from detectors.algorithms import joint_bets
from detectors.algorithms.joint_bets import CALENDAR, Integers, advance, mean_of
from detectors.arrays.addresses import pointer
from detectors.arrays.column import Numbers
from detectors.reference.column_block import BUDGET, JOINT, LIMITS, READY, SEASON, WINDOWS
from detectors.reference.season import MEMORY, is_calendar

STEP: Final = 256
"""Rows from one look to the next: batches are cut there, which costs more than the look."""

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
    bets: Numbers, begin: int, end: int, numbers: Numbers, addresses: Integers, rows: int
) -> bool:
    """Settle the bets on some rows, and look where it is time; tell whether there is more to say.

    Parameters
    ----------
    bets, begin, end
        As of `detectors.algorithms.joint_bets.advance`.
    numbers, addresses, rows
        As of `look`; it may not be time yet.
    """
    if bets.shape[1] > 0:
        advance(bets, begin, end, numbers)
    return bool(rows == numbers[NEXT_LOOK] and look(addresses, numbers, rows))
