"""Rows of two versions, matched by the hours in which their predictions were made.

A version that is new has young rows, and of young rows the labels that come early are known: those
of one class often come sooner. So only rows of the same hours are compared, whose labels have had
the same time to come; and rows of an hour in which one version did not serve say nothing. What the
hours have in common cancels out, whatever share of the traffic each version had in them: the
Mantel-Haenszel mean of the hours' differences, and the variance that chance assignment gives it.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

HOUR: Final = 3_600_000
MOST_HOURS: Final = 256
"""Stretches of time that are told apart; beyond them two become one, and each is twice as long."""

FEWEST: Final = 30
"""Rows of each version below which nothing is said: the strong approximation needs some."""

FEWEST_OF_A_KIND: Final = 8
"""Right rows, and wrong ones, of both versions together, where rows are one or the other."""


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

    Attributes
    ----------
    counts, sums, squares
        Shape ``(2,)``: rows, what they give less `anchor`, and its squares, of baseline and
        candidate.
    anchor
        What the first row gave: sums of large numbers stay exact.
    """

    def __init__(self) -> None:
        self.counts = np.zeros(2)
        self.sums = np.zeros(2)
        self.squares = np.zeros(2)
        self.anchor: float | None = None
        self._width = HOUR
        self._hours: Integers = np.zeros(0, dtype=np.int64)
        self._cells = np.zeros((0, 4))
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
            hours, places = np.unique(predicted // self._width, return_inverse=True)
            at = self._places(hours)
            self._cells[at, arm] += np.bincount(places, minlength=len(hours))
            self._cells[at, 2 + arm] += np.bincount(places, given, minlength=len(hours))
        while len(self._hours) > MOST_HOURS:
            self._widen()

    def mean(self, arm: int) -> float | None:
        """Return the mean of a version's rows; None without any, or beyond float64."""
        if self.anchor is None or not self.counts[arm]:
            return None
        mean = float(self.sums[arm] / self.counts[arm]) + self.anchor
        return mean if np.isfinite(mean) else None

    def contrast(self, *, is_zero_one: bool) -> Contrast | None:
        """Return the difference; None where too little is known of it.

        Parameters
        ----------
        is_zero_one
            Whether rows give 0 or 1 alone.
        """
        if self.counts.min() < FEWEST or self.anchor is None:
            return None
        if is_zero_one and not self._has_both_kinds(self.anchor):
            return None
        both, sums = self._cells[:, :2], self._cells[:, 2:]
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
            spread = (weights * (variances[0] * other + variances[1] * one) / rows).sum()
            information = total * total / float(spread) if spread > 0.0 else 0.0
        if not (np.isfinite(difference) and np.isfinite(information) and information > 0.0):
            return None
        return Contrast(difference, information, int(rows.sum()))

    def state(self) -> State:
        """Return the whole state."""
        return {
            "counts": self.counts.copy(),
            "sums": self.sums.copy(),
            "squares": self.squares.copy(),
            "anchor": self.anchor,
            "width": self._width,
            "hours": self._hours.copy(),
            "cells": self._cells.copy(),
        }

    @classmethod
    def of(cls, state: State) -> "MatchedArms":
        """Return what has a state."""
        arms = cls()
        arms.counts, arms.sums = state["counts"].copy(), state["sums"].copy()
        arms.squares, arms.anchor = state["squares"].copy(), state["anchor"]
        arms._width = state["width"]
        arms._hours, arms._cells = state["hours"].copy(), state["cells"].copy()
        return arms

    def _has_both_kinds(self, anchor: float) -> bool:
        ones = float(self.sums.sum()) + anchor * float(self.counts.sum())
        return min(ones, float(self.counts.sum()) - ones) >= FEWEST_OF_A_KIND

    def _places(self, hours: Integers) -> NDArray[Any]:
        """Return where hours stand, which get a place where they have none."""
        new = np.setdiff1d(hours, self._hours, assume_unique=True)
        if len(new):
            joined = np.concatenate([self._hours, new])
            order = np.argsort(joined)
            self._hours = joined[order]
            self._cells = np.concatenate([self._cells, np.zeros((len(new), 4))])[order]
        return np.searchsorted(self._hours, hours)

    def _widen(self) -> None:
        self._width *= 2
        self._hours, places = np.unique(self._hours // 2, return_inverse=True)
        cells = np.zeros((len(self._hours), 4))
        np.add.at(cells, places, self._cells)
        self._cells = cells
