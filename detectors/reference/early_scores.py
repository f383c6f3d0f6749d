"""Ranks of the values of a burn-in among all of them, in which a change is looked for."""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers

_GAPS: Final = (701, 301, 132, 57, 23, 10, 4, 1)
"""Places between those that are compared while a burn-in is sorted; it has `MOST` at most."""


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
def mean_of(values: Numbers) -> float:
    """Return the mean."""
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


@njit(cache=True, nogil=True, error_model="numpy")
def squares_of(values: Numbers) -> float:
    """Return the sum of the squares."""
    total = 0.0
    for value in values:
        total += value * value
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def scores_of(sample: Numbers, fold: bool) -> Numbers:
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
    mean = mean_of(scores)
    for i in range(count):
        scores[i] -= mean
    return scores
