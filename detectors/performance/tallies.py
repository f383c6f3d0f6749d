"""Sums over the labelled rows of windows: whatever metrics are made of, by window."""

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance.judged_rows import ClassRows, NumberRows, Problem
from detectors.performance.score_keeper import ScoreKeeper
from detectors.performance.tally_kernels import sum_classes, sum_numbers
from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

CALIBRATION_BINS: Final = 10
"""Of equal width, of the probability of the class that was predicted."""

_FEWEST: Final = 2
_GOOD: Final = len(Problem)
_SCORED: Final = _GOOD + 1
_TOPS: Final = _GOOD + 2
_COUNTS: Final = _GOOD + 3
# Members of an enumeration are slow to come by.
_NONE: Final = int(Problem.NONE)
_BAD_SCORE: Final = int(Problem.SCORE_OUT_OF_RANGE)


class ClassSum(IntEnum):
    """Sums over the rows of a classification, of values and of their squares."""

    LOG_LOSS = 0
    LOG_LOSS_SQUARES = 1
    BRIER = 2
    BRIER_SQUARES = 3
    CONFIDENCE = 4
    """The first of those of the bins of calibration."""


class NumberSum(IntEnum):
    """Sums over the rows of a regression, of values and of their squares."""

    ERROR = 0
    ERROR_SQUARES = 1
    ABSOLUTE = 2
    FOURTHS = 3
    """Of errors to the power of four."""

    RELATIVE = 4
    RELATIVE_SQUARES = 5
    QUANTILE = 6
    QUANTILE_SQUARES = 7
    SAID = 8
    LABEL = 9
    """Of the distances of labels to the first one."""

    LABEL_SQUARES = 10
    FIRST_LABEL = 11
    SAID_SQUARES = 12


_SUMS: Final = 14


class Tally:
    """What is known of one window.

    Attributes
    ----------
    counts
        Shape ``(c,)``: rows by `detectors.performance.judged_rows.Problem`, then rows that were
        judged, those of them with a score, and those with the score of one class alone.
    sums
        Shape ``(14,)``, by `ClassSum` or `NumberSum`.
    pairs
        Shape ``(k, k)``: rows by label and prediction, by the numbers of the classes.
    calibration
        Shape ``(2, 10)``: rows, and rows that were right, by their confidence.
    scores
        Those of the positive class.
    begin, end
        The earliest and the latest time of its predictions, milliseconds since the epoch.
    """

    __slots__ = ("begin", "calibration", "counts", "end", "pairs", "scores", "sums")

    def __init__(self, most_scores: int) -> None:
        self.counts: Integers = np.zeros(_COUNTS, dtype=np.int64)
        self.sums: Numbers = np.zeros(_SUMS)
        self.pairs: Integers = np.zeros((_FEWEST, _FEWEST), dtype=np.int64)
        self.calibration: Integers = np.zeros((2, CALIBRATION_BINS), dtype=np.int64)
        self.scores = ScoreKeeper(most_scores)
        self.begin = self.end = -1

    @property
    def rows(self) -> int:
        """Labelled rows, usable or not."""
        return self.good + int(self.counts[1 : Problem.SCORE_OUT_OF_RANGE].sum())

    @property
    def good(self) -> int:
        """Rows that were judged."""
        return int(self.counts[_GOOD])

    @property
    def scored(self) -> int:
        """Rows that were judged and have the probability of the class that was true."""
        return int(self.counts[_SCORED])

    @property
    def tops(self) -> int:
        """Rows with the score of one class alone."""
        return int(self.counts[_TOPS])

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        arrays = self.counts, self.sums, self.pairs, self.calibration
        return sum(each.nbytes for each in arrays) + self.scores.nbytes

    def unusable(self) -> dict[str, int]:
        """Return the rows, or scores of rows, that could not be judged, by the reason."""
        return {
            problem.name.lower(): int(self.counts[problem])
            for problem in Problem
            if problem is not Problem.NONE and self.counts[problem]
        }

    def span(self, times: Integers) -> None:
        """Take the times of the predictions of further rows."""
        first, last = int(times.min()), int(times.max())
        self.begin = first if self.begin < 0 else min(self.begin, first)
        self.end = max(self.end, last)

    def has(self, number: int) -> bool:
        """Tell whether a class was predicted or true."""
        if not 0 <= number < len(self.pairs):
            return False
        return bool(self.pairs[number].any() or self.pairs[:, number].any())

    def add_classes(self, rows: ClassRows, positive: int) -> None:
        """Add rows of a classification.

        Parameters
        ----------
        rows
            The rows.
        positive
            The number of the class that is looked for; below 0 where it has none.
        """
        good = self._count(rows.problems)
        count = 1 + max(_largest(rows.said, good), _largest(rows.true, good), len(self.pairs) - 1)
        if count > len(self.pairs):
            grown = np.zeros((count, count), dtype=np.int64)
            grown[: len(self.pairs), : len(self.pairs)] = self.pairs
            self.pairs = grown
        sum_classes(
            good,
            rows.said,
            rows.true,
            rows.likelihood,
            rows.squares,
            rows.confidence,
            rows.is_top,
            self.counts[_SCORED:],
            self.sums,
            self.pairs,
            self.calibration,
        )
        known = good & ~np.isnan(rows.positive)
        if known.any():
            self.scores.add(rows.positive[known], rows.true[known] == positive)

    def add_numbers(self, rows: NumberRows, quantile: float) -> None:
        """Add rows of a regression.

        Parameters
        ----------
        rows
            The rows.
        quantile
            That which is predicted.
        """
        is_first = self.good == 0
        good = self._count(rows.problems)
        if is_first and good.any():
            self.sums[NumberSum.FIRST_LABEL] = rows.true[np.argmax(good)]
        sum_numbers(good, rows.said, rows.true, quantile, self.sums)

    def state(self) -> State:
        """Return the whole state."""
        places = np.flatnonzero(self.pairs)
        return {
            "counts": self.counts,
            "sums": self.sums,
            "classes": len(self.pairs),
            "places": places.astype(np.int32),
            "pairs": self.pairs.reshape(-1)[places],
            "calibration": self.calibration.astype(np.int32),
            "scores": self.scores.state(),
            "span": [self.begin, self.end],
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self.counts = np.array(state["counts"], dtype=np.int64)
        self.sums = np.array(state["sums"], dtype=np.float64)
        classes = state["classes"]
        self.pairs = np.zeros((classes, classes), dtype=np.int64)
        self.pairs.reshape(-1)[state["places"]] = state["pairs"]
        self.calibration = np.array(state["calibration"], dtype=np.int64)
        self.scores.restore(state["scores"])
        self.begin, self.end = state["span"]

    def _count(self, problems: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Count rows by what is wrong with them; return those that can be judged."""
        self.counts[:_GOOD] += np.bincount(problems, minlength=_GOOD)
        good: NDArray[np.bool_] = (problems == _NONE) | (problems == _BAD_SCORE)
        self.counts[_GOOD] += np.count_nonzero(good)
        return good


def _largest(codes: Integers, good: NDArray[np.bool_]) -> int:
    """Return the largest number of rows that can be judged."""
    return int(codes.max(initial=0, where=good))
