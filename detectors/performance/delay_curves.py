"""How much of the labels has come by some age of a prediction, from the delays of those that came.

Of predictions that are still without a label nothing is known, not even their class, so short
delays are over-represented among those that were seen. What is estimated is therefore, for each
delay, how many of the labels that take that long at most have taken that long: of these a
prediction that is old enough shows all.

References
----------
D. Lynden-Bell, A method of allowing for known observational selection in small samples, 1971.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance.label_delays import Integers, LabelDelays
from schemas.events.model_performance import NoValue

Numbers = NDArray[np.float64]

_POINTS: Final = 8
"""Ages within a window at which its maturity is taken: predictions are spread over it."""

_KNOWN: Final = 0.75
"""Share of labels that come within half of the time that is looked back on: where fewer do, most of
the delays may be longer than any that could be seen."""


FEWEST: Final = 30
"""Labels from which delays are estimated."""

_STRAY: Final = 0.05
"""Share of labels that may be dated before their predictions: more are no strays, and as those of
the others need not be late or early alike, nothing is known of a class."""

_OLD: Final = 0.02
"""Share of the labelled predictions that must be older than a delay for it to count."""


class DelayCurves:
    """Shares of the labels that come by an age, by group.

    Parameters
    ----------
    delays
        What was counted.

    Attributes
    ----------
    labels
        Shape ``(g,)``: labels of each group that were seen. Where they are few, the delays of the
        class, or else those of all labels, stand for the group's own.
    shares
        Shape ``(g, 64)``: of the labels of a group that will come, the share that takes no longer
        than the delay at the upper edge of each bin.
    errors
        Shape ``(g, 64)``: the relative standard error of these shares.
    mix
        Shape ``(g,)``: the share of each group among the labels of older predictions, most of which
        have come.
    lookback
        Milliseconds from the earliest labelled prediction to now: no delay could be longer.
    """

    def __init__(self, delays: LabelDelays) -> None:
        own = delays.delays()
        begins, ends, own_ages = delays.stretches()
        undated = delays.backdated()
        pools = _pools(delays.groups, own.sum(axis=1) + undated)
        undated = pools @ undated
        seen, ages = pools @ own, own_ages @ pools.T
        self._edges = delays.edges
        self._now = delays.now
        self.lookback = float(self._now - begins[0]) if len(begins) else 0.0
        self.labels: Numbers = own.sum(axis=1)
        self._are_backdated = undated > _STRAY * (undated + seen.sum(axis=1))
        middles = self._edges * np.sqrt(self._edges[0] / self._edges[1])
        width = np.maximum(ends - begins, 1)
        younger = np.clip((middles[:, None] - (self._now - ends)) / width, 0.0, 1.0)
        too_young = (younger @ ages).T
        shorter = np.cumsum(seen, axis=1) - seen
        at_risk = np.maximum(shorter + seen - too_young, seen + (shorter > 0))
        # A delay that hardly any prediction is old enough for says nothing of the others.
        some = (at_risk > 0) & (too_young <= (1.0 - _OLD) * seen.sum(axis=1, keepdims=True))
        hazards = np.divide(seen, at_risk, out=np.zeros_like(seen), where=some)
        spreads = np.divide(hazards, at_risk - seen, out=np.zeros_like(seen), where=at_risk > seen)
        self.shares: Numbers = _products_above(1.0 - hazards)
        self.errors: Numbers = np.sqrt(_sums_above(spreads))
        self.mix = self._mix(begins, ends, own_ages)

    def _mix(self, begins: Integers, ends: Integers, rows: Numbers) -> Numbers:
        ages = self._now - (begins + ends) / 2
        is_old = ages >= self.lookback / 2
        found = np.array(
            [
                (rows[is_old, group] / np.maximum(self.share(group, ages[is_old]), _OLD)).sum()
                for group in range(len(self.labels))
            ]
        )
        total = found.sum()
        mix: Numbers = found / total if total > 0 else self.labels / max(self.labels.sum(), 1.0)
        return mix

    def unknown(self, group: int) -> NoValue | None:
        """Return why the delays of a group are not known.

        Too few were seen, the longest ones could not have been seen yet, or many labels of it are
        dated before their predictions.
        """
        if self._are_backdated[group]:
            return NoValue.BACKDATED
        if self.labels.sum() < FEWEST:
            return NoValue.DELAYS_UNKNOWN
        is_seen = self.share(group, np.array([self.lookback / 2]))[0] >= _KNOWN
        return None if is_seen else NoValue.DELAYS_UNKNOWN

    def quantile(self, group: int, share: float) -> float:
        """Return by which age a share of a group's labels has come, milliseconds."""
        found = np.interp(share, self.shares[group], np.log(self._edges))
        return float(np.exp(found))

    def share(self, group: int, ages: Numbers) -> Numbers:
        """Return the shares of a group's labels that come by some ages, milliseconds."""
        edges = self._edges
        # Beyond the shortest delays by their logarithm, below it by the delay itself.
        inside = np.interp(np.log(np.maximum(ages, edges[0])), np.log(edges), self.shares[group])
        found: Numbers = np.where(
            ages < edges[0], self.shares[group, 0] * np.maximum(ages, 0.0) / edges[0], inside
        )
        return found

    def maturity(self, begin: int, end: int) -> tuple[Numbers, Numbers]:
        """Return the share of labels of each group that has come of a window, and its error.

        Parameters
        ----------
        begin, end
            Of the window's predictions, milliseconds since the epoch; as many at all times of it.

        Returns
        -------
        tuple
            Shapes ``(g,)``: the shares, and their relative standard errors.
        """
        length = end - begin
        ages = self._now - end + (np.arange(_POINTS) + 0.5) * length / _POINTS
        shares = np.array([self.share(group, ages).mean() for group in range(len(self.labels))])
        place = min(int(np.searchsorted(self._edges, np.median(ages))), len(self._edges) - 1)
        return shares, self.errors[:, place].copy()


def _pools(groups: Integers, labels: Numbers) -> Numbers:
    """Return which groups each one's delays are taken from, shape ``(g, g)``."""
    count = len(labels)
    pools = np.eye(count)
    pairs = groups.reshape(-1, 2)
    for pair in pairs:
        members = pair[pair >= 0]
        for group in members[labels[members] < FEWEST]:
            pools[group, members] = 1.0
            if labels[members].sum() < FEWEST:
                pools[group] = 1.0
    return pools


def _products_above(factors: Numbers) -> Numbers:
    """Return for each place the product of all factors after it."""
    products = np.ones_like(factors)
    products[:, :-1] = np.cumprod(factors[:, :0:-1], axis=1)[:, ::-1]
    return products


def _sums_above(terms: Numbers) -> Numbers:
    sums = np.zeros_like(terms)
    sums[:, :-1] = np.cumsum(terms[:, :0:-1], axis=1)[:, ::-1]
    return sums
