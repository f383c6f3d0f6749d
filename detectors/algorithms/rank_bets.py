"""Rank e-detector: whether ranks are still uniform, by bets on where they lie.

While nothing changes, randomised ranks are independent and uniform on (0, 1), whatever the column.
A bet on a rank u multiplies what it has won by what stands for the cell of u in a table of `CELLS`
cells, whose mean is 1:

    M = (M + 1) e(u).

Each bet is the likelihood ratio of the ranks of normal values that have moved by some part of a
standard deviation, or spread by some factor, held between two bounds. The 1 that is put in with
each value makes M the sum over all beginnings (Shiryaev-Roberts): without a change it grows by 1 a
value in the mean, and so does the mean of the M. So it takes `limit` values in the mean, at least,
until that reaches the limit by chance; for any distribution, and exactly. Two of the bets are on
the outermost ranks alone (`detectors.algorithms.outer_bets`).

References
----------
Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", New
England Journal of Statistics in Data Science 2, 2023: e-SR, and the mean of several (section 3).
Vovk, "Testing randomness online", Statistical Science 36, 2021: bets on ranks.
"""

from statistics import NormalDist
from typing import ClassVar, Final

import numpy as np
from numba import njit

from detectors.algorithms import outer_bets
from detectors.algorithms.e_detector import EDetector
from detectors.algorithms.multinomial import FEW
from detectors.algorithms.outer_bets import AGE, DEEP, LEVELS, settle, since_change
from detectors.algorithms.value_faults import SHORTEST_RUN
from detectors.arrays.column import Numbers
from detectors.snapshots.tree import State
from schemas.events.detector_report import Stream

CELLS: Final = 64
"""Cells of ranks that a bet tells apart."""

SHIFTS: Final = (0.1, -0.1, 0.25, -0.25, 0.6, -0.6, 1.5, -1.5)
"""Standard deviations by which normal values would have moved, of the bets on the location."""

SPREADS: Final = (0.5, 0.7, 1.4, 2.0)
"""Factors by which they would have spread, of the bets on the spread."""

_STEPS: Final = 100
"""Halvings of an interval, after which nothing of it is left."""

_LEAST_GAIN: Final = 0.1
"""What a rank multiplies what a bet has won by, at least: no change is all normal."""

MOST_GAIN: Final = 2.45
"""The same, at most: ten outliers in a row, of whatever sign, are no change."""

NEAR: Final = 1
"""Cells between two ranks that may be those of one value, which falls anywhere in its bin."""


def _bet(shift: float, spread: float) -> Numbers:
    """Return what stands in the cells of a bet, shape ``(CELLS,)``, with mean 1."""
    normal, moved = NormalDist(), NormalDist(shift, spread)
    edges = [normal.inv_cdf(cell / CELLS) for cell in range(1, CELLS)]
    ratios = CELLS * np.diff([0.0, *map(moved.cdf, edges), 1.0])
    # What the bounds take away, the other cells have in proportion: of all bets within them this
    # one wins most in the long run.
    low, high = 0.0, float(CELLS)
    for _ in range(_STEPS):
        factor = (low + high) / 2.0
        mean = np.clip(factor * ratios, _LEAST_GAIN, MOST_GAIN).mean()
        low, high = (factor, high) if mean < 1.0 else (low, factor)
    gains = np.clip(low * ratios, _LEAST_GAIN, MOST_GAIN)
    fair: Numbers = gains / gains.mean()
    return fair


# Twelve, so that they fill whole vector registers. Of several sets of this size this one lost
# least against the best of each change: shifts of 0.06 to 2 sd, spreads of 0.5 to 2 times.
_GAINS: Final = np.column_stack(
    [*(_bet(shift, 1.0) for shift in SHIFTS), *(_bet(0.0, spread) for spread in SPREADS)]
)
BETS: Final = len(SHIFTS) + len(SPREADS)
"""How many bets there are, those on the outermost ranks apart."""

ALL_BETS: Final = BETS + LEVELS
"""How many there are with these."""

_USUAL: Final = 108.0
"""Median of the mean of the bets while nothing changes."""

_CALM: Final = 480.0
"""What that mean is below nine times out of ten."""

_START: Final = 5.0
"""What each bet begins with: they would win it within a hundred values, and find nothing before."""

# What stands where in the memory of a column, behind what each bet has won.
SINCE: Final = BETS  # values since the mean was last below `_CALM`
LAST: Final = BETS + 1  # cell of the latest rank
RUN: Final = BETS + 2  # latest ranks that may all be those of one value
OUTER: Final = BETS + 3  # of the bets on the outermost ranks
MEMORY: Final = OUTER + outer_bets.MEMORY
"""Numbers in the memory of a column."""


