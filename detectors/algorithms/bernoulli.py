"""Bernoulli e-detector: whether the rate of a 0/1 stream has changed, by bets on its odds.

Ranks say little of errors and booleans. Each of some bets takes the odds of a one for some multiple
of what they were, higher or lower, and wins by the likelihood ratio of the next value:

    e = (1 or, of a one, r) / (1 - p + p r),    M = (M + s) e,

where p is the share of ones among all values before it. While nothing changes e has mean 1, so that
the mean of the M grows by what is put in, s (Shiryaev-Roberts): it takes `limit` values in the
mean, at least, until that reaches the limit by chance, as far as p is right; it was measured
(docs/detection.md). Nothing is put in after the commoner value, or a stream without a one would
reach any limit by waiting; after the rarer one 1 / (its share) is, which comes to 1 a value in the
mean. Of that the bets on more of the rarer value get four fifths: rare ones that become more
frequent are what takes longest to see, and what is looked for.

References
----------
Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", New
England Journal of Statistics in Data Science 2, 2023: e-SR, and the mean of several (section 3).
Krichevsky, Trofimov, "The performance of universal encoding", IEEE Transactions on Information
Theory 27, 1981: half a value of each kind beforehand.
"""

from typing import ClassVar, Final

import numpy as np
from numba import njit

from detectors.algorithms.e_detector import EDetector
from detectors.algorithms.multinomial import FEW, Bins, Counts
from detectors.algorithms.value_faults import SHORTEST_RUN
from detectors.arrays.column import Numbers
from detectors.snapshots.tree import State

# Twelve, as of the bets on ranks: from a rise by a quarter to one that eight times as many tell.
_ODDS: Final = np.array(
    [1.25, 1.5, 2.0, 3.0, 5.0, 8.0, 1 / 1.25, 1 / 1.5, 1 / 2.0, 1 / 3.0, 1 / 5.0, 1 / 8.0]
)
_BETS: Final = len(_ODDS)
_RISES: Final = _BETS // 2
"""Bets on more ones; the others are on fewer."""

_ON_RARER: Final = 1.6
_ON_COMMONER: Final = 0.4
"""Parts of what is put in, in the mean, that bets on more of the rarer value get, and on less."""

_PRIOR: Final = 0.5
"""Ones, and zeros, before the first value."""

_COMMON: Final = 0.5
"""Share from which on a value is no surprise."""

_MOST_STAKED: Final = 10_000.0
"""What is put in after one value, at most: a rarer one tells of its first change alone."""

_USUAL: Final = 72.0
"""What the mean of the bets is while nothing changes, half of the time."""

# What stands where in the memory of a column, behind what each bet has won.
STAKE: Final = _BETS  # s, of the next value
SINCE: Final = _BETS + 1  # values since the mean was last below half of the way to the limit
RUN: Final = _BETS + 2  # latest values that are all the rarer one
ONES: Final = _BETS + 3
COUNTED: Final = _BETS + 4  # values in the bins; 0 where they are to be summed up first
MEMORY: Final = _BETS + 5
"""Numbers in the memory of a column."""

_KEPT: Final = ONES
"""How many of them are in a state."""


@njit(cache=True, nogil=True, error_model="numpy")
def feed(
    bins: Bins, counts: Counts, first_one: int, memory: Numbers, limit: float
) -> tuple[int, float, float, float, float]:
    """Feed values by their bins until the mean of the bets reaches its limit.

    Parameters
    ----------
    bins
        Shape ``(n,)``: of each value, none of which is counted yet.
    counts
        Shape ``(k,)``: values in each bin up to now; they stay as they are.
    first_one
        The bin from which on a value is a one.
    memory
        Shape ``(MEMORY,)``: zeros at first. After a detection it means nothing.
    limit
        What the mean must reach; 0 for nothing to be done.

    Returns
    -------
    tuple
        Index (-1: none), mean of the bets, two numbers without a meaning, values since the change.
    """
    if limit <= 0.0:
        return -1, 0.0, 0.0, 0.0, 0.0
    ones, total = memory[ONES], memory[COUNTED]
    if total == 0.0:
        ones = 0.0
        for number in range(len(counts)):
            total += counts[number]
            ones += counts[number] if number >= first_one else 0.0
    stake, since, run = memory[STAKE], memory[SINCE], memory[RUN]
    # After a change its logarithm grows at one pace: half of the way takes half of the time.
    enough, halfway = limit * _BETS, np.sqrt(limit * _USUAL) * _BETS
    for i in range(len(bins)):
        is_one = bins[i] >= first_one
        rate = (ones + _PRIOR) / (total + 2.0 * _PRIOR)
        all_won, of_rises, of_falls = 0.0, stake * _ON_RARER, stake * _ON_COMMONER
        if rate >= _COMMON:
            of_rises, of_falls = of_falls, of_rises
        for bet in range(_BETS):
            gain = _ODDS[bet] if is_one else 1.0
            put_in = of_rises if bet < _RISES else of_falls
            won = (memory[bet] + put_in) * gain / (1.0 - rate + rate * _ODDS[bet])
            memory[bet] = won
            all_won += won
        share = rate if is_one else 1.0 - rate
        stake, run = 0.0, 0.0 if share >= _COMMON else run + 1.0
        if share < _COMMON:
            stake = min(1.0 / share, _MOST_STAKED)
        since = since + 1.0 if all_won > halfway else 0.0
        ones += 1.0 if is_one else 0.0
        total += 1.0
        # A few of a kind are no change: the next ones say whether a value stays.
        if all_won >= enough and not FEW < run < SHORTEST_RUN:
            return i, all_won / _BETS, np.nan, np.nan, max(2.0 * since, 1.0)
    memory[STAKE], memory[SINCE], memory[RUN] = stake, since, run
    memory[ONES], memory[COUNTED] = ones, total
    return -1, 0.0, 0.0, 0.0, 0.0


def state_of(memory: Numbers) -> State:
    """Return what `restore` takes."""
    return {"memory": memory[:_KEPT].copy()}


def restore(memory: Numbers, state: State | None) -> None:
    """Take over a state; with none, or that of other bets, begin anew."""
    memory[:] = 0.0
    if state is not None and len(state["memory"]) == _KEPT:
        memory[:_KEPT] = state["memory"]


class Bernoulli(EDetector):
    """The Bernoulli e-detector as an alert names it.

    Parameters
    ----------
    limit
        Values of a column from one false alarm to the next, at least.

    Examples
    --------
    >>> memory = np.zeros(MEMORY)
    >>> errors = np.tile([0, 0, 0, 1], 100)  # one in four, before one in twenty
    >>> feed(errors, np.array([950, 50]), 1, memory, 1e6)[0]
    63
    """

    kind: ClassVar = "bernoulli"
