"""The check of one threshold: from labelled rows to the turns for the worse and for the better."""

from dataclasses import dataclass
from math import sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms.mean_threshold import Crossing, MeanThreshold
from detectors.arrays.column import Numbers
from detectors.performance.losses import Losses, cap_of, to_mean, to_value
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.threshold import Threshold
from detectors.snapshots.tree import State

Rows = NDArray[np.int64]

REFERENCE_LOSSES: Final = 1000
"""First losses that are the reference of a relative threshold."""

LOSSES_TO_A_FALSE_RECOVERY: Final = 10_000.0
"""Of a metric that is at its threshold all the time, until it is called good again."""

_LEAST: Final = 1e-6
"""Distance of a threshold from what no mean can cross."""

_DEVIATIONS: Final = 2.0
"""Standard errors by which a reference is taken for worse than it was seen: one that was lucky
would be held against the model for ever."""


class Turn(NamedTuple):
    """A metric that has crossed its threshold, one way or the other.

    Attributes
    ----------
    row
        At which it was found.
    is_breach
        Whether it is worse than it may be; else it is good again.
    bound
        What it has to reach, or not to exceed.
    value
        What it has been since.
    crossing
        Since when, by how many losses, and how surely.
    """

    row: int
    is_breach: bool
    bound: float
    value: float
    crossing: Crossing


@dataclass(slots=True)
class _Sample:
    """The losses of a reference, as far as they have come."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, losses: Numbers) -> None:
        # One after the other: what the sum is must not depend on where the rows were cut.
        for loss in losses.tolist():
            self.count += 1
            self.total += loss
            self.squares += loss * loss

    @property
    def mean(self) -> float:
        return self.total / self.count

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        return sqrt(max(self.squares / self.count - self.mean**2, 0.0) / self.count)


class ThresholdCheck:
    """One threshold of one model version.

    Parameters
    ----------
    threshold
        Which.
    limit
        Losses from one false alarm to the next, at least, of a metric that is at its threshold all
        the time; a better one has fewer false alarms.

    Attributes
    ----------
    threshold
        As given.
    losses
        How many there were so far: rows, or pairs of them, that the metric is of.
    is_breached
        Whether the model is worse than it may be.
    """

    _sample: _Sample | None
    _watch: MeanThreshold

    def __init__(self, threshold: Threshold, limit: float) -> None:
        self.threshold = threshold
        self._limit = limit
        self.losses = 0
        self.is_breached = False
        self._source = Losses(threshold)
        self._begin(threshold.bound)
        self._sample = _Sample() if threshold.is_relative else None

    @property
    def bound(self) -> float | None:
        """What the metric has to reach, or not to exceed; None until its reference is complete."""
        return None if self._sample is not None else self._bound

    def update(self, view: OutcomeView, first_row: int) -> list[Turn]:
        """Learn from rows, the first of which has a number; return the turns in their order."""
        places, losses = self._source.of(view)
        rows = places + first_row
        self.losses += len(losses)
        turns: list[Turn] = []
        if self._sample is not None:
            wanted = REFERENCE_LOSSES - self._sample.count
            self._sample.add(losses[:wanted])
            rows, losses = rows[wanted:], losses[wanted:]
            if self._sample.count < REFERENCE_LOSSES:
                return turns
            self._begin(self._relative_bound(self._sample))
        while len(losses):
            found = self._watch.update(self._scaled(losses), rows)
            if found is None:
                break
            place, crossing = found
            self.is_breached = not self.is_breached
            turns.append(self._turn(int(rows[place]), crossing))
            rows, losses = rows[place + 1 :], losses[place + 1 :]
            self._watch = self._new_watch()
        return turns

    def allow(self, limit: float) -> None:
        """Go on by another limit: what was won so far counts."""
        self._limit = limit
        if self._sample is None and not self.is_breached:
            self._watch.allow(limit)

    def restart(self) -> None:
        """Take a new reference, where it is relative to one; any other threshold stands."""
        if self.threshold.is_relative:
            self.is_breached = False
            self._sample = _Sample()

    def state(self) -> State:
        """Return the whole state."""
        sample = self._sample
        return {
            "losses": self.losses,
            "breached": self.is_breached,
            "source": self._source.state(),
            "sample": None if sample is None else [sample.count, sample.total, sample.squares],
            "bound": self._bound,
            "watch": None if sample is not None else self._watch.state(),
        }

    def restore(self, state: State) -> None:
        """Restore a state of a check of the same threshold."""
        self.losses = state["losses"]
        self.is_breached = state["breached"]
        self._source.restore(state["source"])
        if state["sample"] is not None:
            self._sample = _Sample(*state["sample"])
            return
        self._begin(state["bound"])
        self._watch.restore(state["watch"])

    def _begin(self, bound: float) -> None:
        self._sample = None
        self._bound = bound
        mean = to_mean(self.threshold.metric, bound)
        self._cap = cap_of(self.threshold.metric, mean)
        # A relative one may allow anything, and then no mean can cross it.
        self._mean = min(max(mean / self._cap, _LEAST), 1.0 - _LEAST)
        self._watch = self._new_watch()

    def _new_watch(self) -> MeanThreshold:
        if self.is_breached:
            return MeanThreshold(1.0 - self._mean, LOSSES_TO_A_FALSE_RECOVERY)
        return MeanThreshold(self._mean, self._limit)

    def _scaled(self, losses: Numbers) -> Numbers:
        scaled: Numbers = np.minimum(losses / self._cap, 1.0)
        return 1.0 - scaled if self.is_breached else scaled

    def _turn(self, row: int, crossing: Crossing) -> Turn:
        mean = crossing.mean if self.is_breached else 1.0 - crossing.mean
        value = to_value(self.threshold.metric, mean * self._cap)
        return Turn(row, self.is_breached, self._bound, value, crossing)

    def _relative_bound(self, sample: _Sample) -> float:
        """Return what the metric must reach, by what it was and how much worse it may become."""
        threshold = self.threshold
        metric = threshold.metric
        mean = sample.mean + _DEVIATIONS * sample.error
        if metric.is_loss:
            return to_value(metric, mean) + threshold.bound
        # Of a model that has not erred once it is not known how seldom it does.
        mean = min(max(mean, _DEVIATIONS / sample.count), 1.0)
        return max(to_value(metric, mean) - threshold.bound, 0.0)
