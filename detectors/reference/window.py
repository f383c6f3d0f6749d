"""A reference as it was before a change."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceWindow:
    """A reference as it was before a change.

    Attributes
    ----------
    count, mean, squares
        Number and mean of its values, and the sum of their squared deviations.
    counts
        Values in each bin, shape ``(m,)``.
    edges
        Edges of all bins, shape ``(m + 1,)``; None for categories.
    category_counts
        Values of each category number; empty for numbers.
    """

    count: int
    mean: float
    squares: float
    counts: NDArray[np.int64]
    edges: Numbers | None
    category_counts: NDArray[np.int64]

    @property
    def std(self) -> float | None:
        """Sample standard deviation; None below two values."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else None

    def quantile(self, level: float) -> float:
        """Return a quantile, interpolated within its bin; the reference must hold numbers."""
        if self.edges is None:
            raise TypeError("categories have no quantiles")
        cumulative = np.concatenate([[0], np.cumsum(self.counts)])
        position = level * cumulative[-1]
        at = min(int(np.searchsorted(cumulative, position, side="right")), len(self.counts)) - 1
        share = (position - cumulative[at]) / max(self.counts[at], 1)
        # The bin above the largest float64 ends at infinity.
        low, high = (float(edge) for edge in np.nan_to_num(self.edges[at : at + 2]))
        # Weights, not a difference of the edges, which may lie beyond float64.
        return float(min(max(low * (1.0 - share) + high * share, low), high))
