"""Metrics of the classes that were predicted and true, from how often each pair of them was."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance import intervals
from detectors.performance.class_table import MOST_PAIRED, OTHERS
from detectors.performance.estimates import estimate, none, share
from schemas.events.model_performance import ClassReport, Estimate, NoValue

MOST_REPORTED: Final = 20
"""Classes of which the figures are told, beside those of the others together."""

AVERAGES: Final = frozenset({"macro", "micro", "weighted"})

_BOTH: Final = 2


class Confusion:
    """Rows by label and prediction, at least one.

    Parameters
    ----------
    pairs
        Shape ``(k, k)``: rows by label and prediction, by the numbers of the classes.
    margins
        As of `detectors.performance.tallies.Tally`; None where the first class is one as others.
    untold
        Likewise.
    """

    def __init__(
        self,
        pairs: NDArray[np.int64],
        margins: NDArray[np.int32] | None = None,
        untold: int = 0,
    ) -> None:
        there = np.flatnonzero(pairs.any(axis=0) | pairs.any(axis=1))
        # Lists: of the few classes that there are, NumPy is slower.
        self._there: list[int] = there.tolist()
        self._pairs: list[list[int]] = pairs[there][:, there].tolist()
        self._true = [sum(row) for row in self._pairs]
        self._said = [sum(column) for column in zip(*self._pairs, strict=True)]
        self._rows = sum(self._true)
        hits = (row[place] for place, row in enumerate(self._pairs))
        # Rows that were true and predicted, true, and predicted, by the number of their class.
        self._of: dict[int, tuple[int, int, int]] = dict(
            zip(self._there, zip(hits, self._true, self._said, strict=True), strict=True)
        )
        self._untold, self._are_many = untold, False
        if margins is not None:
            self._of.pop(OTHERS, None)
            for place, (both, true, said) in enumerate(margins.tolist()):
                if true or said:
                    self._of[place + MOST_PAIRED if place else OTHERS] = both, true, said
            self._are_many = OTHERS in self._of

    @property
    def classes(self) -> int:
        """How many classes were predicted or true."""
        return len(self._of)

    def of_class(self, name: str, number: int) -> Estimate:
        """Return precision, recall, specificity or f1 of one class."""
        hits, true, said = self._counts(number)
        if name == "precision":
            return share(hits, said, NoValue.NONE_PREDICTED)
        if name == "recall":
            return share(hits, true, NoValue.NONE_TRUE)
        if name == "specificity":
            return share(self._rows - said - true + hits, self._rows - true, NoValue.ONE_CLASS)
        if said + true == 0:
            return none(NoValue.NONE_TRUE)
        wrong = said + true - 2 * hits
        return estimate(2 * hits / (said + true), intervals.of_f1(hits, wrong))

    def accuracy(self) -> Estimate:
        """Return the share of rows whose prediction was true.

        Rows of which it is not told count as true; `error` says how many these are.
        """
        hits = sum(hits for hits, _, _ in self._of.values())
        most = share(hits, self._rows, NoValue.NO_ROWS)
        if self._untold == 0 or most.value is None or most.high is None:
            return most
        least = share(hits - self._untold, self._rows, NoValue.NO_ROWS)
        low = 0.0 if least.low is None else least.low
        return estimate(most.value, (low, most.high), error=self._untold / self._rows)

    def balanced_accuracy(self) -> Estimate:
        """Return the mean recall of the classes that were true."""
        if self._are_many:
            return none(NoValue.TOO_MANY_CLASSES)
        some = [(hits / true, true) for hits, true, _ in self._of.values() if true]
        if len(some) < _BOTH:
            return none(NoValue.ONE_CLASS)
        value = sum(recall for recall, _ in some) / len(some)
        spread = sum(recall * (1 - recall) / true for recall, true in some)
        half = intervals.QUANTILE * math.sqrt(spread) / len(some)
        return estimate(value, (max(0.0, value - half), min(1.0, value + half)))

    def averaged(self, base: str, average: str) -> Estimate:
        """Return precision, recall or f1 over all classes; one that is undefined counts as 0."""
        if average == "micro":
            return self.accuracy()
        if self._are_many:
            return none(NoValue.TOO_MANY_CLASSES)
        total = weight = 0.0
        for hits, true, said in self._of.values():
            above = 2 * hits if base == "f1" else hits
            below = {"precision": said, "recall": true, "f1": said + true}[base]
            own = 1 if average == "macro" else true
            total += own * (above / below if below else 0.0)
            weight += own
        return estimate(total / weight)

    def rate(self, number: int, *, of_labels: bool) -> Estimate:
        """Return how often a class was true, or predicted."""
        _, true, said = self._counts(number)
        return share(true if of_labels else said, self._rows, NoValue.NO_ROWS)

    def report(self, names: Sequence[str]) -> tuple[list[ClassReport], list[list[int]]]:
        """Return the classes with the most rows, and the confusion of them.

        Parameters
        ----------
        names
            Of the classes, by their numbers, which begin at 1.
        """
        order = sorted(
            range(len(self._there)), key=lambda place: -(self._true[place] + self._said[place])
        )
        named = [place for place in order if self._there[place] != OTHERS]
        kept, rest = named[:MOST_REPORTED], named[MOST_REPORTED:]
        rest += [place for place in order if self._there[place] == OTHERS]
        groups = [[place] for place in kept] + ([rest] if rest else [])
        titles = [names[self._there[place] - 1] for place in kept] + ["others"] * bool(rest)
        matrix = [
            [sum(self._pairs[one][other] for one in true for other in said) for said in groups]
            for true in groups
        ]
        of, numbers = self, [self._there[place] for place in kept]
        if rest:
            of, numbers = Confusion(np.array(matrix, dtype=np.int64)), [*range(len(groups))]
        reports = [
            ClassReport(
                name=title,
                rows=sum(matrix[place]),
                predicted=sum(row[place] for row in matrix),
                precision=of.of_class("precision", number),
                recall=of.of_class("recall", number),
                specificity=of.of_class("specificity", number),
                f1=of.of_class("f1", number),
            )
            for place, (title, number) in enumerate(zip(titles, numbers, strict=True))
        ]
        return reports, matrix

    def _counts(self, number: int) -> tuple[int, int, int]:
        """Return how often a class was true and predicted, true, and predicted."""
        return self._of.get(number, (0, 0, 0))
