"""Joint bets: whether the ranks of many columns lean at once, each too little to tell by itself.

The sum of the columns' own evidence is that of the strongest one: what a thousand columns say that
move by a tenth of a standard deviation is lost in it. So each row is bet on as a whole. Each column
leans by what its latest ranks say, some four blocks of them, which weights its next ranks:

    e = 1 + f sum(w x) / sum(|w| / 2),    M = (M + 1) e,

where x is a rank, or a folded one, less 1/2, and w the lean of its column, on location and spread.
The w are of earlier rows and the x have mean 0 given these, whatever the dependence *between* the
columns, so that e has mean 1 while nothing changes, and it takes `limit` rows in the mean, at
least, until M reaches the limit. Noise of columns that do not depend on each other cancels in the
sum; what they have in common stays in it, and the bets lose what it costs. The fractions f, and two
sets of weights (all columns, and those that lean clearly, for changes of a few), are mixed.

Sums are of whole numbers, so that they do not depend on the order of the columns.

References
----------
Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", New
England Journal of Statistics in Data Science 2, 2023.
Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", Journal of the
Royal Statistical Society B 86, 2024: bets on bounded means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers

Integers = NDArray[np.int64]

_SHIFT: Final = 5

BLOCK: Final = 2**_SHIFT
"""Rows after which the leans are reckoned anew."""

_SHARE: Final = 0.25
"""What the latest block counts in a lean."""

_UNIT: Final = 2.0**20
"""In how many parts a rank is told."""

_HALF: Final = _UNIT / 2

NOISE: Final = _UNIT * sqrt(_SHARE / (2 - _SHARE) / BLOCK / 12)
"""Standard deviation of a lean while nothing changes."""

CLEAR: Final = 2.5
"""Such deviations from which on a lean is clear."""

_CLEAR: Final = CLEAR * NOISE

_FRACTIONS: Final = (1.0, 1 / 3, 1 / 9)

# What stands where in the memory of a column.
LOCATION: Final = 0  # its lean
SPREAD: Final = 1  # likewise, of the folded ranks
_SUM: Final = 2  # of both, over the block that is not full
_COUNT: Final = 4  # ranks in that
_AT: Final = 5  # number of the block
CALENDAR: Final = 6  # 1 where the column takes no part: its values follow the calendar
DEPENDENT: Final = 7  # 1 where it takes none: its ranks depend on each other
MEMORY: Final = 8
"""Numbers in the memory of a column."""

KEPT: Final = DEPENDENT
"""How many of them a state has."""

SETS: Final = 2
"""Sets of weights: all, and the clear ones."""

WIDTH: Final = 2 * SETS
"""Numbers of a row: of each set what is won, then of each the most that can be lost."""

WEALTH: Final = SETS * len(_FRACTIONS)
"""Numbers of a model."""


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _begin_block(memory: Numbers, block: int) -> None:
    """Reckon the leans of a column anew."""
    for each in range(2):
        gap = memory[_SUM + each] - memory[_COUNT] * memory[LOCATION + each]
        memory[LOCATION + each] = np.rint(memory[LOCATION + each] + _SHARE / BLOCK * gap)
        memory[_SUM + each] = 0.0
    memory[_COUNT], memory[_AT] = 0.0, block


# Sums of whole numbers below 2**53 are exact in whatever order.
@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _sums(ranks: Numbers) -> tuple[float, float]:
    """Return the sums of ranks and of folded ranks, each less 1/2."""
    location, spread = 0.0, 0.0
    for i in range(len(ranks)):
        x = np.floor(_UNIT * ranks[i] + 0.5) - _HALF
        location += x
        spread += abs(2.0 * x) - _HALF
    return location, spread


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _add(ranks: Numbers, location: float, spread: float, won: Numbers, most: Numbers) -> None:
    """Add the ranks of consecutive rows to the bets on these."""
    stake = (abs(location) + abs(spread)) * _HALF
    for i in range(len(ranks)):
        x = np.floor(_UNIT * ranks[i] + 0.5) - _HALF
        won[i] += location * x + spread * (abs(2.0 * x) - _HALF)
        most[i] += stake


@njit(cache=True, nogil=True, error_model="numpy")
def contribute(ranks: Numbers, rows: Integers, memory: Numbers, first: int, bets: Numbers) -> None:
    """Add the ranks of one column to the bets on their rows.

    Parameters
    ----------
    ranks, rows
        Shape ``(n,)``: in the order of the rows.
    memory
        Shape ``(MEMORY,)``: of the column, zeros at first.
    first
        The row that ``bets`` begin with, had they none before those of the model.
    bets
        Shape ``(WIDTH, m)``, contiguous: whole numbers; of no rows where nobody bets.
    """
    if memory[CALENDAR] + memory[DEPENDENT] > 0.0 or bets.shape[1] == 0:
        return
    begin = 0
    while begin < len(ranks):
        row = rows[begin]
        block = row >> _SHIFT
        if block != memory[_AT]:
            _begin_block(memory, block)
        end = min(len(ranks), begin + BLOCK - row % BLOCK)
        if rows[end - 1] != row + end - 1 - begin:
            # Some are missing among them.
            end = begin + 1
            last = row - row % BLOCK + BLOCK - 1
            while end < len(ranks) and rows[end] == rows[end - 1] + 1 and rows[end] <= last:
                end += 1
        own, at = ranks[begin:end], row - first
        to = at + end - begin
        of_location, of_spread = _sums(own)
        memory[_SUM] += of_location
        memory[_SUM + 1] += of_spread
        memory[_COUNT] += end - begin
        location, spread = memory[LOCATION], memory[SPREAD]
        # The parts of one row after the other, which are contiguous: others are not added at once.
        _add(own, location, spread, bets[0, at:to], bets[SETS, at:to])
        location = location if abs(location) >= _CLEAR else 0.0
        spread = spread if abs(spread) >= _CLEAR else 0.0
        if location != 0.0 or spread != 0.0:
            _add(own, location, spread, bets[1, at:to], bets[SETS + 1, at:to])
        begin = end


@njit(cache=True, nogil=True, error_model="numpy")
def advance(bets: Numbers, begin: int, end: int, wealth: Numbers) -> None:
    """Settle the bets on some rows.

    Parameters
    ----------
    bets
        Shape ``(WIDTH, m)``.
    begin, end
        Which of the rows.
    wealth
        Shape ``(WEALTH,)``: of the model, zeros at first.
    """
    for row in range(begin, end):
        for each in range(SETS):
            most = bets[SETS + each, row]
            if most > 0.0:
                won = bets[each, row] / most
                for number in range(len(_FRACTIONS)):
                    place = each * len(_FRACTIONS) + number
                    wealth[place] = (wealth[place] + 1.0) * (1.0 + _FRACTIONS[number] * won)


@njit(cache=True, nogil=True, error_model="numpy")
def mean_of(wealth: Numbers) -> float:
    """Return the statistic: the mean of what the bets have won."""
    total = 0.0
    for each in range(WEALTH):
        total += wealth[each]
    return total / WEALTH


def restore(memory: Numbers, state: Numbers | None) -> None:
    """Take over what a state has of a column's memory; with none, begin anew."""
    memory[:KEPT] = 0.0 if state is None else state


@dataclass(frozen=True, slots=True)
class JointBets:
    """The e-detector of a model as an alert names it.

    Attributes
    ----------
    limit
        Rows of a model from one false alarm to the next, at least.

    Examples
    --------
    Thirty columns whose mean rank is .55 in place of .5:

    >>> rng, wealth = np.random.default_rng(0), np.zeros(WEALTH)
    >>> bets = np.zeros((WIDTH, 640))
    >>> for _ in range(30):
    ...     ranks = np.clip(rng.random(640) + 0.05, 0.0, 1.0)
    ...     contribute(ranks, np.arange(640), np.zeros(MEMORY), 0, bets)
    >>> advance(bets, 0, 640, wealth)
    >>> bool(mean_of(wealth) > 2_000_000)
    True
    """

    limit: float

    @property
    def kind(self) -> str:
        """Its name."""
        return "joint"

    @property
    def parameters(self) -> Mapping[str, float | int | str | bool]:
        """The parameter in force."""
        return {"limit": self.limit}
