"""Scores of one window: themselves while they are few, in bins from then on."""

from typing import Any, Final

import numpy as np

from detectors.performance.ranking import (
    BINS,
    AnyCounts,
    Counts,
    Numbers,
    at_scores,
    count_in_bins,
)

WIDTHS: Final = (np.uint16, np.int32, np.int64)
"""Types of the counts in bins: each is taken once one of the counts is beyond the one before."""

_BOTH: Final = 2
_NO_SCORES: Final[Numbers] = np.empty(0)
"""Shared by all windows without scores that are kept as they are."""


class ScoreKeeper:
    """Probabilities of the positive class, of rows of which it is the label and of the others.

    What it holds depends on the rows alone, not on how they were cut.

    Parameters
    ----------
    most
        Scores that are kept as they are; 8 bytes each. Of more, counts in bins of which there are
        128 for each of the two: half a kilobyte, and 1 kB once a bin has more than 65,535.
    """

    __slots__ = ("_bins", "_most", "_scores")

    def __init__(self, most: int) -> None:
        self._most = most
        self._scores: Numbers = _NO_SCORES
        self._bins: AnyCounts | None = None

    @property
    def is_exact(self) -> bool:
        """Whether all scores are kept as they are."""
        return self._bins is None

    @property
    def nbytes(self) -> int:
        """Bytes that the scores, or their bins, take."""
        return self._scores.nbytes + (0 if self._bins is None else self._bins.nbytes)

    def add(self, signed: Numbers) -> None:
        """Add rows.

        Parameters
        ----------
        signed
            Shape ``(n,)``: probabilities, negative ones, -0 included, where the label is of another
            class.
        """
        if self._bins is None:
            self._scores = np.concatenate([self._scores, signed])
            if len(self._scores) <= self._most:
                return
            signed, self._scores = self._scores, _NO_SCORES
            self._bins = np.zeros((_BOTH, BINS), dtype=WIDTHS[0])
        begin = 0
        while True:
            begin = count_in_bins(signed, begin, self._bins, np.iinfo(self._bins.dtype).max)
            if begin < 0:
                return
            self._bins = self._bins.astype(_next_width(self._bins))

    def counts(self) -> tuple[Counts, Counts]:
        """Return how many positives and negatives there are at each score, or in each bin."""
        if self._bins is not None:
            bins = self._bins.astype(np.int64)
            return bins[0], bins[1]
        is_negative = np.signbit(self._scores)
        return at_scores(self._scores[~is_negative], -self._scores[is_negative])

    def state(self) -> Any:
        """Return the whole state."""
        if self._bins is None:
            return self._scores
        # Of the widths that the releases before wrote.
        return self._bins if self._bins.dtype == np.int64 else self._bins.astype(np.int32)

    def restore(self, state: Any) -> None:
        """Restore a state."""
        if state.ndim == 1:
            self._scores, self._bins = np.array(state, dtype=np.float64), None
            return
        most = int(state.max())
        width = next(each for each in WIDTHS if most <= np.iinfo(each).max)
        self._scores, self._bins = _NO_SCORES, np.array(state, dtype=width)


def _next_width(bins: AnyCounts) -> type[np.integer[Any]]:
    return WIDTHS[WIDTHS.index(bins.dtype.type) + 1]
