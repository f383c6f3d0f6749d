"""Scores out of range: a few are strays, and where there are more none is a probability."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers

STRAYS: Final = 20
"""One score in so many may be out of range, and the others are probabilities all the same."""


class StrayScores:
    """Which scores of a version count as probabilities, row by row.

    As long as more than one in `STRAYS` of all so far was below 0 or above 1 none does: of
    percentages, logarithms and margins some happen to lie between.

    Examples
    --------
    >>> strays = StrayScores()
    >>> strays.pass_over(np.array([0.9, 2.2, 0.4, np.nan])).tolist()
    [False, True, True, True]
    >>> bool(strays.pass_over(np.full(16, 0.9)).all()), strays.pass_over(np.array([0.9])).tolist()
    (True, [False])
    """

    def __init__(self) -> None:
        self.counts = (0, 0)

    def pass_over(self, scores: Numbers) -> NDArray[np.bool_]:
        """Take scores, NaN for none; return in which rows none counts, shape ``(n,)``."""
        rows, strays = self.counts
        is_there = np.isfinite(scores)
        is_stray = is_there & ((scores < 0.0) | (scores > 1.0))
        rows_so_far, strays_so_far = rows + np.cumsum(is_there), strays + np.cumsum(is_stray)
        self.counts = rows + int(is_there.sum()), strays + int(is_stray.sum())
        passed: NDArray[np.bool_] = STRAYS * strays_so_far > rows_so_far
        return passed
