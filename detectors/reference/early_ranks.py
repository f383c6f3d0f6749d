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

from detectors.algorithms.rank_bets import cut, feed, is_on_spread
from detectors.arrays.column import Numbers
from detectors.reference.early_shares import (
    FEWEST_BEFORE,
    FEWEST_SINCE,
    MOST,
    is_due,
    statistic,
)
from detectors.reference.ranks import random_part

FEWEST: Final = 32
"""Values of a burn-in before anything is told."""

_EVIDENCE: Final = 20.0
"""Squared standard errors that the step must have, once dependence has been allowed for."""

_TREND: Final = 0.9
"""Part of what a step explains from which on a smooth trend explains as much."""

_STEPPED: Final = 0.75
"""The same, from which on it may have been a trend after all."""

_DEGREE: Final = 3
"""Of the polynomial of time that stands for trends, and for parts of a long cycle."""

_LAGS: Final = 40
"""Most lags whose correlations inflate the variance of a mean."""

_BURST_LAGS: Final = 10
"""Lags whose correlations are averaged to tell whether sizes come in bursts: each is small."""

_BURST: Final = 40.0
"""Values that a burst may last: so many correlations of the averaged size inflate a variance."""

PEACE: Final = 4
"""Times as many values as a burn-in had until it was found to change that the next one has before
anything is told of it: what goes on changing, or comes in turns, is one change."""

_GAPS: Final = (701, 301, 132, 57, 23, 10, 4, 1)
"""Places between those that are compared while a burn-in is sorted; it has `MOST` at most."""

_SMALL: Final = 0.3
"""Correlation of neighbours, with two standard errors on top, that counts as none."""

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


# Loops in place of NumPy's sorting and arithmetic of arrays, which takes as long to compile as all
# of the rest.
@njit(cache=True, nogil=True, error_model="numpy")
def _order(sample: Numbers) -> NDArray[np.int64]:
    """Return the places of values in the order of these (Shell's method, with Ciura's gaps)."""
    order = np.arange(len(sample))
    for gap in _GAPS:
        for i in range(gap, len(sample)):
            own, at = order[i], i
            while at >= gap and sample[order[at - gap]] > sample[own]:
                order[at] = order[at - gap]
                at -= gap
            order[at] = own
    return order


@njit(cache=True, nogil=True, error_model="numpy")
def _mean(values: Numbers) -> float:
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


@njit(cache=True, nogil=True, error_model="numpy")
def _squares(values: Numbers) -> float:
    """Return the sum of the squares."""
    total = 0.0
    for value in values:
        total += value * value
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _scores(sample: Numbers, fold: bool) -> Numbers:
    """Return the mean ranks of values among all of them, about 0, and folded where wanted."""
    count = len(sample)
    order, scores = _order(sample), np.empty(count)
    begin = 0
    while begin < count:
        end = begin + 1
        while end < count and sample[order[end]] == sample[order[begin]]:
            end += 1
        rank = (begin + end) / count - 1.0
        for i in range(begin, end):
            scores[order[i]] = abs(rank) if fold else rank
        begin = end
    mean = _mean(scores)
    for i in range(count):
        scores[i] -= mean
    return scores


@njit(cache=True, nogil=True, error_model="numpy")
def _strongest_step(scores: Numbers) -> tuple[int, float]:
    """Return how many values precede the step that explains most, and the squares explained."""
    count, total, best, most = len(scores), 0.0, 0, -1.0
    for before in range(1, count - FEWEST_SINCE + 1):
        total += scores[before - 1]
        explained = total * total * count / (before * (count - before))
        if before >= FEWEST_BEFORE and explained > most:
            best, most = before, explained
    return best, most


@njit(cache=True, nogil=True, error_model="numpy")
def _explained_smoothly(scores: Numbers) -> float:
    """Return the squares that a cubic polynomial of time explains."""
    count = len(scores)
    products = np.zeros(_DEGREE)
    squares = np.zeros(_DEGREE)
    for i in range(count):
        # Legendre's polynomials, which are nearly orthogonal on so many points.
        x = (2.0 * i + 1.0) / count - 1.0
        last, now = 1.0, x
        for degree in range(_DEGREE):
            products[degree] += scores[i] * now
            squares[degree] += now * now
            last, now = (
                now,
                ((2.0 * degree + 3.0) * x * now - (degree + 1.0) * last) / (degree + 2.0),
            )
    explained = 0.0
    for degree in range(_DEGREE):
        explained += products[degree] * products[degree] / squares[degree]
    return explained


