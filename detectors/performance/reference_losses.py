"""The losses that a relative threshold counts from, as far as they have come."""

from typing import Final

import numpy as np

from detectors.algorithms.estimated_mean import EstimatedMean
from detectors.arrays.column import Numbers
from detectors.performance.losses import cap_of, is_capped, to_mean, to_value
from detectors.performance.threshold import Threshold
from detectors.snapshots.tree import State

PILOT: Final = 100
"""Losses without a bound by which it is decided where they are cut off: these count for nothing
else, or the cut would depend on what it cuts."""

_OUTLIERS: Final = 5
"""The largest of these do not count: one huge error would have all others count for nothing."""

_LARGEST: Final = 1e300
"""Of a loss; sums of larger ones are infinite."""


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
        The mean of the losses, each over ``cap``.
    cap
        At which loss they are cut off; None until that is decided.
    """

    def __init__(self, threshold: Threshold) -> None:
        self._threshold = threshold
        self._pilot: list[float] = []
        self.known = EstimatedMean()
        self.cap = None if is_capped(threshold.metric) else 1.0

    def add(self, losses: Numbers, wanted: int) -> int:
        """Add losses until as many as wanted are known; return how many were taken."""
        taken = 0
        while self.cap is None and taken < len(losses):
            pilot = losses[taken : taken + PILOT - len(self._pilot)].tolist()
            self._pilot += pilot
            taken += len(pilot)
            if len(self._pilot) == PILOT:
                self.cap = self._cap()
                self._pilot = []
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
        return {"pilot": list(self._pilot), "cap": self.cap, "known": self.known.state()}

    def restore(self, state: State) -> None:
        """Take over a state of the same threshold."""
        self._pilot, self.cap = list(state["pilot"]), state["cap"]
        self.known = EstimatedMean.of(state["known"])

    def _cap(self) -> float | None:
        """Return where losses are cut off by those of the pilot; None where these are all 0."""
        metric = self._threshold.metric
        losses = np.minimum(np.sort(self._pilot), _LARGEST)
        mean = float(losses[:-_OUTLIERS].mean()) or float(losses.mean())
        allowed = to_mean(metric, self._threshold.allowed(to_value(metric, mean)))
        return min(cap_of(metric, allowed), _LARGEST) or None
