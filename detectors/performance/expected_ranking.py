"""How well scores tell two classes apart, as is expected before the labels come.

The area under the ROC curve of rows each of which is a positive by a calibrated chance: of pairs,
the share in the right order, every row counting for both classes by its chance.
"""

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.performance import intervals
from detectors.performance.estimates import estimate, none
from detectors.performance.ranking import BINS, bin_of
from schemas.events.model_performance import Estimate, NoValue

Numbers = NDArray[np.float64]

EXACT: Final = 128
"""Scores that are kept as they are, with their chances; of more there are bins."""

_ROWS: Final = 3  # expected positives, expected others, and the variance of either


class ExpectedRanking:
    """Scores of the predictions of one window, and how likely each is a positive.

    What it holds depends on the predictions alone, not on how they were cut.
    """

    def __init__(self) -> None:
        self._scores: Numbers = np.empty(0)
        self._chances: Numbers = np.empty(0)
        self._bins: Numbers | None = None

    def add(self, scores: Numbers, chances: Numbers) -> None:
        """Add predictions, shape ``(n,)`` each; those without a score (NaN) are left out."""
        known = ~np.isnan(scores)
        if not known.all():
            scores, chances = scores[known], chances[known]
        if self._bins is None:
            scores = np.concatenate([self._scores, scores])
            chances = np.concatenate([self._chances, chances])
            if len(scores) <= EXACT:
                self._scores, self._chances = scores, chances
                return
            self._scores = self._chances = np.empty(0)
            self._bins = np.zeros((_ROWS, BINS))
        sum_chances(scores, chances, self._bins)

    def area(self) -> Estimate:
        """Return the expected area, with the interval by what labels of such chances vary."""
        bins = self._bins
        if bins is None:
            if not len(self._scores):
                return none(NoValue.NO_ROWS)
            scores, places = np.unique(self._scores, return_inverse=True)
            bins = np.zeros((_ROWS, len(scores)))
            _sum(self._chances, places.reshape(-1), bins)
        positives, others, spread = bins
        found, rest = float(positives.sum()), float(others.sum())
        if found <= 0 or rest <= 0:
            return none(NoValue.ONE_CLASS)
        ties = float((positives * others).sum()) / 2
        below = np.cumsum(others) - others
        value = (float((positives * below).sum()) + ties) / (found * rest)
        above = found - np.cumsum(positives) + positives / 2
        slope = (below + others / 2 - above) / (found * rest) - value * (1 / found - 1 / rest)
        half = intervals.QUANTILE * math.sqrt(float((spread * slope**2).sum()))
        error = None if self._bins is None else ties / (found * rest)
        ends = max(0.0, value - half), min(1.0, value + half)
        return estimate(min(max(value, 0.0), 1.0), ends, error=error)

    def state(self) -> Any:
        """Return the whole state."""
        if self._bins is not None:
            return self._bins.copy()
        return np.concatenate([self._scores, self._chances])

    def restore(self, state: Any) -> None:
        """Restore a state."""
        given = np.array(state, dtype=np.float64)
        if given.ndim == 1:
            self._scores, self._chances = np.split(given, 2)
        else:
            self._bins = given


@njit(cache=True, nogil=True, error_model="numpy")
def sum_chances(scores: Numbers, chances: Numbers, bins: Numbers) -> None:
    """Add predictions to bins of scores, shape ``(3, BINS)``, one after the other."""
    for row in range(len(scores)):
        place, chance = bin_of(scores[row]), chances[row]
        bins[0, place] += chance
        bins[1, place] += 1.0 - chance
        bins[2, place] += chance * (1.0 - chance)


def _sum(chances: Numbers, places: NDArray[np.intp], bins: Numbers) -> None:
    for row, each in enumerate((chances, 1.0 - chances, chances * (1.0 - chances))):
        bins[row] = np.bincount(places, weights=each, minlength=bins.shape[1])
