"""Rows of two versions that have one label: pairs, whose differences are compared.

What a request is easy or hard for is the same for both, and cancels out. Of rows that are right or
wrong the pairs in which one version is right and the other is not are all that counts, as in
McNemar's test.

References
----------
Q. McNemar, Note on the sampling error of the difference between correlated proportions or
percentages, Psychometrika 12 (1947).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.matched import FEWEST, FEWEST_OF_A_KIND, Contrast
from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]


_GROWS_FROM: Final = 1.0
"""Added to the squares of differences: of few that are not 0 the variance is easily too small."""


class PairedArms:
    """Sums of the differences of pairs: what the candidate's row gives less the baseline's.

    Attributes
    ----------
    pairs, apart
        How many, and in how many of them the two differ.
    """

    def __init__(self) -> None:
        self.pairs = 0
        self.apart = 0
        self._sum = 0.0
        self._squares = 0.0

    def add(self, baseline: Numbers, candidate: Numbers) -> None:
        """Add pairs, of shape ``(n,)`` each; those of which one gives nothing are left out."""
        with np.errstate(over="ignore", invalid="ignore"):
            differences = candidate - baseline
            differences = differences[np.isfinite(differences)]
            self.pairs += len(differences)
            self.apart += int(np.count_nonzero(differences))
            self._sum += float(differences.sum())
            self._squares += float((differences * differences).sum())

    def contrast(self) -> Contrast | None:
        """Return the mean difference; None where too little is known of it."""
        if self.pairs < FEWEST or self.apart < FEWEST_OF_A_KIND:
            return None
        mean = self._sum / self.pairs
        scale = self._squares / self.apart
        squares = self._squares + _GROWS_FROM * scale
        variance = squares / self.pairs - mean * mean
        if not (np.isfinite(mean) and np.isfinite(variance) and variance > 0.0):
            return None
        return Contrast(mean, self.pairs / variance, self.pairs)

    def state(self) -> State:
        """Return the whole state."""
        return {
            "pairs": self.pairs,
            "apart": self.apart,
            "sum": self._sum,
            "squares": self._squares,
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self.pairs, self.apart = state["pairs"], state["apart"]
        self._sum, self._squares = state["sum"], state["squares"]
