"""Probabilities of all classes of the rows of one window, and how well they tell these apart."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.performance.judged_rows import ListRows
from detectors.performance.ranking import Counts, at_scores
from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_NUMBERS: Final = 10_000
"""Probabilities of a window that are kept, 8 bytes each: those of 1,000 rows of ten classes."""

_NO_SCORES: Final[Numbers] = np.empty(0)
_NO_CLASSES: Final[Integers] = np.empty(0, dtype=np.int64)
"""Shared by all windows without lists."""


class OneAgainstRest(NamedTuple):
    """One class that was true, against all others.

    Attributes
    ----------
    positives, negatives
        As of `detectors.performance.ranking.roc_auc`: rows of the class and of others by its score.
    """

    positives: Counts
    negatives: Counts

    @property
    def rows(self) -> int:
        """Rows of the class."""
        return int(self.positives.sum())


class ListScores:
    """Lists of probabilities of one window, and which class was true; of more than two classes.

    What it holds depends on the rows alone, not on how they were cut.

    Parameters
    ----------
    most
        Probabilities that are kept, over all classes; once there are more, none are.

    Attributes
    ----------
    rows
        How many lists there were.
    is_whole
        Whether all of them are kept.
    """

    __slots__ = ("_lengths", "_most", "_scores", "_true", "is_whole", "rows")

    def __init__(self, most: int) -> None:
        self._most = most
        self.rows = 0
        self.is_whole = True
        self._scores = _NO_SCORES
        self._lengths = self._true = _NO_CLASSES

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return self._scores.nbytes + self._lengths.nbytes + self._true.nbytes

    @property
    def is_even(self) -> bool:
        """Whether all lists have the same classes."""
        return len(np.unique(self._lengths)) <= 1

    def add(self, lists: ListRows) -> None:
        """Add rows, those without a list left out."""
        those = lists.lengths > 0
        self.rows += int(np.count_nonzero(those))
        if not self.is_whole:
            return
        scores = lists.scores[those]
        self._scores = np.concatenate([self._scores, scores[~np.isnan(scores)]])
        self._lengths = np.concatenate([self._lengths, lists.lengths[those]])
        self._true = np.concatenate([self._true, lists.true[those]])
        if len(self._scores) > self._most:
            self.is_whole = False
            self._scores, self._lengths, self._true = _NO_SCORES, _NO_CLASSES, _NO_CLASSES

    def classes(self) -> Iterator[OneAgainstRest]:
        """Yield each class that was true; of lists that all have the same classes."""
        scores = self._scores.reshape(len(self._true), -1)
        for number in np.unique(self._true).tolist():
            is_it, own = self._true == number, scores[:, number]
            yield OneAgainstRest(*at_scores(own[is_it], own[~is_it]))

    def state(self) -> State:
        """Return the whole state."""
        return {
            "rows": [self.rows, self.is_whole],
            "scores": self._scores,
            "lengths": self._lengths.astype(np.int32),
            "true": self._true.astype(np.int32),
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self.rows, self.is_whole = state["rows"]
        self._scores = np.array(state["scores"], dtype=np.float64)
        self._lengths = np.array(state["lengths"], dtype=np.int64)
        self._true = np.array(state["true"], dtype=np.int64)
