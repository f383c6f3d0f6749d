"""Whether numbers can be far off each other: between 83 percent and true is no distance."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from detectors.performance.guess import Guess

_FEWEST: Final = 50
"""Pairs."""

_TAIL: Final = 0.1
"""Of either side so much may lie within the other's range."""

_BEYOND: Final = 0.5

_FACTOR: Final = 0.5
"""Medians that are nearer are of one unit, with a bias."""

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
    (low, middle, high), (least, usual, most) = (
        np.quantile(each, (_TAIL, 0.5, 1 - _TAIL)) for each in (predicted, true)
    )
    if set(true.tolist()) <= _TRUTHS:
        # Of rare counts that are expected little is beyond.
        return Guess.SCORES if low < -_BEYOND or high > 1.0 + _BEYOND else None
    # Most costs of claims are 0, and whoever expects them says 0 of none.
    is_beyond = least < most and (high < least or most < low)
    is_near = _FACTOR * middle <= usual <= middle / _FACTOR if middle > 0.0 else False
    return Guess.OTHER_UNIT if is_beyond and not is_near else None
