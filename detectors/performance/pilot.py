"""The losses by which it is decided where those without a bound are cut off."""

from typing import Final

import numpy as np

from detectors.arrays.column import Numbers
from detectors.performance.losses import cap_of, is_capped, to_mean, to_value
from detectors.performance.threshold import Threshold
from detectors.snapshots.tree import State

PILOT: Final = 100
"""Losses without a bound that count for nothing else, or the cut would depend on what it cuts."""

_OUTLIERS: Final = 5
"""The largest of these do not count: one huge error would have all others count for nothing."""

_LARGEST: Final = 1e300
"""Of a loss; sums of larger ones are infinite."""


class Pilot:
    """The first losses of one metric; the whole state is its own.

    Parameters
    ----------
    threshold
        What is relative to the losses after them.

    Attributes
    ----------
    cap
        At which loss they are cut off; None until that is decided.
    """

    def __init__(self, threshold: Threshold) -> None:
        self._threshold = threshold
        self._losses: list[float] = []
        self.cap = None if is_capped(threshold.metric) else 1.0

    def add(self, losses: Numbers) -> int:
        """Add losses until the cap is decided; return how many were taken."""
        taken = 0
        while self.cap is None and taken < len(losses):
            pilot = losses[taken : taken + PILOT - len(self._losses)].tolist()
            self._losses += pilot
            taken += len(pilot)
            if len(self._losses) == PILOT:
                self.cap = self._cap()
                self._losses = []
        return taken

    def state(self) -> State:
        """Return the whole state."""
        return {"pilot": list(self._losses), "cap": self.cap}

    def restore(self, state: State) -> None:
        """Take over a state of the same threshold."""
        self._losses, self.cap = list(state["pilot"]), state["cap"]

    def _cap(self) -> float | None:
        """Return where losses are cut off by those of the pilot; None where these are all 0."""
        metric = self._threshold.metric
        losses = np.minimum(np.sort(self._losses), _LARGEST)
        mean = float(losses[:-_OUTLIERS].mean()) or float(losses.mean())
        allowed = to_mean(metric, self._threshold.allowed(to_value(metric, mean)))
        return min(cap_of(metric, allowed), _LARGEST) or None
