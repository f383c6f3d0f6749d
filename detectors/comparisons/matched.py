"""Rows of two versions, matched by the hour, or part of one, in which predictions were made.

A version that is new has young rows, and of young rows the labels that come early are known: those
of one class often come sooner. So only rows of the same hours are compared, whose labels have had
the same time to come; and rows of an hour in which one version did not serve say nothing. What the
hours have in common cancels out, whatever share of the traffic each version had in them: the
Mantel-Haenszel mean of the hours' differences, and the variance that chance assignment gives it.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.hours import Hours
from detectors.comparisons.rare import Kinds
from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_HOURS: Final = 256
"""Stretches of time that are told apart; beyond them two become one, and each is twice as long."""

FEWEST: Final = 30
"""Rows of each version below which nothing is said: the strong approximation needs some."""

FEWEST_OF_A_KIND: Final = 8
"""Right rows, and wrong ones, of both versions together, where rows are one or the other."""


BORROWED: Final = 100
"""Rows that vary as all of both versions do, added to those of each for its variance."""

BORROWED_OF_A_KIND: Final = 16
"""Likewise where rows are right or wrong: as many rows as have so many of the rarer kind."""

_EXACT: Final = 1e-12
"""Variances over the mean square from which on they are more than rounding."""


class Contrast(NamedTuple):
    """A difference of means: the candidate's less the baseline's.

    Attributes
    ----------
    difference, information
        The mean, and the inverse of its variance.
    rows
        How many it is of.
    """

    difference: float
    information: float
    rows: int


class MatchedArms:
    """Sums of what rows give, by version and by the hour of the prediction.

    Parameters
    ----------
    is_zero_one
        Whether rows give 0 or 1 alone.

    Attributes
    ----------
    counts, sums, squares
        Shape ``(2,)``: rows, what they give less `anchor`, and its squares, of baseline and
        candidate.
    anchor
        What the first row gave: sums of large numbers stay exact.
    """

    def __init__(self, *, is_zero_one: bool = False) -> None:
        self._is_zero_one = is_zero_one
        self.counts = np.zeros(2)
        self.sums = np.zeros(2)
        self.squares = np.zeros(2)
        self.anchor: float | None = None
        self._hours = Hours((4,), MOST_HOURS)
        """Of each hour the rows of both versions, and their sums."""

    def add(self, arm: int, predicted: Integers, values: Numbers) -> None:
        """Add rows of the baseline (0) or of the candidate (1).

        Parameters
        ----------
        arm
            Whose.
        predicted
            Shape ``(n,)``: when their predictions were made, milliseconds since the epoch.
        values
            Shape ``(n,)``: what each gives; finite.
        """
        if not len(values):
            return
        if self.anchor is None:
            self.anchor = float(values[0])
        with np.errstate(over="ignore", invalid="ignore"):
            given = values - self.anchor
            self.counts[arm] += len(given)
            self.sums[arm] += given.sum()
            self.squares[arm] += (given * given).sum()
            at, places = self._hours.at(predicted)
            self._hours.cells[at, arm] += np.bincount(places, minlength=len(at))
            self._hours.cells[at, 2 + arm] += np.bincount(places, given, minlength=len(at))
        self._hours.settle()

    def mean(self, arm: int) -> float | None:
        """Return the mean of a version's rows; None without any, or beyond float64."""
        if self.anchor is None or not self.counts[arm]:
            return None
        mean = float(self.sums[arm] / self.counts[arm]) + self.anchor
        return mean if np.isfinite(mean) else None

    def contrast(self) -> Contrast | None:
        """Return the difference; None where too little is known of it."""
        if self.counts.min() < FEWEST or self.anchor is None:
            return None
        if self._is_zero_one and min(self._ones.sum(), self._zeros.sum()) < FEWEST_OF_A_KIND:
            return None
        cells = self._hours.matched(self._hours.cells[:, :2].sum(axis=1))
        both, sums = cells[:, :2], cells[:, 2:]
        kept = (both > 0).all(axis=1)
        one, other = both[kept].T
        rows = one + other
        weights = one * other / rows
        total = float(weights.sum())
        if total <= 0.0:
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            apart = sums[kept, 1] / other - sums[kept, 0] / one
            difference = float((weights * apart).sum()) / total
            variances = (self.squares - self.sums**2 / self.counts) / (self.counts - 1.0)
            # Rows that all give the same differ by the rounding of sums alone.
            floor = _EXACT * self.squares.max() / self.counts.max()
            variances = np.where(variances > floor, variances, 0.0)
            if variances.any():
                variances = self._steadied(variances)
            else:
                # As if one row of each had been where the other version's are.
                variances = difference * difference / self.counts
            spread = (weights * (variances[0] * other + variances[1] * one) / rows).sum()
            information = total * total / float(spread) if spread > 0.0 else 0.0
        if not (np.isfinite(difference) and np.isfinite(information) and information > 0.0):
            return None
        return Contrast(difference, information, int(rows.sum()))

    def kinds(self) -> Kinds | None:
        """Return the rows of both kinds; None where rows give more than one value, or others."""
        if self._is_zero_one:
            ones, zeros = self._ones, self._zeros
            are_wrong = bool(ones.sum() <= zeros.sum())
            return Kinds(self.counts.copy(), ones if are_wrong else zeros, are_wrong)
        if self.squares.any():
            return None
        return Kinds(self.counts.copy(), np.zeros(2), are_wrong=True)

    def state(self) -> State:
        """Return the whole state."""
        return {
            "counts": self.counts.copy(),
            "sums": self.sums.copy(),
            "squares": self.squares.copy(),
            "anchor": self.anchor,
            **self._hours.state(),
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self.counts, self.sums = state["counts"].copy(), state["sums"].copy()
        self.squares, self.anchor = state["squares"].copy(), state["anchor"]
        self._hours.restore(state)

    def _steadied(self, variances: Numbers) -> Numbers:
        """Return variances as of some rows more, which vary as those of both together do.

        A canary has few rows, of which none or one is wrong: by these alone it would look better
        than it is, and that would be taken for sure.
        """
        rows = float(self.counts.sum())
        total = float(self.sums.sum())
        common = (float(self.squares.sum()) - total * total / rows) / (rows - 1.0)
        borrowed = float(BORROWED)
        if self._is_zero_one:
            rarer = min(self._ones.sum(), self._zeros.sum())
            borrowed = BORROWED_OF_A_KIND * rows / float(rarer)
        kept = self.counts - 1.0
        steadied: Numbers = (kept * variances + borrowed * common) / (kept + borrowed)
        return steadied

    @property
    def _ones(self) -> Numbers:
        ones: Numbers = self.sums + (self.anchor or 0.0) * self.counts
        return ones

    @property
    def _zeros(self) -> Numbers:
        return self.counts - self._ones
