"""Bets on the outermost ranks: whether there are more values than before at the ends, or beyond.

Rare outliers move no mean rank, and a fifth of the values of an outermost cell more is little for
bets that pay for all the others. While nothing changes a share p of the ranks lies within p / 2 of
0 or 1, exactly, so that a bet on that pays a little for each rank that does not,

    M = (M + 1) e,    e = 4 within, (1 - 4 p) / (1 - p) elsewhere,

whose mean is 1. Two of them, for shares of one in 512 and in 4,096: the deeper one loses less while
it waits, and finds what is rarer. What was paid between two such ranks is settled at the second
one, in closed form: no other value costs more than a comparison, and no other one can raise an
alarm by them.

Outliers come in bursts: after one, nothing is bet on the next `APART` values, so that twenty in a
row are no more than seven.

References
----------
Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", New
England Journal of Statistics in Data Science 2, 2023: e-SR, of which any time to stop is one.
"""

from typing import Final

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers

SHARES: Final = (1.0 / 512.0, 1.0 / 4096.0)
"""Of the ranks that the bets are on, both ends together; the largest first."""

LEVELS: Final = len(SHARES)
"""How many bets there are."""

DEEP: Final = SHARES[0] / 2.0
"""How far from an end a rank that any of them is on may be."""

GAIN: Final = 4.0
"""What such a rank multiplies what was won by."""

APART: Final = 2
"""Values after such a rank on which nothing is bet."""

_LIKELY: Final = 10.0
"""What a bet may win by chance: a change is placed where it begins to win more."""

_KEPT: Final = np.array([(1.0 - GAIN * share) / (1.0 - share) for share in SHARES])
"""What another rank multiplies it by."""

_DEPTHS: Final = np.array(SHARES) / 2.0

# What stands where in the memory, behind what each bet had won by the latest outer rank.
LIKELIHOODS: Final = LEVELS  # of each, the same at best, of all times to begin
SINCE: Final = 2 * LEVELS  # of each, values by then since that was `_LIKELY` last
AGE: Final = 3 * LEVELS  # values since then
MEMORY: Final = 3 * LEVELS + 1
"""Numbers in the memory of a column."""


@njit(cache=True, nogil=True, error_model="numpy")
def settle(rank: float, age: float, memory: Numbers) -> float:
    """Settle the bets up to an outer rank; return what they have won together.

    Parameters
    ----------
    rank
        Within `DEEP` of 0 or 1.
    age
        Values since the latest such rank, this one included.
    memory
        Shape ``(MEMORY,)``: zeros at first, as after such a rank.
    """
    waited, depth = max(age - 1.0 - APART, 0.0), min(rank, 1.0 - rank)
    total = 0.0
    for level in range(LEVELS):
        kept = _KEPT[level]
        left = kept**waited
        # Where nothing is bet, the 1 that is put in stays.
        won = (memory[level] + min(age - 1.0, APART)) * left + kept * (1.0 - left) / (1.0 - kept)
        gain = 1.0
        if age > APART:
            gain = GAIN if depth < _DEPTHS[level] else kept
        memory[level] = (won + 1.0) * gain
        total += memory[level]
        likelihood = max(memory[LIKELIHOODS + level] * left, 1.0) * gain
        memory[LIKELIHOODS + level] = likelihood
        memory[SINCE + level] = memory[SINCE + level] + age if likelihood > _LIKELY else 0.0
    memory[AGE] = 0.0
    return total


@njit(cache=True, nogil=True)
def since_change(memory: Numbers) -> float:
    """Return how many values have come since the change that they were settled at."""
    least = np.inf
    for level in range(LEVELS):
        # One of them may not see it, or be ahead by what chance has given it.
        if memory[SINCE + level] > 0.0:
            least = min(least, memory[SINCE + level])
    return least if least < np.inf else 1.0