@njit(cache=True, nogil=True, error_model="numpy")
def _without(scores: Numbers, before: int) -> Numbers:
    """Return the scores without a step."""
    rest = np.empty(len(scores))
    earlier, later = _mean(scores[:before]), _mean(scores[before:])
    for i in range(len(scores)):
        rest[i] = scores[i] - (earlier if i < before else later)
    return rest


@njit(cache=True, nogil=True, error_model="numpy")
def _burstiness(rest: Numbers) -> float:
    """Return the mean correlation of the first lags, 0 where there is no power."""
    power = _squares(rest)
    product = 0.0
    for lag in range(1, _BURST_LAGS + 1):
        for i in range(lag, len(rest)):
            product += rest[i] * rest[i - lag]
    return product / power / _BURST_LAGS if power > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _inflation(rest: Numbers) -> tuple[float, float]:
    """Return how much correlation inflates the variance of means, and that of neighbours."""
    count = len(rest)
    power = _squares(rest)
    if power <= 0.0:
        return 1.0, 0.0
    lags = min(count // 8, _LAGS)
    inflation, neighbours = 1.0, 0.0
    for lag in range(1, lags + 1):
        product = 0.0
        for i in range(lag, count):
            product += rest[i] * rest[i - lag]
        if lag == 1:
            neighbours = product / power
        inflation += 2.0 * (1.0 - lag / (lags + 1.0)) * product / power
    # Of a short series it is underestimated, by (1 + 3 r) / n; and one standard error on top.
    bound = max(neighbours + (1.0 + 3.0 * neighbours) / count, 0.0) + 1.0 / np.sqrt(count)
    if bound >= 1.0:
        return np.inf, neighbours
    return max(inflation, (1.0 + bound) / (1.0 - bound)), neighbours


@njit(cache=True, nogil=True, error_model="numpy")
def _look(sample: Numbers, fold: bool) -> tuple[int, float, bool]:
    """Return the values before a step, 0 where there is none, the correlation, and what it says."""
    scores = _scores(sample, fold)
    count, power = len(scores), _squares(scores)
    if power <= 0.0:
        return 0, 0.0, False
    before, explained = _strongest_step(scores)
    rest = _without(scores, before)
    inflation, neighbours = _inflation(rest)
    smoothly, calm = _explained_smoothly(scores), True
    if fold:
        # Bursts are longer than what one lag tells of, and each of their correlations is small.
        bursts = _burstiness(rest)
        inflation, calm = max(inflation, 1.0 + 2.0 * _BURST * bursts), bursts <= 0.0
    if count * explained < _EVIDENCE * inflation * power or smoothly > _TREND * explained:
        return 0, neighbours, False
    independent = neighbours + 2.0 / np.sqrt(count) <= _SMALL and smoothly <= _STEPPED * explained
    return before, neighbours, independent and calm


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
        Shape ``(1,)``: with how many values they are looked at again, 0 at first.
    limit
        What the mean of the bets must reach; 0 for no bets.
    shares_limit
        What `detectors.reference.early_shares.statistic` must reach; 0 for shares not to be judged.

    Returns
    -------
    tuple
        The numbers of a `Step`.
    """
    rank = np.empty(1)
    for at in range(held, min(end, MOST) if max(limit, shares_limit) > 0.0 else held):
        count, fired = at + 1, False
        won, bet = 0.0, BY_SHARES
        if limit > 0.0:
            rank[0] = _rank(sample, at, seed)
            found = feed(rank, memory, limit)
            fired, won, bet = found[0] >= 0, found[1], found[2]
        if count < max(FEWEST, looks[0]):
            continue
        fold = fired and is_on_spread(bet)
        places, by_shares = sample[:count], False
        if not fired and shares_limit > 0.0 and is_due(count):
            places = np.empty(count)
            won, bet = statistic(sample[:count], places), BY_SHARES
            by_shares = won >= shares_limit
        if not (fired or by_shares):
            continue
        before, neighbours, independent = _look(places, fold)
        if before > 0:
            return at - held, before, won, bet, neighbours, independent
        looks[0] = count + max(count // _WAIT, 4)
        if fired:
            cut(memory, 0.5 * limit / won)
    return -1, 0, 0.0, 0.0, 0.0, True
