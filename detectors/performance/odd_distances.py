"""Whether numbers can be far off each other: between 83 percent and true is no distance."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from detectors.performance.guess import Guess

_FEWEST: Final = 50
"""Pairs."""

_TAIL: Final = 0.1
"""Of either side so much may lie within the other's range."""

_TRUTHS: Final = frozenset({0.0, 1.0})


def guess_of(pairs: Sequence[tuple[float, float]]) -> Guess | None:
    """Return what is odd about numbers, predicted and true, of a regression; None for nothing.

    Examples
    --------
    >>> guess_of([(83.5 - row % 7, row % 2) for row in range(100)])
    <Guess.SCORES: 'scores'>
    >>> guess_of([(row / 60, row) for row in range(300, 400)])
    <Guess.OTHER_UNIT: 'other_unit'>
    >>> guess_of([(row + 0.5, row) for row in range(100)])
    """
    if len(pairs) < _FEWEST:
        return None
    predicted, true = np.asarray(pairs, np.float64).T
    if set(true.tolist()) <= _TRUTHS:
        return Guess.SCORES
    (low, high), (least, most) = (
        np.quantile(each, (_TAIL, 1 - _TAIL)) for each in (predicted, true)
    )
    return Guess.OTHER_UNIT if high < least or most < low else None
