"""Calibration of scores: what share of the predictions with a score is of the positive class.

References
----------
R. E. Barlow and others, Statistical Inference under Order Restrictions, 1972.
"""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.performance.stray_scores import STRAYS
from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

KEPT: Final = 1000
"""Labelled rows by which scores are calibrated, the latest ones; 8 bytes each."""

APART: Final = 250
"""Labelled rows from one calibration to the next, and before the first."""


class Calibration:
    """Share of positives by score: the best fit to the latest labelled rows that never falls.

    It is fitted anew after every 250 labelled rows, so that it does not depend on how they were
    cut. Between the scores that were seen it is linear, and constant beyond them.

    Attributes
    ----------
    rows
        Labelled rows so far.
    strays
        Labelled rows so far of which the score is no probability; more than one in `STRAYS`, and
        none is.
    """

    def __init__(self) -> None:
        self.rows = self.strays = 0
        # Those of the latest fit, and then the others; the sign tells the classes apart, that of
        # zero too.
        self._kept: Numbers = np.empty(0)
        self._fitted = 0
        self._scores: Numbers = np.empty(0)
        self._shares: Numbers = np.empty(0)

    @property
    def is_ready(self) -> bool:
        """Whether there were rows enough to calibrate by, and scores are probabilities."""
        return len(self._scores) > 0 and STRAYS * self.strays <= self.rows + self.strays

    @property
    def has_learnt(self) -> bool:
        """Whether there is anything to remember."""
        return self.rows > 0 or self.strays > 0

    def add(self, scores: Numbers, is_positive: Mask) -> None:
        """Learn from labelled rows.

        Parameters
        ----------
        scores, is_positive
            Shape ``(n,)``: probabilities of the positive class, and whether it was true.
        """
        signed = np.where(is_positive, scores, -scores)
        due = (self.rows + len(signed)) // APART * APART - self.rows
        if due > 0:
            latest = np.concatenate([self._kept, signed[:due]])[-KEPT:]
            self._fit(latest)
            self._kept, self._fitted = latest, len(latest)
        self._kept = np.concatenate([self._kept, signed[max(due, 0) :]])
        self.rows += len(signed)

    def shares(self, scores: Numbers) -> Numbers:
        """Return the share of positives at some scores, shape ``(n,)``; once it is ready."""
        found: Numbers = np.interp(scores, self._scores, self._shares)
        return found

    def state(self) -> State:
        """Return the whole state."""
        strays = {"strays": self.strays} if self.strays else {}
        return {"rows": self.rows, "fitted": self._fitted, "latest": self._kept.copy(), **strays}

    def restore(self, state: State) -> None:
        """Restore a state."""
        # Releases before counted no strays.
        self.rows, self.strays = state["rows"], state.get("strays", 0)
        self._kept = np.array(state["latest"], dtype=np.float64)
        self._fitted = state["fitted"]
        if self._fitted:
            self._fit(self._kept[: self._fitted])

    def _fit(self, signed: Numbers) -> None:
        scores, places = np.unique(np.abs(signed), return_inverse=True)
        weights = np.bincount(places.reshape(-1)).astype(np.float64)
        positives = np.bincount(places.reshape(-1), weights=~np.signbit(signed) * 1.0)
        shares = positives / weights
        raise_to_rising(shares, weights)
        # Of scores with one share, which are most, the first and the last say it all.
        inner = (shares[1:-1] == shares[:-2]) & (shares[1:-1] == shares[2:])
        ends = np.concatenate([[True], ~inner, [True]])[: len(shares)]
        self._scores, self._shares = scores[ends], shares[ends]


@njit(cache=True, nogil=True, error_model="numpy")
def raise_to_rising(values: Numbers, weights: Numbers) -> None:
    """Replace values by those that never fall and have the least squared distance to them.

    Parameters
    ----------
    values, weights
        Shape ``(n,)``; the first one is overwritten. Neighbours that fall are pooled, and what that
        makes with those before them.
    """
    count = len(values)
    ends = np.empty(count, dtype=np.int64)
    means = np.empty(count)
    sums = np.empty(count)
    pools = 0
    for place in range(count):
        ends[pools], means[pools], sums[pools] = place + 1, values[place], weights[place]
        while pools > 0 and means[pools - 1] >= means[pools]:
            total = sums[pools - 1] + sums[pools]
            means[pools - 1] = (
                means[pools - 1] * sums[pools - 1] + means[pools] * sums[pools]
            ) / total
            sums[pools - 1] = total
            ends[pools - 1] = ends[pools]
            pools -= 1
        pools += 1
    begin = 0
    for pool in range(pools):
        values[begin : ends[pool]] = means[pool]
        begin = ends[pool]
