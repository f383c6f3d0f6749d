"""Counts of a confusion as they are expected to be once all labels have come."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance import intervals
from detectors.performance.delay_curves import DelayCurves
from detectors.performance.estimates import estimate, none
from schemas.events.model_performance import Estimate, NoValue

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FEW: Final = 5.0
"""Labels of a group that should have come by now, below which nothing is concluded from those that
have."""

_NEARLY: Final = 0.9
"""Share of a group's labels from which on that does not matter."""

_AVERAGES: Final = frozenset({"accuracy", "macro", "weighted"})

_BOTH: Final = 2


class EstimatedCounts:
    """Labelled rows of one window, each standing for those of its group that are still to come.

    Parameters
    ----------
    pairs
        Shape ``(k, k)``: labelled rows by label and prediction; none where none can be judged.
    groups
        Shape ``(k, k)``: the number of the group that each pair belongs to; below 0 where it has
        none.
    curves
        Of the delays of groups.
    shares, errors
        Shape ``(g,)``: the share of each group's labels of the window that has come, and its
        relative standard error.

    """

    def __init__(
        self,
        pairs: Integers,
        groups: Integers,
        curves: DelayCurves,
        shares: Numbers,
        errors: Numbers,
    ) -> None:
        have = groups >= 0
        share = (
            np.where(have, shares[np.where(have, groups, 0)], 0.0) if len(shares) else 0.0 * have
        )
        some = pairs > 0
        unknown = {group: curves.unknown(group) for group in range(len(shares))}
        backdated = [group for group, why in unknown.items() if why is NoValue.BACKDATED]
        self._groups = groups
        self._backdated = np.isin(groups, backdated)
        self._unknown = np.isin(groups, [group for group, why in unknown.items() if why])
        self._unknown |= some & (share <= 0)
        known = some & (share > 0)
        self._counts: Numbers = np.divide(pairs, share, out=np.zeros(pairs.shape), where=known)
        self._spread: Numbers = np.divide(
            pairs, share * share, out=np.zeros(pairs.shape), where=known
        )
        self._errors = errors
        due = curves.mix * self._counts.sum() * shares
        few = np.flatnonzero((shares < _NEARLY) & (due < _FEW) & (curves.labels > 0))
        self._few = np.isin(groups, few)

    def metric(self, name: str, positive: int) -> Estimate:
        """Return one metric of classes.

        Parameters
        ----------
        name
            Any of a classification that needs no scores.
        positive
            The number of the class that is looked for; below 0 where it has none.
        """
        base, _, average = name.partition("_")
        if average in _AVERAGES:
            return self._averaged(base, average)
        shares = self._of_all() if positive < 0 else self._of_all() | self._of_class(positive)
        key = "accuracy" if average == "micro" else name
        if key not in shares:
            return none(NoValue.NO_POSITIVE_CLASS)
        found = self._share(*shares[key])
        if key != "f1" or found.value is None or found.low is None or found.high is None:
            return found
        value, low, high = (2 * each / (1 + each) for each in (found.value, found.low, found.high))
        return estimate(value, (low, high))

    def _of_all(self) -> dict[str, tuple[Mask, Mask, NoValue]]:
        """Return what is counted for metrics of all classes: which rows, of which."""
        whole = np.ones(self._counts.shape, dtype=np.bool_)
        return {"accuracy": (np.eye(len(whole), dtype=np.bool_), whole, NoValue.NO_ROWS)}

    def _of_class(self, number: int) -> dict[str, tuple[Mask, Mask, NoValue]]:
        """Return what is counted for metrics of one class; of f1 what follows from it."""
        whole = np.ones(self._counts.shape, dtype=np.bool_)
        is_it = np.arange(len(whole)) == number
        true, said = whole & is_it[:, None], whole & is_it[None, :]
        return {
            "positive_rate": (said, whole, NoValue.NO_ROWS),
            "label_rate": (true, whole, NoValue.NO_ROWS),
            "precision": (true & said, said, NoValue.NONE_PREDICTED),
            "recall": (true & said, true, NoValue.NONE_TRUE),
            "specificity": (~true & ~said, ~true, NoValue.ONE_CLASS),
            "f1": (true & said, true | said, NoValue.NONE_TRUE),
        }

    def _averaged(self, base: str, average: str) -> Estimate:
        """Return the mean recall of the classes that were true, or an average over all."""
        reason = self._reason(np.ones(self._counts.shape, dtype=np.bool_))
        if reason is not None:
            return none(reason)
        hits, true, said = self._counts.diagonal(), self._counts.sum(1), self._counts.sum(0)
        there = (true > 0) | (said > 0)
        above, below = {
            "balanced": (hits, true),
            "recall": (hits, true),
            "precision": (hits, said),
            "f1": (2 * hits, true + said),
        }[base]
        values = np.divide(above, below, out=np.zeros_like(hits), where=below > 0)
        if base == "balanced":
            there = true > 0
            if there.sum() < _BOTH:
                return none(NoValue.ONE_CLASS)
        if not there.any():
            return none(NoValue.NO_ROWS)
        weights = np.where(there, true if average == "weighted" else 1.0, 0.0)
        return estimate(float((values * weights).sum() / weights.sum()))

    def _share(self, hits: Mask, rows: Mask, nothing: NoValue) -> Estimate:
        """Return a share of rows, its interval as wide as what is missing makes it."""
        reason = self._reason(rows)
        if reason is not None:
            return none(reason)
        above, below = float(self._counts[hits].sum()), float(self._counts[rows].sum())
        if below == 0:
            return none(nothing)
        value = above / below
        one, other = self._variance(hits), self._variance(rows & ~hits)
        variance = ((1 - value) ** 2 * one + value**2 * other) / below**2
        # As many rows as would make the value as uncertain, were all of them known.
        size = below**2 / float(self._spread[rows].sum())
        if variance > 0 and 0 < value < 1:
            size = min(size, value * (1 - value) / variance)
        return estimate(value, intervals.of_proportion(value * size, size))

    def _variance(self, pairs: Mask) -> float:
        """Return the variance of the number of rows of some pairs."""
        found = float(self._spread[pairs].sum())
        for group, error in enumerate(self._errors.tolist()):
            of_it = float(self._counts[pairs & (self._groups == group)].sum())
            found += (of_it * error) ** 2
        return found if math.isfinite(found) else math.inf

    def _reason(self, pairs: Mask) -> NoValue | None:
        if (self._backdated & pairs).any():
            return NoValue.BACKDATED
        if (self._unknown & pairs).any():
            return NoValue.DELAYS_UNKNOWN
        return NoValue.IMMATURE if (self._few & pairs).any() else None
