"""Judgement of a burn-in of few different values: whether their shares have changed since some row.

Randomised ranks say little of errors, booleans and categories, and a young reference knows no
shares to bet against. Here neither is needed: the values before a row and those from it on are
taken for two series, each with shares of its own, against one series of all of them,

    M = sum over the rows of P(before) P(since) / P(all),

where P is the probability of a series whose shares nobody knows, each of its values foretold by
those before it. While nothing changes each term has mean 1, over all shares that there may be, so
that M grows by no more than 1 a value in the mean: it takes `limit` values in the mean, at least,
until M reaches the limit by chance (Shiryaev-Roberts). For some shares in particular it was
measured (docs/detection.md).

P(all) is the largest of several, of which each bounds its own streams: values that are independent;
such with even shares, which no prior expects of many kinds; and such of which some are the one
before them. So errors that come in bursts are no change.

References
----------
Krichevsky, Trofimov, "The performance of universal encoding", IEEE Transactions on Information
Theory 27, 1981: half a value of each kind beforehand.
Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", New
England Journal of Statistics in Data Science 2, 2023: the sum over all beginnings (section 3).
"""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers

MOST_DIFFERENT: Final = 16
"""Different values up to which their shares are judged: with more, a burn-in hardly knows them."""

FEWEST_BEFORE: Final = 16
FEWEST_SINCE: Final = 8
"""Values on either side of a change."""

_PART: Final = 32
"""Part of the values so far that come before they are looked at again: a look takes all of them."""

_STAYING: Final = (0.25, 0.5)
"""Parts of the values that may be the one before them, and say nothing of shares. With more of them
a column that is one value from now on would be no change."""

_PRIOR: Final = 0.5
"""Values of each kind before the first one."""

MOST: Final = 1024
"""Values of a burn-in up to which it is judged."""


@njit(cache=True, nogil=True)
def limits_within(budget: float, of_odds: float, edges: int) -> tuple[float, float]:
    """Return what bets on ranks, and shares, must reach in a burn-in; 0 for what does not judge it.

    Ranks say next to nothing of booleans, and shares nothing of numbers; of categories there may be
    few or many.

    Parameters
    ----------
    budget
        Rows to a false alarm of the column.
    of_odds
        What the Bernoulli detector must reach; 0 where the column is no boolean.
    edges
        Edges between bins; 0 where it is of categories.
    """
    if of_odds > 0.0:
        return 0.0, budget
    return (2.0 * budget, 2.0 * budget) if edges == 0 else (budget, 0.0)


@njit(cache=True, nogil=True)
def is_due(count: int) -> bool:
    """Tell whether so many values of a burn-in are looked at."""
    return count % max(count // _PART, 1) == 0


@njit(cache=True, nogil=True)
def _numbered(values: Numbers) -> tuple[NDArray[np.int64], int]:
    """Return which of the different ones each value is, and how many there are.

    Beyond `MOST_DIFFERENT` they are not told apart any more.
    """
    numbers = np.empty(len(values), dtype=np.int64)
    known, count = np.empty(MOST_DIFFERENT), 0
    for at in range(len(values)):
        number = 0
        while number < count and known[number] != values[at]:
            number += 1
        if number == count:
            if count == MOST_DIFFERENT:
                return numbers, count + 1
            known[count] = values[at]
            count += 1
        numbers[at] = number
    return numbers, count


@njit(cache=True, nogil=True, error_model="numpy")
def statistic(values: Numbers, standings: Numbers) -> float:
    """Return M of some values, at most `MOST`; 0 where there is nothing to tell.

    Parameters
    ----------
    values
        Shape ``(n,)``.
    standings
        Shape ``(n,)``: gets how much likelier the likeliest change has made each of the values;
        left as it is where M is 0.
    """
    numbers, different = _numbered(values)
    if different < 2 or different > MOST_DIFFERENT:  # noqa: PLR2004 - a constant
        return 0.0
    count, prior = len(numbers), _PRIOR * different
    before, since = np.full(different, _PRIOR), np.full(different, _PRIOR)
    for number in numbers:
        before[number] += 1.0
    # P(before) P(since) / P(all), by one value after the other that changes sides. Two series
    # differ by ln 2 a value at most: of so few it does not overflow.
    ratio, total, most, at = 1.0, 0.0, 0.0, 0
    for begin in range(count - 1, FEWEST_BEFORE - 1, -1):
        own, later = numbers[begin], count - 1 - begin
        before[own] -= 1.0
        ratio *= (since[own] * (begin + prior)) / (before[own] * (later + prior))
        since[own] += 1.0
        if later + 1 >= FEWEST_SINCE:
            total += ratio
            if ratio > most:
                most, at = ratio, begin
    if at > 0:
        _write_ratios(numbers, different, at, standings)
    return total / _likelier_otherwise(numbers, different)


@njit(cache=True, nogil=True, error_model="numpy")
def _likelier_otherwise(numbers: NDArray[np.int64], different: int) -> float:
    """Return how much likelier values are with even shares, or some that stay; 1 at least."""
    prior, best, even = _PRIOR * different, 1.0, 1.0
    for stays in _STAYING:
        shares = np.full(different, _PRIOR)
        ratio, even, last = 1.0, 1.0, -1
        for row in range(len(numbers)):
            own = numbers[row]
            share = shares[own] / (row + prior)
            even /= share * different
            if last >= 0:
                ratio *= 1.0 - stays + (stays / share if own == last else 0.0)
            shares[own] += 1.0
            last = own
        best = max(best, ratio)
    return max(best, even)


@njit(cache=True, nogil=True, error_model="numpy")
def _write_ratios(numbers: NDArray[np.int64], different: int, at: int, ratios: Numbers) -> None:
    """Write how much likelier a change at a row has made each value."""
    before, since = np.full(different, _PRIOR), np.full(different, _PRIOR)
    for row in range(len(numbers)):
        side = before if row < at else since
        side[numbers[row]] += 1.0
    for row in range(len(numbers)):
        ratios[row] = since[numbers[row]] / before[numbers[row]]
