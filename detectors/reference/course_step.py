"""A step on top of a course: what changes at once in values that rise or fall meanwhile.

A trend, or a recovery, explains a step within it nearly as well as the step does, by itself. So
what the course leaves is looked at: polynomials of time are taken out of the values and of each
step that there may be, and what a step explains of the rest is compared with what further
polynomials explain, which is the more the less the course was one of the first few.

References
----------
Andrews, "Tests for parameter instability and structural change with unknown change point",
Econometrica 61, 1993: the most that a step explains beyond other regressors.
"""

from typing import Final

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers
from detectors.reference.early_inflation import inflation_of
from detectors.reference.early_scores import squares_of
from detectors.reference.early_shares import FEWEST_BEFORE, FEWEST_SINCE

DEGREE: Final = 3
"""Of the polynomial of time that stands for trends, and for parts of a long cycle."""

FURTHER: Final = 7
"""Of the polynomial that explains what is left of a course that is none of a lower degree."""

_EVIDENCE: Final = 25.0
"""Squared standard errors that the step must have beyond the course, dependence allowed for."""

_MOST_CORRELATED: Final = 0.5
"""Correlation of neighbours, two standard errors on top, from which on what a course is and what
correlation cannot be told apart: polynomials take a part of a long memory out as well."""

_MORE: Final = 12.0
"""The same that it must have beyond what further polynomials explain."""

_PART: Final = 0.9
"""Part of what the step explains beyond the course that these may explain."""


@njit(cache=True, nogil=True, error_model="numpy")
def _polynomials(count: int) -> Numbers:
    """Return orthonormal polynomials of time, shape ``(degrees + 1, count)``."""
    found = np.empty((FURTHER + 1, count))
    found[0] = 1.0 / np.sqrt(count)
    for degree in range(1, FURTHER + 1):
        own = found[degree]
        for i in range(count):
            own[i] = found[degree - 1, i] * ((2.0 * i + 1.0) / count - 1.0)
        # They follow from the two before each (Stieltjes); the others are taken out as well, for
        # what rounding leaves of them.
        for other in range(degree):
            part = 0.0
            for i in range(count):
                part += own[i] * found[other, i]
            for i in range(count):
                own[i] -= part * found[other, i]
        size = np.sqrt(squares_of(own))
        for i in range(count):
            own[i] /= size
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _take_out(courses: Numbers, rest: Numbers) -> float:
    """Take a course out of what is left of scores; return the squares that others would explain."""
    further = 0.0
    for degree in range(FURTHER + 1):
        part = 0.0
        for i in range(len(rest)):
            part += rest[i] * courses[degree, i]
        if degree > DEGREE:
            further += part * part
            continue
        for i in range(len(rest)):
            rest[i] -= part * courses[degree, i]
    return further


@njit(cache=True, nogil=True, error_model="numpy")
def step_beyond(scores: Numbers, doubt: float = 1.0) -> tuple[int, float]:
    """Return how many values precede a step beyond the course, 0 where there is none.

    Parameters
    ----------
    scores
        Shape ``(n,)``, about 0, n at least 32.
    doubt
        How many times the evidence that usual steps need it must have, at least 1.

    Returns
    -------
    tuple
        That, and the correlation of neighbours once both are taken out.
    """
    count, rest = len(scores), scores.copy()
    courses = _polynomials(count)
    further = _take_out(courses, rest)
    # Of the step by 1 behind some values what is left is these less their part in each course.
    total, leads = 0.0, np.zeros(DEGREE + 1)
    best, most, height, kept = 0, 0.0, 0.0, leads.copy()
    for before in range(1, count - FEWEST_SINCE + 1):
        total += rest[before - 1]
        size = float(before)
        for degree in range(DEGREE + 1):
            leads[degree] += courses[degree, before - 1]
            size -= leads[degree] * leads[degree]
        if before >= FEWEST_BEFORE and total * total > most * size:
            best, most, height = before, total * total / size, total / size
            kept[:] = leads
    if further > _PART * most:
        return 0, 0.0
    for i in range(count):
        step = 1.0 if i < best else 0.0
        for degree in range(DEGREE + 1):
            step -= kept[degree] * courses[degree, i]
        rest[i] -= height * step
    inflation, neighbours = inflation_of(rest)
    spread = squares_of(rest) / (count - DEGREE - 2)
    if neighbours + 2.0 / np.sqrt(count) > _MOST_CORRELATED:
        return 0, neighbours
    enough = min(most / _EVIDENCE, (most - further) / _MORE) >= doubt * inflation * spread
    return (best if enough else 0), neighbours
