"""The F1 score of two versions: a ratio of two means, compared by what each row changes in it.

F1 is 2 t / d, where t counts the rows of the class that were predicted as such, and d the rows of
the class and those that were predicted as such. Around a common value F the score of a version is F
plus the mean of 2 t - F d over the mean of d (the delta method), with the estimates of now. Hours
are matched as for a mean.

References
----------
W. G. Cochran, Sampling techniques, chapter 6, Wiley (1977).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.comparisons.hours import Hours
from detectors.comparisons.matched import (
    BORROWED_OF_A_KIND,
    FEWEST,
    FEWEST_OF_A_KIND,
    MOST_HOURS,
    Contrast,
)
from detectors.comparisons.rare import Kinds
from detectors.snapshots.tree import State

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

_FOUND: Final = 2.0
"""What a row gives that is of the class and was predicted as such; one of both gives 1, none 0."""


def found_and_named(values: Numbers) -> Numbers:
    """Return t and d of each row, shape ``(2, n)``."""
    return np.stack([(values == _FOUND).astype(np.float64), values])


class RatioArms:
    """Sums of t and d of the rows of two versions, and of their products.

    Attributes
    ----------
    counts
        Shape ``(2,)``: rows of baseline and candidate.
    sums, products
        Shapes ``(2, 2)`` and ``(2, 2, 2)``: of t and d, of both versions.
    """

    def __init__(self) -> None:
        self.counts = np.zeros(2)
        self.sums = np.zeros((2, 2))
        self.products = np.zeros((2, 2, 2))
        self._hours = Hours((3, 2), MOST_HOURS)
        """Rows, t and d of both versions."""

    def add(self, arm: int, predicted: Integers, values: Numbers) -> None:
        """Add rows of the baseline (0) or of the candidate (1), as `MatchedArms` does."""
        if not len(values):
            return
        given = found_and_named(values)
        self.counts[arm] += len(values)
        self.sums[arm] += given.sum(axis=1)
        self.products[arm] += given @ given.T
        at, places = self._hours.at(predicted)
        for part, weights in enumerate((np.ones(len(values)), *given)):
            sums = np.bincount(places, weights, minlength=len(at))
            self._hours.cells[at, part, arm] += sums
        self._hours.settle()

    def mean(self, arm: int) -> float | None:
        """Return 1 - F1; None where the class neither was there nor was predicted."""
        found, named = self.sums[arm].tolist()
        return 1.0 - 2.0 * found / named if named else None

    def kinds(self) -> Kinds | None:
        """Return the rows of the class or predicted as such, right or wrong.

        That F1 is below 1 by an effect takes at least this share of wrong ones among them.
        """
        right = self.sums[:, 0]
        wrong = self.sums[:, 1] - 2.0 * right
        return Kinds(right + wrong, wrong, are_wrong=True)

    def contrast(self) -> Contrast | None:
        """Return the difference of 1 - F1; None where too little is known of it."""
        slope = slopes(self.sums, self.counts)
        if slope is None:
            return None
        cells = self._hours.matched(self._hours.cells[:, 0].sum(axis=1))
        counts = cells[:, 0]
        kept = (counts > 0).all(axis=1)
        one, other = counts[kept].T
        rows = one + other
        weights = one * other / rows
        total = float(weights.sum())
        if total <= 0.0:
            return None
        # Shape (hours, arms): what the rows of each hour change.
        changes = np.einsum("hka,ak->ha", cells[kept, 1:], slope) / counts[kept]
        difference = -float((weights * (changes[:, 1] - changes[:, 0])).sum()) / total
        variances = np.einsum("ai,aij,aj->a", slope, self._steadied(), slope)
        error = float((weights * (variances[0] * other + variances[1] * one) / rows).sum())
        return Contrast(difference, total * total / error, int(rows.sum())) if error > 0.0 else None

    def _steadied(self) -> Numbers:
        """Return how t and d spread, shape ``(2, 2, 2)``, as of some rows more, as for a mean.

        Of few rows, none or one of which is wrong, it is too little: they have as many more as have
        so many of the rarer kind, which spread as those of both versions together do.
        """
        rows, products = self.counts[:, None, None], self.products
        own = products / rows - _squares_of(self.sums / self.counts[:, None])
        together = self.counts.sum()
        common = products.sum(axis=0) / together - _squares_of(self.sums.sum(axis=0) / together)
        right = self.sums[:, 0].sum()
        rarer = min(right, self.sums[:, 1].sum() - 2.0 * right)
        borrowed = BORROWED_OF_A_KIND * together / rarer
        steadied: Numbers = (rows * own + borrowed * common) / (rows + borrowed)
        return steadied

    def state(self) -> State:
        """Return the whole state."""
        return {
            "counts": self.counts.copy(),
            "sums": self.sums.copy(),
            "products": self.products.copy(),
            **self._hours.state(),
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self.counts, self.sums = state["counts"].copy(), state["sums"].copy()
        self.products = state["products"].copy()
        self._hours.restore(state)


class PairedRatios:
    """Sums of t and d of pairs, of the baseline and of the candidate, and of their products.

    Attributes
    ----------
    pairs, apart
        How many, and in how many of them the two differ.
    """

    def __init__(self) -> None:
        self.pairs = 0
        self.apart = 0
        self._sums = np.zeros(4)
        self._products = np.zeros((4, 4))

    def add(self, baseline: Numbers, candidate: Numbers) -> None:
        """Add pairs, of shape ``(n,)`` each; those of which one gives nothing are left out."""
        known = np.isfinite(baseline) & np.isfinite(candidate)
        one, other = baseline[known], candidate[known]
        self.pairs += len(one)
        self.apart += int(np.count_nonzero(one != other))
        given = np.concatenate([found_and_named(one), found_and_named(other)])
        self._sums += given.sum(axis=1)
        self._products += given @ given.T

    def contrast(self) -> Contrast | None:
        """Return the difference of 1 - F1; None where too little is known of it."""
        if self.apart < FEWEST_OF_A_KIND:
            return None
        slope = slopes(self._sums.reshape(2, 2), np.full(2, float(self.pairs)))
        if slope is None:
            return None
        change = np.concatenate([-slope[0], slope[1]])
        means = self._sums / self.pairs
        squares = float(change @ self._products @ change)
        # Of few pairs that differ the variance is easily too small: one more of them.
        squares += squares / self.apart
        mean = float(change @ means)
        variance = squares / self.pairs - mean * mean
        return Contrast(-mean, self.pairs / variance, self.pairs) if variance > 0.0 else None

    def state(self) -> State:
        """Return the whole state."""
        return {
            "pairs": self.pairs,
            "apart": self.apart,
            "sums": self._sums.copy(),
            "products": self._products.copy(),
        }

    def restore(self, state: State) -> None:
        """Restore a state."""
        self.pairs, self.apart = state["pairs"], state["apart"]
        self._sums, self._products = state["sums"].copy(), state["products"].copy()


def _squares_of(means: Numbers) -> Numbers:
    """Return the products of means, shape ``(..., 2)``, with each other."""
    squares: Numbers = means[..., :, None] * means[..., None, :]
    return squares


def slopes(sums: Numbers, counts: Numbers) -> Numbers | None:
    """Return by how much F1 changes with t and d of a row, shape ``(2, 2)``: of each version.

    None where there are too few rows of the class, or predicted as such, or too few of a kind.
    """
    found, named = sums.T
    right, wrong = 2.0 * found.sum(), (named - 2.0 * found).sum()
    if named.min() < FEWEST or min(right, wrong) < FEWEST_OF_A_KIND:
        return None
    common = right / named.sum()
    mean = named / counts
    return np.stack([2.0 / mean, -common / mean], axis=1)
