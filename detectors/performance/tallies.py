"""Sums over the labelled rows of windows: whatever metrics are made of, by window."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance.class_table import MOST_PAIRED, OTHERS
from detectors.performance.judged_rows import ClassRows, JudgedRows, NumberRows, Problem
from detectors.performance.list_scores import ListScores
from detectors.performance.rate import Rate, RateSums
from detectors.performance.score_keeper import ScoreKeeper
from detectors.performance.tally_kernels import (
    COUNTS,
    GOOD,
    SCORED,
    TOPS,
    tally_classes,
    tally_numbers,
)
from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
Margins = NDArray[np.int32]

CALIBRATION_BINS: Final = 10
"""Of equal width, of the probability of the class that was predicted."""

_FEWEST: Final = 2


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
_NO_MARGINS: Final = np.zeros((0, 3), dtype=np.int32)


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
    margins
        Shape ``(m, 3)``: rows that were true and predicted, true, and predicted, of all others
        together, and of each class beyond those whose pairs are counted; empty without any.
    calibration
        Shape ``(2, 10)``: rows, and rows that were right, by their confidence.
    scores
        Those of the positive class.
    lists
        Those of all classes, where there are more than two.
    rates
        The sums of those that the user names.
    begin, end
        The earliest and the latest time of its predictions, milliseconds since the epoch.
    """

    __slots__ = (
        *("begin", "calibration", "counts", "end", "lists", "margins", "pairs", "rates"),
        *("scores", "sums"),
    )

    def __init__(self, most_scores: int, most_listed: int = 0, rates: Sequence[Rate] = ()) -> None:
        self.counts: Integers = np.zeros(COUNTS, dtype=np.int64)
        self.sums: Numbers = np.zeros(_SUMS)
        self.pairs: Integers = np.zeros((_FEWEST, _FEWEST), dtype=np.int64)
        self.margins: Margins = _NO_MARGINS
        self.calibration: Integers = np.zeros((2, CALIBRATION_BINS), dtype=np.int64)
        self.scores = ScoreKeeper(most_scores)
        self.lists = ListScores(most_listed)
        self.rates = RateSums(rates) if rates else None
        self.begin = self.end = -1

    @property
    def rows(self) -> int:
        """Labelled rows, usable or not."""
        return self.good + int(self.counts[1 : Problem.SCORE_OUT_OF_RANGE].sum())

    @property
    def good(self) -> int:
        """Rows that were judged."""
        return int(self.counts[GOOD])

    @property
    def scored(self) -> int:
        """Rows that were judged and have the probability of the class that was true."""
        return int(self.counts[SCORED])

    @property
    def tops(self) -> int:
        """Rows with the score of one class alone."""
        return int(self.counts[TOPS])

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        arrays = self.counts, self.sums, self.pairs, self.margins, self.calibration
        rates = 0 if self.rates is None else self.rates.nbytes
        return sum(each.nbytes for each in arrays) + self.scores.nbytes + self.lists.nbytes + rates

    def unusable(self) -> dict[str, int]:
        """Return the rows, or scores of rows, that could not be judged, by the reason."""
        own = {
            problem.name.lower(): int(self.counts[problem])
            for problem in Problem
            if problem is not Problem.NONE and self.counts[problem]
        }
        return own if self.rates is None else own | self.rates.unusable()

    def has(self, number: int) -> bool:
        """Tell whether a class was predicted or true."""
        if number > MOST_PAIRED:
            place = number - MOST_PAIRED
            return place < len(self.margins) and bool(self.margins[place].any())
        if not 0 <= number < len(self.pairs):
            return False
        return bool(self.pairs[number].any() or self.pairs[:, number].any())

    def add(
        self, rows: JudgedRows, which: Integers, times: Integers, *, positive: int, quantile: float
    ) -> None:
        """Add rows.

        Parameters
        ----------
        rows, times
            All rows of a batch, and the times of their predictions.
        which
            Shape ``(n,)``, at least one: the numbers of those to add, ascending.
        positive
            The number of the class that is looked for; below 0 where it has none.
        quantile
            That which a regression predicts.
        """
        added = times[which]
        first, last = int(added.min()), int(added.max())
        self.begin = first if self.begin < 0 else min(self.begin, first)
        self.end = max(self.end, last)
        if isinstance(rows, NumberRows):
            tally_numbers(
                which, rows.problems, rows.said, rows.true, quantile, self.counts, self.sums
            )
            return
        if rows.lists is not None:
            self.lists.add(rows.lists.take(which))
        scores = np.empty(len(which))
        needed = np.zeros(2, dtype=np.int64)
        known = self._add_classes(rows, which, positive, scores, needed)
        if known < 0:
            self._grow(*needed.tolist())
            known = self._add_classes(rows, which, positive, scores, needed)
        if known:
            self.scores.add(scores[:known])

    def state(self) -> State:
        """Return the whole state."""
        places = np.flatnonzero(self.pairs)
        return {
            "counts": self.counts,
            "sums": self.sums,
            "classes": len(self.pairs),
            "places": places.astype(np.int32),
            "pairs": self.pairs.reshape(-1)[places],
            **self._margins_state(),
            "calibration": self.calibration.astype(np.int32),
            "scores": self.scores.state(),
            "lists": self.lists.state() if self.lists.rows else None,
            "span": [self.begin, self.end],
            **({} if self.rates is None else {"rates": self.rates.state()}),
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self.counts = np.array(state["counts"], dtype=np.int64)
        self.sums = np.array(state["sums"], dtype=np.float64)
        classes = state["classes"]
        self.pairs = np.zeros((classes, classes), dtype=np.int64)
        self.pairs.reshape(-1)[state["places"]] = state["pairs"]
        self._restore_margins(state)
        self.calibration = np.array(state["calibration"], dtype=np.int64)
        self.scores.restore(state["scores"])
        if state.get("lists") is not None:
            self.lists.restore(state["lists"])
        self.begin, self.end = state["span"]
        if self.rates is not None:
            self.rates.restore(state.get("rates", {}))

    def _add_classes(
        self,
        rows: ClassRows,
        which: Integers,
        positive: int,
        scores: Numbers,
        needed: Integers,
    ) -> int:
        return int(
            tally_classes(
                which,
                *rows[:-1],
                positive,
                self.counts,
                self.sums,
                self.pairs,
                self.margins,
                self.calibration,
                scores,
                needed,
            )
        )

    def _grow(self, classes: int, margins: int) -> None:
        """Have so many places at least."""
        if classes > len(self.pairs):
            grown = np.zeros((classes, classes), dtype=np.int64)
            grown[: len(self.pairs), : len(self.pairs)] = self.pairs
            self.pairs = grown
        if margins > len(self.margins):
            more = np.zeros((margins, 3), dtype=np.int32)
            more[: len(self.margins)] = self.margins
            self.margins = more

    def _margins_state(self) -> State:
        if not len(self.margins):
            return {}
        places = np.flatnonzero(self.margins.any(axis=1))
        return {"beyond": places.astype(np.int16), "margins": self.margins[places]}

    def _restore_margins(self, state: State) -> None:
        places = state.get("beyond", ())
        if len(places):
            self.margins = np.zeros((int(max(places)) + 1, 3), dtype=np.int32)
            self.margins[places] = state["margins"]
        elif self.pairs[OTHERS].any() or self.pairs[:, OTHERS].any():
            # Releases before counted all classes beyond those with pairs as one.
            both, true, said = self.pairs[OTHERS, OTHERS], self.pairs[OTHERS], self.pairs[:, OTHERS]
            self.margins = np.array([[both, true.sum(), said.sum()]], dtype=np.int32)
