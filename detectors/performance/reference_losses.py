"""The losses that a relative threshold counts from, as far as they have come."""

from typing import Self

import numpy as np

from detectors.algorithms.estimated_mean import EstimatedMean
from detectors.arrays.column import Numbers
from detectors.performance.losses import to_mean, to_value
from detectors.performance.pilot import Pilot
from detectors.performance.threshold import Threshold
from detectors.snapshots.tree import State


class ReferenceLosses:
    """The losses of one metric that are its reference; the whole state is its own.

    What has no bound is cut off at the same place in the reference and after it, at a multiple of
    what seems allowed (`detectors.performance.losses.cap_of`).

    Parameters
    ----------
    threshold
        What counts from them.

    Attributes
    ----------
    known
        The mean of the losses, each over the cap.
    """

    def __init__(self, threshold: Threshold) -> None:
        self._threshold = threshold
        self._pilot = Pilot(threshold)
        self.known = EstimatedMean()

    @classmethod
    def of(cls, threshold: Threshold, cap: float, known: EstimatedMean) -> Self:
        """Return losses that are complete."""
        losses = cls(threshold)
        losses._pilot.cap, losses.known = cap, known
        return losses

    @property
    def cap(self) -> float | None:
        """At which loss they are cut off; None until that is decided."""
        return self._pilot.cap

    def add(self, losses: Numbers, wanted: int) -> int:
        """Add losses until as many as wanted are known; return how many were taken."""
        taken = self._pilot.add(losses)
        if self.cap is not None:
            rest = losses[taken : taken + wanted - self.known.count]
            self.known.add(np.minimum(rest, self.cap) / self.cap)
            taken += len(rest)
        return taken

    @property
    def value(self) -> float:
        """The metric."""
        return self.value_of(self.known.mean)

    def value_of(self, mean: float) -> float:
        """Return the metric where the mean loss over the cap is ``mean``."""
        return to_value(self._threshold.metric, mean * (self.cap or 1.0))

    def allowed(self, mean: float) -> float:
        """Return which mean over the cap is allowed where that of the reference is ``mean``."""
        metric = self._threshold.metric
        return to_mean(metric, self._threshold.allowed(self.value_of(mean))) / (self.cap or 1.0)

    def interval(self, level: float) -> tuple[float, float]:
        """Return within what the metric lies, but for a share ``level`` of all references."""
        low, high = sorted(map(self.value_of, self.known.interval(level)))
        return low, high

    def state(self) -> State:
        """Return the whole state."""
        return {**self._pilot.state(), "known": self.known.state()}

    def restore(self, state: State) -> None:
        """Take over a state of the same threshold."""
        self._pilot.restore(state)
        self.known = EstimatedMean.of(state["known"])
