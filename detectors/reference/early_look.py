"""What the values of a burn-in say as a whole: whether a step explains more than all else does.

A step, and neither the correlation of neighbours nor a trend; or a step on top of a trend
(`detectors.reference.course_step`), of which nothing is guaranteed.
"""

from typing import Final

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers
from detectors.reference.course_step import DEGREE, FURTHER, step_beyond
from detectors.reference.early_inflation import BURST, burstiness_of, inflation_of
from detectors.reference.early_scores import mean_of, scores_of, squares_of
from detectors.reference.early_shares import FEWEST_BEFORE, FEWEST_SINCE

_EVIDENCE: Final = 20.0
"""Squared standard errors that the step must have, once dependence has been allowed for."""

_TREND: Final = 0.9
"""Part of what a step explains from which on a smooth trend explains as much."""

_WAVE: Final = 8.0
"""Squared standard errors that a polynomial of a higher degree explains beyond the step where it is
a wave: of a step it explains .93, and as many as it has degrees by chance."""

_STEPPED: Final = 0.75
"""The same, from which on it may have been a trend after all."""

_SMALL: Final = 0.3
"""Correlation of neighbours, with two standard errors on top, that counts as none."""


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
def _explained_smoothly(scores: Numbers) -> tuple[float, float]:
    """Return the squares that a cubic polynomial of time explains, and one of degree `FURTHER`."""
    count = len(scores)
    products = np.zeros(FURTHER)
    squares = np.zeros(FURTHER)
    for i in range(count):
        # Legendre's polynomials, which are nearly orthogonal on so many points.
        x = (2.0 * i + 1.0) / count - 1.0
        last, now = 1.0, x
        for degree in range(FURTHER):
            products[degree] += scores[i] * now
            squares[degree] += now * now
            last, now = (
                now,
                ((2.0 * degree + 3.0) * x * now - (degree + 1.0) * last) / (degree + 2.0),
            )
    parts = products * products / squares
    return parts[:DEGREE].sum(), parts.sum()


@njit(cache=True, nogil=True, error_model="numpy")
def _without(scores: Numbers, before: int) -> Numbers:
    """Return the scores without a step."""
    rest = np.empty(len(scores))
    earlier, later = mean_of(scores[:before]), mean_of(scores[before:])
    for i in range(len(scores)):
        rest[i] = scores[i] - (earlier if i < before else later)
    return rest


@njit(cache=True, nogil=True, error_model="numpy")
def look(sample: Numbers, fold: bool, doubt: float) -> tuple[int, float, bool]:
    """Return the values before a step, 0 where there is none, the correlation, and what it says.

    It must have ``doubt`` times the evidence that usual steps need, at least 1.
    """
    scores = scores_of(sample, fold)
    count, power = len(scores), squares_of(scores)
    if power <= 0.0:
        return 0, 0.0, False
    before, explained = _strongest_step(scores)
    rest = _without(scores, before)
    inflation, neighbours = inflation_of(rest)
    (smoothly, wholly), calm = _explained_smoothly(scores), True
    if fold:
        # Bursts are longer than what one lag tells of, and each of their correlations is small.
        bursts = burstiness_of(rest)
        inflation, calm = max(inflation, 1.0 + 2.0 * BURST * bursts), bursts <= 0.0
    unit = inflation * power / count
    wave = smoothly > _TREND * explained or wholly > explained + _WAVE * unit
    if explained < doubt * _EVIDENCE * unit or wave:
        if not fold:
            before, neighbours = step_beyond(scores, doubt)
        return 0 if fold else before, neighbours, False
    independent = neighbours + 2.0 / np.sqrt(count) <= _SMALL and smoothly <= _STEPPED * explained
    return before, neighbours, independent and calm