@njit(cache=True, nogil=True, error_model="numpy")
def feed(ranks: Numbers, memory: Numbers, limit: float) -> tuple[int, float, float, float, float]:
    """Feed ranks until the mean of the bets reaches its limit.

    Parameters
    ----------
    ranks
        Shape ``(n,)``, within (0, 1).
    memory
        Shape ``(MEMORY,)``, as `begin` leaves it at first.
    limit
        What the mean must reach; 0 for nothing to be done.

    Returns
    -------
    tuple
        Index (-1: none), mean of the bets, number of the one that has won most, a number without a
        meaning, values since the change.
    """
    if limit <= 0.0:
        return -1, 0.0, 0.0, 0.0, 0.0
    enough, calm = limit * ALL_BETS, _CALM * BETS
    since, last, run = memory[SINCE], int(memory[LAST]), memory[RUN]
    outer = memory[OUTER:]
    settled = -1 - int(outer[AGE])
    for i in range(len(ranks)):
        cell = min(int(ranks[i] * CELLS), CELLS - 1)
        total = 0.0
        for bet in range(BETS):
            won = (memory[bet] + 1.0) * _GAINS[cell, bet]
            memory[bet] = won
            total += won
        since = since + 1.0 if total > calm else 0.0
        run = run + 1.0 if abs(cell - last) <= NEAR else 1.0
        last, by_outer = cell, 0.0
        if not DEEP <= ranks[i] <= 1.0 - DEEP:
            by_outer = settle(ranks[i], float(i - settled), outer)
            settled = i
        # The next values say whether one stays, which is told as such, or not.
        if total + by_outer >= enough and not FEW < run < SHORTEST_RUN:
            memory[SINCE], memory[LAST], memory[RUN] = since, last, run
            outer[AGE] = i - settled
            most, mean = float(np.argmax(memory[:BETS])), (total + by_outer) / ALL_BETS
            if by_outer > total:
                since = since_change(outer)
                # What has moved or spread as a whole has outer ranks too, and is named as such.
                most = most if memory[int(most)] > _CALM * BETS else float(BETS)
            elif since > 0.0:
                # It has grown at one pace since the change, from what it is without one.
                since *= np.log(mean / _USUAL) / np.log(mean / _CALM)
            return i, mean, most, np.nan, max(since, 1.0)
    memory[SINCE], memory[LAST], memory[RUN] = since, last, run
    outer[AGE] = len(ranks) - 1 - settled
    return -1, 0.0, 0.0, 0.0, 0.0


@njit(cache=True, nogil=True)
def is_on_spread(bet: float) -> bool:
    """Tell whether a bet is on the spread, and not on the location, by its number."""
    return bool(bet >= len(SHIFTS))


@njit(cache=True, nogil=True)
def standing(memory: Numbers) -> tuple[float, float]:
    """Return the mean of all bets, and the number of the one that has won most, as of `feed`."""
    by_bets, by_outer, most = 0.0, 0.0, 0
    for bet in range(BETS):
        by_bets += memory[bet]
        most = bet if memory[bet] > memory[most] else most
    for level in range(LEVELS):
        by_outer += memory[OUTER + level]
    of_outer = by_outer > by_bets and memory[most] <= _CALM * BETS
    return (by_bets + by_outer) / ALL_BETS, float(BETS if of_outer else most)


@njit(cache=True, nogil=True)
def cut(memory: Numbers, factor: float) -> None:
    """Leave of all that was won a part."""
    for bet in range(BETS):
        memory[bet] *= factor
    for level in range(LEVELS):
        memory[OUTER + level] *= factor


def begin(memory: Numbers) -> None:
    """Begin with a reference, as if ranks had come before that are uniform."""
    memory[:BETS] = _START
    memory[SINCE:] = 0.0


def state_of(memory: Numbers) -> State:
    """Return what `restore` takes."""
    return {
        "won": memory[:BETS].copy(),
        "since": float(memory[SINCE]),
        "last": float(memory[LAST]),
        "run": float(memory[RUN]),
        "outer": memory[OUTER:].copy(),
    }


def restore(memory: Numbers, state: State | None) -> None:
    """Take over a state; with none, or that of more or fewer bets, begin anew.

    What was won by bets of a release before counts: they stood in the same order, and whatever a
    bet begins with, it grows by no more than 1 a value.
    """
    begin(memory)
    if state is not None and len(state["won"]) == BETS:
        memory[:BETS] = state["won"]
        memory[SINCE] = state["since"]
        memory[LAST], memory[RUN] = state.get("last", 0.0), state.get("run", 0.0)
        # A release before did not bet on the outermost ranks.
        memory[OUTER:] = state.get("outer", 0.0)


class RankBets(EDetector):
    """The rank e-detector as an alert names it.

    Parameters
    ----------
    limit
        Values of a column from one false alarm to the next, at least; 0 for no alarm at all.

    Examples
    --------
    >>> memory = np.empty(MEMORY)
    >>> begin(memory)
    >>> found = feed(np.linspace(0.6, 1.0, 100), memory, 2e6)
    >>> found[0], str(RankBets.stream(found[2]))
    (44, 'location')
    """

    kind: ClassVar = "rank_bets"

    @staticmethod
    def stream(bet: float) -> Stream:
        """Return what a bet is on, by its number as `feed` returns it."""
        return Stream.SPREAD if is_on_spread(bet) else Stream.LOCATION
