"""Scores of one window: themselves while they are few, in bins from then on."""

from typing import Any, Final

import numpy as np

from detectors.performance.ranking import BINS, Counts, Numbers, at_scores, count_in_bins

_BOTH: Final = 2


class ScoreKeeper:
    """Probabilities of the positive class, of rows of which it is the label and of the others.

    What it holds depends on the rows alone, not on how they were cut.

    Parameters
    ----------
    most
        Scores that are kept as they are; 8 bytes each. Of more, counts in bins of which there are
        128 for each of the two: 1 kB.
    """

    __slots__ = ("_bins", "_most", "_scores")

    def __init__(self, most: int) -> None:
        self._most = most
        self._scores: Numbers = np.empty(0)
        self._bins: Counts | None = None

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
            signed, self._scores = self._scores, np.empty(0)
            self._bins = np.zeros((_BOTH, BINS), dtype=np.int64)
        count_in_bins(signed, self._bins)

    def counts(self) -> tuple[Counts, Counts]:
        """Return how many positives and negatives there are at each score, or in each bin."""
        if self._bins is not None:
            return self._bins[0], self._bins[1]
        is_negative = np.signbit(self._scores)
        return at_scores(self._scores[~is_negative], -self._scores[is_negative])

    def state(self) -> Any:
        """Return the whole state."""
        return self._scores if self._bins is None else self._bins.astype(np.int32)

    def restore(self, state: Any) -> None:
        """Restore a state."""
        if state.ndim == 1:
            self._scores, self._bins = np.array(state, dtype=np.float64), None
        else:
            self._scores, self._bins = np.empty(0), np.array(state, dtype=np.int64)
