"""Judgement of a burn-in: ranks among the values so far, from the first tens of them on.

A value's randomised rank among all values before it needs no bins, and is uniform and independent
of the earlier ranks from the second value on, whatever the column, as long as the order of the
values says nothing. So the rank e-detector keeps its bound while a reference is young, from 2
categories to all different ones. What its limit does not bound is dependence, of which little is
known yet: where the bets have won enough, the values so far are looked at as a whole, and nothing
is told that a correlation of neighbours, or a trend, explains as well as a step does.

References
----------
Vovk, Nouretdinov, Gammerman, "Testing exchangeability on-line", ICML 2003: exact ranks.
Priestley, "Spectral analysis and time series", 1981, section 5.3: the variance of a mean of
correlated values.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.algorithms.rank_bets import cut, feed, is_on_spread, standing
from detectors.arrays.column import Numbers
from detectors.reference.early_look import look
from detectors.reference.early_shares import MOST, is_due, statistic
from detectors.reference.ranks import random_part

FEWEST: Final = 32
"""Values of a burn-in before anything is told."""

PEACE: Final = 4
"""Times as many values as a burn-in had until it was found to change that the next one has before
anything is told of it: what goes on changing, or comes in turns, is one change."""

_WAIT: Final = 16
"""Part of the values so far that come before they are looked at again."""


BY_SHARES: Final = -1.0
"""In place of a bet's number: the change was found by `detectors.reference.early_shares`."""


class Step(NamedTuple):
    """What `judge` has found.

    Attributes
    ----------
    at
        Index of the value at which it was found; -1 for nothing.
    before
        Values of the burn-in that came before the change.
    statistic
        Mean of the bets.
    bet
        Number of the one that has won most; `BY_SHARES` where they were not on ranks.
    correlation
        Of neighbours, lag 1, once the step is taken out.
    independent
        Whether that is nearly none, and a trend explains much less than the step.
    """

    at: int
    before: int
    statistic: float
    bet: float
    correlation: float
    independent: bool


@njit(cache=True, nogil=True, error_model="numpy")
def _rank(sample: Numbers, held: int, seed: np.uint64) -> float:
    """Return the randomised rank of a value, the last one, among those before it."""
    value, below, equal = sample[held], 0, 0
    for i in range(held):
        below += sample[i] < value
        equal += sample[i] == value
    return (below + random_part(seed, np.uint64(held)) * (equal + 1)) / (held + 1)


@njit(cache=True, nogil=True, error_model="numpy")
def _by_shares(sample: Numbers, limit: float, doubt: float) -> tuple[int, float, float, bool]:
    """Return the values before a change of shares, -1 for none that is looked at, and the rest."""
    if limit <= 0.0:
        return -1, 0.0, 0.0, False
    places = np.empty(len(sample))
    won = statistic(sample, places)
    if won < limit:
        return -1, 0.0, 0.0, False
    before, neighbours, independent = look(places, fold=False, doubt=doubt)
    return before, won, neighbours, independent


@njit(cache=True, nogil=True, error_model="numpy")
def _wait(count: int, part: float, memory: Numbers, looks: NDArray[np.float64]) -> None:
    """Say when values are looked at again that were looked at in vain.

    Bets that have reached their limit for the first time need not do so again. After an early
    change they do, and a part of what they have won is left: what goes on then has been told.
    """
    next_look = count + max(count // _WAIT, 4)
    if part < 1.0 and looks[0] <= 0.0:
        looks[0] = -next_look
        return
    looks[0] = next_look
    if part < 1.0:
        cut(memory, part)


@njit(cache=True, nogil=True, error_model="numpy")
def judge(
    sample: Numbers,
    held: int,
    end: int,
    seed: np.uint64,
    memory: Numbers,
    looks: NDArray[np.float64],
    limit: float,
    shares_limit: float,
) -> tuple[int, int, float, float, float, bool]:
    """Judge values of a burn-in until a change is found.

    Parameters
    ----------
    sample
        Its values, shape ``(n,)``.
    held, end
        Which are new: those from ``held`` on, up to ``end``.
    seed
        Of the ranks' random parts.
    memory
        Of `detectors.algorithms.rank_bets`.
    looks
        Shape ``(2,)``. With how many values they are looked at again, 0 at first; less than 0 once
        the bets on ranks have reached their limit, after which they are left as they were. After an
        early change it is more than 0 from the beginning, and from a look on that shares alone had:
        then bets have to reach their limit for each look. And how many times the evidence a step
        must have; 0 for once.
    limit
        What the mean of the bets must reach; 0 for no bets.
    shares_limit
        What `detectors.reference.early_shares.statistic` must reach; 0 for shares not to be judged.

    Returns
    -------
    tuple
        The numbers of a `Step`.
    """
    rank, doubt = np.empty(1), max(looks[1], 1.0)
    for at in range(held, min(end, MOST) if max(limit, shares_limit) > 0.0 else held):
        count, fired, won, bet = at + 1, looks[0] < 0.0, 0.0, 0.0
        if limit > 0.0 and not fired:
            rank[0] = _rank(sample, at, seed)
            found = feed(rank, memory, limit)
            fired, won, bet = found[0] >= 0, found[1], found[2]
        if count < max(FEWEST, abs(looks[0])):
            continue
        before, neighbours, independent, left = -1, 0.0, True, 1.0
        if fired:
            won, bet = standing(memory) if looks[0] < 0.0 else (won, bet)
            before, neighbours, independent = look(sample[:count], is_on_spread(bet), doubt)
            left = 0.5 * limit / won
        # With a look in vain of ranks shares have theirs, due or not: until the next one none is.
        if before == 0 or (before < 0 and is_due(count)):
            by_shares = _by_shares(sample[:count], shares_limit, doubt)
            if by_shares[0] >= 0:
                before, won, neighbours, independent = by_shares
                bet = BY_SHARES
        if before > 0:
            return at - held, before, won, bet, neighbours, independent
        if before == 0:
            _wait(count, left, memory, looks)
    return -1, 0, 0.0, 0.0, 0.0, True
