"""Bins of a reference: where a value stands among those before it."""

from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers, as_column
from detectors.snapshots.tree import State

Bins = NDArray[np.int64]

OUTER: Final = 4
"""Bins of what lies at the ends of a sample, or beyond."""

_FEW: Final = 32
"""Bins below which they come on top, so that what lies between is told apart as before."""

_FAR: Final = 0.5
"""Part of a sample's range by which a value lies far beyond it."""


@numba.njit(cache=True, nogil=True)
def count_at_most(edges: Numbers, values: Numbers, counts: Bins) -> None:
    """Write for each value, shape ``(n,)``, how many of the edges, shape ``(m,)``, it reaches.

    The edges rise.
    """
    for i in range(len(values)):
        counts[i] = 0
    left = len(edges)
    if left == 0:
        return
    # A search that halves, of all values at once: each step is the same for all of them, and has no
    # branch. Of one value after the other every second step is predicted wrongly.
    while left > 1:
        half = left >> 1
        for i in range(len(values)):
            counts[i] += half * np.int64(edges[counts[i] + half - 1] <= values[i])
        left -= half
    for i in range(len(values)):
        counts[i] += np.int64(edges[counts[i]] <= values[i])


class NumberBins:
    """Bins of numbers: quantiles of a sample, and a bin of its own for each frequent value.

    The lowest value and what is below it have a bin, the highest and what is above likewise, and so
    has what lies far beyond them: where values come to lie that a sample did not have, and how many
    of them, is what rare outliers are told by.

    A value that makes up at least 1/bins of the sample (a constant, a count, a rounded number) is
    an atom: with quantile edges alone it would share a bin with its neighbours, and a column that
    was constant could move without being seen.

    Parameters
    ----------
    edges
        Increasing, shape ``(m,)``: bin ``i`` holds the values in ``[edges[i-1], edges[i])``.
    """

    def __init__(self, edges: Numbers) -> None:
        self.edges = edges

    @classmethod
    def of_sample(cls, sample: Numbers, bins: int) -> "NumberBins":
        """Choose the edges by a sample of shape ``(n,)``, ``n >= 1``.

        Examples
        --------
        >>> NumberBins.of_sample(np.full(10, 3.0), 4).of(np.array([2.0, 3.0, 4.0])).tolist()
        [0, 1, 2]
        """
        values, counts = np.unique(sample, return_counts=True)
        frequent = counts * bins >= len(sample)
        frequent &= counts > 1
        atoms = values[frequent]
        rest = np.repeat(values[~frequent], counts[~frequent])
        quantiles = np.empty(0)
        if len(rest):
            inner = bins - OUTER if bins >= _FEW else bins
            share = max(1, round(inner * len(rest) / len(sample)))
            levels = np.arange(1, share) / share
            # They are in order already: quantiles of the kind that NumPy calls "higher".
            quantiles = rest[np.ceil((len(rest) - 1) * levels).astype(np.int64)]
        lowest, highest = values[0], values[-1]
        with np.errstate(over="ignore"):  # beyond the largest number there is infinity
            far = (highest - lowest) * _FAR
            outer = [lowest - far, np.nextafter(lowest, np.inf), highest, highest + far]
            edges = np.concatenate([atoms, np.nextafter(atoms, np.inf), quantiles, outer])
        return cls(np.unique(edges))

    @property
    def size(self) -> int:
        """How many bins there are."""
        return len(self.edges) + 1

    def of(self, values: Numbers) -> Bins:
        """Return the bin of each value, shape ``(n,)``."""
        bins = np.empty(len(values), dtype=np.int64)
        count_at_most(self.edges, as_column(values), bins)
        return bins

    def state(self) -> State:
        """Return what `restored` takes."""
        return {"edges": self.edges.copy()}

    @classmethod
    def restored(cls, state: State) -> "NumberBins":
        """Return the bins that a state describes."""
        return cls(state["edges"].copy())
