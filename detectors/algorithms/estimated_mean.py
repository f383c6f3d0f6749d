"""A mean of losses within [0, 1] that is known by a sample: what it may be, and how surely.

For each mean m that there may be, and each odds ratio c, the product of

    e(x) = (1 + x (c - 1)) / (1 + m (c - 1))

over the sample has a mean of at most 1 if the true mean is at least m and c is below 1, or at most
m and c is above 1, whatever the distribution of the losses. So the mean of these products over
several c is an e-value against "at least m", or "at most m". All that has to be kept of a sample is
its size and the sums of log(1 + x (c - 1)).

References
----------
Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", Journal of the
Royal Statistical Society B 86, 2024.
"""

from math import log
from typing import Final, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.algorithms.mean_threshold import ODDS
from detectors.arrays.column import Numbers, as_column
from detectors.snapshots.tree import State

BETS: Final = len(ODDS)
RATIOS: Final[Numbers] = np.array([*(1.0 / each for each in ODDS), *ODDS])
_CERTAIN: Final = 1e-9
"""Distance from 0 and 1 at which a mean is no other."""

_HALVINGS: Final = 60


class EstimatedMean:
    """The mean of losses; the whole state is its own.

    Attributes
    ----------
    count
        Losses so far.

    Examples
    --------
    >>> known = EstimatedMean()
    >>> known.add(np.tile([0.0] * 19 + [1.0], 50))
    >>> known.count, round(known.mean, 3)
    (1000, 0.05)
    >>> [round(each, 3) for each in known.interval(0.05)]
    [0.031, 0.075]
    """

    def __init__(self) -> None:
        self.count = 0
        self._total = 0.0
        self._sums: Numbers = np.zeros(2 * BETS)

    @property
    def mean(self) -> float:
        """Of the sample, of at least one loss."""
        return self._total / self.count

    def add(self, losses: Numbers) -> None:
        """Add losses, shape ``(n,)``, each within [0, 1]."""
        self.count += len(losses)
        self._total = _add(as_column(losses), self._total, RATIOS, self._sums)

    def against_at_least(self, mean: float) -> float:
        """Return the logarithm of the e-value against a true mean of at least ``mean``."""
        return self._against(mean, slice(None, BETS))

    def against_at_most(self, mean: float) -> float:
        """Return the logarithm of the e-value against a true mean of at most ``mean``."""
        return self._against(mean, slice(BETS, None))

    def highest(self, wealth: float) -> float:
        """Return the least mean that has an e-value of ``exp(wealth)`` against it, 1 for none."""
        low, high = min(self.mean, 1.0 - _CERTAIN), 1.0 - _CERTAIN
        if self.against_at_least(high) < wealth:
            return 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            if self.against_at_least(middle) < wealth:
                low = middle
            else:
                high = middle
        return high

    def lowest(self, wealth: float) -> float:
        """Return the largest mean that has an e-value of ``exp(wealth)`` against it, 0 for none."""
        low, high = _CERTAIN, max(self.mean, _CERTAIN)
        if self.against_at_most(low) < wealth:
            return 0.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            if self.against_at_most(middle) < wealth:
                high = middle
            else:
                low = middle
        return low

    def interval(self, level: float) -> tuple[float, float]:
        """Return within what the true mean lies, but for a share ``level`` of all samples."""
        wealth = log(2.0 / level)
        return self.lowest(wealth), self.highest(wealth)

    def state(self) -> State:
        """Return the whole state."""
        return {"count": self.count, "total": self._total, "sums": self._sums.copy()}

    @classmethod
    def of(cls, state: State) -> Self:
        """Return what has a state."""
        known = cls()
        known.count, known._total = state["count"], state["total"]
        known._sums[:] = state["sums"]
        return known

    def _against(self, mean: float, bets: slice) -> float:
        logarithms = self._sums[bets] - self.count * np.log1p(mean * (RATIOS[bets] - 1.0))
        return float(np.logaddexp.reduce(logarithms)) - log(BETS)


@njit(cache=True, nogil=True)
def _add(losses: Numbers, total: float, ratios: Numbers, sums: NDArray[np.float64]) -> float:
    """Add to the sums one loss after the other: where rows were cut must not show."""
    for loss in losses:
        total += loss
        for k in range(len(ratios)):
            sums[k] += np.log1p(loss * (ratios[k] - 1.0))
    return total
