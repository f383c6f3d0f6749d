"""The area under the ROC curve of two versions, from counts of their scores.

The area is the share of pairs, a row of the class and one of the others, that are in the right
order. What a row changes in it is the share of the other side's rows that it is in the right order
with, and the variance of these shares is the area's. Scores are counted in bins of the version's
own: the area does not depend on how scores are scaled, and neither does what bins lose.

References
----------
E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Comparing the areas under two or more correlated
receiver operating characteristic curves, Biometrics 44 (1988).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.hours import Hours
from detectors.comparisons.matched import BORROWED, FEWEST, Contrast
from detectors.comparisons.rare import Kinds
from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

BINS: Final = 128
FIRST: Final = 256
"""Rows of a version by whose scores its bins are made."""

MOST_STRETCHES: Final = 16
"""Stretches of time that are told apart, each of which has its own counts."""

_QUANTILES: Final = np.linspace(0.0, 1.0, 99)[1:-1]
_ODDS: Final = 1.0 / (1.0 + np.exp(-np.linspace(-12.0, 12.0, 30)))
"""Bounds whatever the first scores were: later ones may be elsewhere."""


class RankedArms:
    """Counts of the scores of two versions, of rows of the class and of others.

    Attributes
    ----------
    counts
        Shape ``(2,)``: rows of baseline and candidate.
    """

    def __init__(self) -> None:
        self.counts = np.zeros(2)
        self._bounds = [np.zeros(0), np.zeros(0)]
        """Between the bins of each version; none yet where it has few rows."""
        self._first = [np.zeros((2, 0)), np.zeros((2, 0))]
        """Times and values of rows for which there are no bins yet."""
        self._hours = Hours((2, 2, BINS), MOST_STRETCHES)
        """Rows of both versions: those of other classes, and those of the class."""

    def add(self, arm: int, predicted: Integers, values: Numbers) -> None:
        """Add rows of the baseline (0) or of the candidate (1).

        Parameters
        ----------
        arm, predicted
            As for `MatchedArms`.
        values
            Shape ``(n,)``: the probability of the class; of rows that are not of it with a minus,
            -0 too.
        """
        self.counts[arm] += len(values)
        times = predicted.astype(np.float64)
        if not len(self._bounds[arm]):
            # Which rows are the first must not depend on how they were cut.
            taken = FIRST - self._first[arm].shape[1]
            new = np.stack([times[:taken], values[:taken]])
            self._first[arm] = np.concatenate([self._first[arm], new], axis=1)
            if self._first[arm].shape[1] < FIRST:
                return
            first, self._first[arm] = self._first[arm], np.zeros((2, 0))
            quantiles = np.quantile(np.abs(first[1]), _QUANTILES)
            self._bounds[arm] = np.unique(np.concatenate([quantiles, _ODDS]))
            self._count(arm, *first)
            times, values = times[taken:], values[taken:]
        if len(values):
            self._count(arm, times, values)

    def mean(self, arm: int) -> float | None:
        """Return 1 - a version's area; None where one side has no rows."""
        counts = self._hours.cells[:, arm].sum(axis=0)
        if not len(self._bounds[arm]):
            (_, values) = self._first[arm]
            places = np.unique(np.abs(values), return_inverse=True)[1].reshape(-1)
            sides = np.signbit(values)
            counts = np.stack(
                [np.bincount(places[own], minlength=len(values)) for own in (sides, ~sides)]
            )
        if (counts.sum(axis=1) == 0.0).any():
            return None
        return 1.0 - float(_orders(counts)[1] @ counts[1] / counts[1].sum())

    def kinds(self) -> Kinds | None:
        """Return pairs of rows that share no row, none of them wrong; None unless all are right."""
        sides = self._hours.cells.sum(axis=(0, 3))
        if any(self.mean(arm) != 0.0 for arm in (0, 1)):
            return None
        return Kinds(sides.min(axis=1), np.zeros(2), are_wrong=True)

    def contrast(self) -> Contrast | None:
        """Return the difference of 1 - area; None where too little is known of it."""
        cells = self._hours.matched(self._hours.cells.sum(axis=(1, 2, 3)))
        rows = cells.sum(axis=(2, 3))
        kept = (rows > 0).all(axis=1)
        if not kept.any():
            return None
        # Both versions get the same weight in each stretch of time.
        common = rows[kept].prod(axis=1) / rows[kept].sum(axis=1)
        areas, spreads, sides, parts = np.zeros(2), np.zeros((2, 2)), np.zeros((2, 2)), []
        for arm in (0, 1):
            counts = cells[kept, arm]
            if counts.sum(axis=(0, 2)).min() < FEWEST:
                return None
            weights = common / rows[kept, arm]
            weighted = np.tensordot(weights, counts, 1)
            orders = _orders(weighted)
            total = weighted.sum(axis=1)
            areas[arm] = orders[1] @ weighted[1] / total[1]
            squared = np.tensordot(weights**2, counts, 1)
            sides[arm] = counts.sum(axis=(0, 2))
            spreads[arm] = (squared * (orders - areas[arm]) ** 2).sum(axis=1) / squared.sum(axis=1)
            parts.append(squared.sum(axis=1) / total**2)
        # A canary has few rows of the class, and those may be in the right order by chance: the
        # rows of each side vary as some more do, which are like those of both versions.
        common = (sides * spreads).sum(axis=0) / sides.sum(axis=0)
        steadied = (sides * spreads + BORROWED * common) / (sides - 1.0 + BORROWED)
        spread = float((steadied * np.stack(parts)).sum())
        if spread <= 0.0:
            return None
        return Contrast(float(areas[0] - areas[1]), 1.0 / spread, int(rows[kept].sum()))

    def state(self) -> State:
        """Return the whole state."""
        cells = self._hours.state()
        return {
            "counts": self.counts.copy(),
            "bounds": [each.copy() for each in self._bounds],
            "first": [each.copy() for each in self._first],
            **cells,
            "cells": cells["cells"].astype(np.uint32),
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self.counts = state["counts"].copy()
        self._bounds = [each.copy() for each in state["bounds"]]
        self._first = [each.copy() for each in state["first"]]
        self._hours.restore({**state, "cells": state["cells"].astype(np.float64)})

    def _count(self, arm: int, times: Numbers, values: Numbers) -> None:
        bins = np.searchsorted(self._bounds[arm], np.abs(values), side="right")
        at, places = self._hours.at(times.astype(np.int64))
        sides = (~np.signbit(values)).astype(np.int64)
        cells = (places * 2 + sides) * BINS + bins
        counts = np.bincount(cells, minlength=len(at) * 2 * BINS).reshape(len(at), 2, BINS)
        self._hours.cells[at, arm] += counts
        self._hours.settle()


def _orders(counts: Numbers) -> Numbers:
    """Return with what share of the other side a row of each bin is in the right order.

    Parameters
    ----------
    counts
        Shape ``(2, bins)``: rows that are not of the class, and rows that are.
    """
    others, own = counts / counts.sum(axis=1, keepdims=True)
    below = np.cumsum(others) - others / 2.0
    above = 1.0 - (np.cumsum(own) - own / 2.0)
    return np.stack([above, below])
