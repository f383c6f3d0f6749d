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
    CALIBRATION_BINS,
    COUNTS,
    GOOD,
    PAIRS,
    SCORED,
    TOPS,
    tally_classes,
    tally_numbers,
)
from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
Margins = NDArray[np.int32]

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
        Shape ``(c,)``, one array for all of it: rows by
        `detectors.performance.judged_rows.Problem`, then rows that were judged, those of them with
        a score, and those with the score of one class alone; then `calibration` and `pairs`.
    sums
        Shape ``(14,)``, by `ClassSum` or `NumberSum`.
    classes
        So many classes have a place among the pairs.
    margins
        Shape ``(m, 3)``: rows that were true and predicted, true, and predicted, of all others
        together, and of each class beyond those whose pairs are counted; empty without any.
    untold
        Rows of classes that have no number, true and predicted, of which an earlier release did not
        count whether these are one: it takes them for right.
    scores
        Those of the positive class.
    lists
        Those of all classes, where there are more than two; None without any.
    rates
        The sums of those that the user names.
    begin, end
        The earliest and the latest time of its predictions, milliseconds since the epoch.
    """

    __slots__ = (
        *("_most_listed", "begin", "classes", "counts", "end", "lists", "margins", "rates"),
        *("scores", "sums", "untold"),
    )

    def __init__(self, most_scores: int, most_listed: int = 0, rates: Sequence[Rate] = ()) -> None:
        self.classes = _FEWEST
        self.counts: Integers = np.zeros(PAIRS + _FEWEST**2, dtype=np.int64)
        self.sums: Numbers = np.zeros(_SUMS)
        self.margins: Margins = _NO_MARGINS
        self.untold = 0
        self.scores = ScoreKeeper(most_scores)
        self._most_listed = most_listed
        self.lists: ListScores | None = None
        self.rates = RateSums(rates) if rates else None
        self.begin = self.end = -1

    @property
    def calibration(self) -> Integers:
        """Rows, and rows that were right, by their confidence; shape ``(2, 10)``."""
        return self.counts[COUNTS:PAIRS].reshape(2, CALIBRATION_BINS)

    @property
    def pairs(self) -> Integers:
        """Rows by label and prediction, by the numbers of the classes; shape ``(k, k)``."""
        return self.counts[PAIRS:].reshape(self.classes, self.classes)

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
        arrays = self.counts, self.sums, self.margins, self.scores
        others = (each.nbytes for each in (self.lists, self.rates) if each is not None)
        return sum(each.nbytes for each in arrays) + sum(others)

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
        if not 0 <= number < self.classes:
            return False
        pairs = self.pairs
        return bool(pairs[number].any() or pairs[:, number].any())

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
            if self.lists is None:
                self.lists = ListScores(self._most_listed)
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
        pairs = self.counts[PAIRS:]
        places = np.flatnonzero(pairs)
        return {
            "counts": self.counts[:COUNTS],
            "sums": self.sums,
            "classes": self.classes,
            "places": places.astype(np.int32),
            "pairs": pairs[places],
            **self._margins_state(),
            "calibration": self.calibration.astype(np.int32),
            "scores": self.scores.state(),
            "lists": self.lists.state() if self.lists is not None and self.lists.rows else None,
            "span": [self.begin, self.end],
            **({} if self.rates is None else {"rates": self.rates.state()}),
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self.classes = state["classes"]
        self.counts = np.zeros(PAIRS + self.classes**2, dtype=np.int64)
        self.counts[:COUNTS] = state["counts"]
        self.calibration[:] = state["calibration"]
        self.counts[PAIRS:][state["places"]] = state["pairs"]
        self.sums = np.array(state["sums"], dtype=np.float64)
        self._restore_margins(state)
        self.scores.restore(state["scores"])
        if state.get("lists") is not None:
            self.lists = ListScores(self._most_listed)
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
                self.classes,
                self.sums,
                self.margins,
                scores,
                needed,
            )
        )

    def _grow(self, classes: int, margins: int) -> None:
        """Have so many places at least."""
        if classes > self.classes:
            pairs, counts = self.pairs, self.counts[:PAIRS]
            self.counts = np.zeros(PAIRS + classes**2, dtype=np.int64)
            self.counts[:PAIRS] = counts
            self.classes = classes
            self.pairs[: len(pairs), : len(pairs)] = pairs
        if margins > len(self.margins):
            more = np.zeros((margins, 3), dtype=np.int32)
            more[: len(self.margins)] = self.margins
            self.margins = more

    def _margins_state(self) -> State:
        if not len(self.margins):
            return {}
        places = np.flatnonzero(self.margins.any(axis=1))
        return {
            "beyond": places.astype(np.int16),
            "margins": self.margins[places],
            "untold": self.untold,
        }

    def _restore_margins(self, state: State) -> None:
        places = state.get("beyond", ())
        if len(places):
            self.margins = np.zeros((int(max(places)) + 1, 3), dtype=np.int32)
            self.margins[places] = state["margins"]
            self.untold = state.get("untold", int(self.margins[0, 0]))
            return
        pairs = self.pairs
        if pairs[OTHERS].any() or pairs[:, OTHERS].any():
            # Releases before counted all classes beyond those with pairs as one.
            both, true, said = pairs[OTHERS, OTHERS], pairs[OTHERS], pairs[:, OTHERS]
            self.margins = np.array([[both, true.sum(), said.sum()]], dtype=np.int32)
            self.untold = int(both)
