"""Whether what has changed in a column is a step, or as well a part of a smooth course of the day.

Of the means of blocks (`detectors.reference.block_means`), and of their mean squares, the step that
explains most is compared with a cubic polynomial of time, which explains any half of a daily course
at least as well. A sudden change is a step, from its first tens of values on; a course is none at
any hour.
"""

from typing import Final, NamedTuple

import numpy as np

from detectors.arrays.column import Numbers
from detectors.reference.block_means import (
    COUNT,
    COUNTS,
    SQUARES,
    SUM,
    SUMS,
    SUMS_OF_SQUARES,
    USED,
)

DEGREE: Final = 3
"""Of the polynomial that stands for a course."""

FEWEST: Final = 20.0
"""Squared standard errors that a step must explain."""

MORE: Final = 8.0
"""Squared standard errors that a step must explain beyond what the polynomial does."""

PART: Final = 0.8
"""Part of what the step explains that the polynomial may explain at most."""

MUCH_MORE: Final = 12.0
MOST_PART: Final = 0.9
"""The same for a step that is beyond doubt: of one in the middle the polynomial explains 0.86."""

NOTHING: Final = 9.0
"""Squared standard errors up to which the polynomial explains nothing: what has changed is neither
the mean nor the spread."""

MOST_OF: Final = 0.7
"""Part of all that differs between blocks that a step must explain."""

_FEWEST: Final = 4
"""Blocks of which anything can be said."""


class Shape(NamedTuple):
    """What explains how blocks differ, in squared standard errors.

    Attributes
    ----------
    step, course
        What the best step explains, and the polynomial.
    whole
        What there is to explain, without what chance gives.
    """

    step: float
    course: float
    whole: float

    @property
    def is_step(self) -> bool:
        """Whether it is a step, and no course."""
        more, part = self.step - self.course, self.course / max(self.step, FEWEST)
        return self.step >= max(FEWEST, MOST_OF * self.whole) and (
            (more >= MORE and part <= PART) or (more >= MUCH_MORE and part <= MOST_PART)
        )

    @property
    def is_course(self) -> bool:
        """Whether it may be a course."""
        return self.course > NOTHING and not self.is_step


def shapes(blocks: Numbers) -> tuple[Shape, Shape]:
    """Return the shapes of how means, and mean squares, of blocks differ."""
    used = int(blocks[USED])
    parts = [
        np.append(blocks[part][:used], blocks[rest])
        for part, rest in ((COUNTS, COUNT), (SUMS, SUM), (SUMS_OF_SQUARES, SQUARES))
    ]
    counts, sums, squares = (part[parts[0] > 0.0] for part in parts)
    total = counts.sum()
    if len(counts) < _FEWEST or total <= len(counts):
        return Shape(0.0, 0.0, 0.0), Shape(0.0, 0.0, 0.0)
    within = (squares - sums * sums / counts).sum() / (total - len(counts))
    # About the mean of all of them, and with the spread that normal values would give to them.
    mean = sums.sum() / total
    about = squares - 2.0 * mean * sums + counts * mean * mean
    return _shape(sums / counts, counts, within), _shape(about / counts, counts, 2.0 * within**2)


def is_step(blocks: Numbers, *, spread: bool) -> bool:
    """Tell whether blocks show a step that no course explains.

    Parameters
    ----------
    blocks
        Of the column.
    spread
        Whether it is one of the spread, while the means follow no course.
    """
    of_means, of_squares = shapes(blocks)
    return of_squares.is_step and not of_means.is_course if spread else of_means.is_step


def is_course(blocks: Numbers, *, spread: bool) -> bool:
    """Tell whether a course of the day may be all that has changed, likewise."""
    of_means, of_squares = shapes(blocks)
    return of_means.is_course or (spread and of_squares.is_course)


def _shape(means: Numbers, counts: Numbers, variance: float) -> Shape:
    total = counts.sum()
    apart = means - (counts * means).sum() / total
    whole = float((counts * apart * apart).sum())
    if whole <= 0.0:
        return Shape(0.0, 0.0, 0.0)
    # Of constants each change is a step beyond doubt.
    unit = max(variance, 1e-6 * whole / len(counts))
    before = np.cumsum(counts)[:-1]
    lead = np.cumsum(counts * apart)[:-1]
    step = float((lead * lead * total / (before * (total - before))).max())
    return Shape(step / unit, _explained(apart, counts) / unit, whole / unit - (len(counts) - 1.0))


def _explained(apart: Numbers, counts: Numbers) -> float:
    """Return the squares that the polynomial explains."""
    ends = np.cumsum(counts)
    middles = 2.0 * (ends - counts / 2.0) / ends[-1] - 1.0
    known = [np.ones(len(apart))]
    explained = 0.0
    power = known[0]
    for _ in range(DEGREE):
        power = power * middles
        left = power.copy()
        for each in known:
            left = left - each * ((counts * each * left).sum() / (counts * each * each).sum())
        squares = (counts * left * left).sum()
        if squares <= 1e-12 * ends[-1]:
            break
        explained += float((counts * left * apart).sum() ** 2 / squares)
        known.append(left)
    return explained
