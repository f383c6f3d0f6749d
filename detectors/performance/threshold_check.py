"""The check of one threshold: from labelled rows to the turns for the worse and for the better."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms.mean_threshold import Crossing, MeanThreshold
from detectors.algorithms.relative_threshold import RelativeThreshold
from detectors.arrays.column import Numbers
from detectors.performance.losses import Losses, cap_of, to_mean, to_value
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.reference_losses import ReferenceLosses
from detectors.performance.threshold import Threshold
from detectors.snapshots.tree import State

Rows = NDArray[np.int64]

REFERENCE_LOSSES: Final = 1000
"""First losses that are the reference of a relative threshold."""

LOSSES_TO_A_FALSE_RECOVERY: Final = 10_000.0
"""Of a metric that is at its threshold all the time, until it is called good again."""

_LEAST: Final = 1e-6
"""Distance of a threshold from what no mean can cross."""


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
    reference
        What a relative threshold counts from; None of any other, and where a release before has
        left nothing of it but the bound.
    """

    row: int
    is_breach: bool
    bound: float
    value: float
    crossing: Crossing
    reference: ReferenceLosses | None


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
    reference
        What it counts from, as far as that has come; None where that is nothing.
    """

    _watch: MeanThreshold | RelativeThreshold

    def __init__(self, threshold: Threshold, limit: float) -> None:
        self.threshold = threshold
        self._limit = limit
        self.losses = 0
        self.is_breached = False
        self._source = Losses(threshold)
        self.reference: ReferenceLosses | None = None
        self._is_ready = True
        if threshold.base is None:
            self._begin(threshold.bound)
        else:
            self._await_reference()

    @property
    def bound(self) -> float | None:
        """What the metric has to reach, or not to exceed; None until its reference is complete."""
        return self._bound if self._is_ready else None

    def update(self, view: OutcomeView, first_row: int) -> list[Turn]:
        """Learn from rows, the first of which has a number; return the turns in their order."""
        places, losses = self._source.of(view)
        rows = places + first_row
        self.losses += len(losses)
        turns: list[Turn] = []
        if not self._is_ready and self.reference is not None:
            taken = self.reference.add(losses, REFERENCE_LOSSES)
            rows, losses = rows[taken:], losses[taken:]
            if self.reference.known.count < REFERENCE_LOSSES:
                return turns
            self._count_from(self.reference)
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
        if self._is_ready and not self.is_breached:
            self._watch.allow(limit)

    def restart(self) -> None:
        """Take a new reference, where it is relative to one; any other threshold stands."""
        if self.threshold.base is not None:
            self.is_breached = False
            self._await_reference()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "losses": self.losses,
            "breached": self.is_breached,
            "source": self._source.state(),
            "reference": None if self.reference is None else self.reference.state(),
            "bound": self._bound,
            "watch": self._watch.state() if self._is_ready else None,
        }

    def restore(self, state: State) -> None:
        """Restore a state of a check of the same threshold."""
        self.losses = state["losses"]
        self.is_breached = state["breached"]
        self._source.restore(state["source"])
        if state.get("sample") is not None:
            # A release before kept of a reference what says too little of it: it begins anew.
            self._await_reference()
            return
        known = state.get("reference")
        if known is None:
            # Not relative, or by a bound that a release before has counted: that one stands.
            self.reference = None
            self._begin(state["bound"])
        else:
            self.reference = ReferenceLosses(self.threshold)
            self.reference.restore(known)
            if state["watch"] is None:
                return
            self._count_from(self.reference)
        self._watch.restore(state["watch"])

    def _await_reference(self) -> None:
        self.reference = ReferenceLosses(self.threshold)
        self._is_ready = False
        self._bound = 0.0

    def _begin(self, bound: float) -> None:
        mean = to_mean(self.threshold.metric, bound)
        self._set(bound, mean, cap_of(self.threshold.metric, mean))

    def _count_from(self, reference: ReferenceLosses) -> None:
        bound = self.threshold.allowed(reference.value)
        self._set(bound, to_mean(self.threshold.metric, bound), reference.cap or 1.0)

    def _set(self, bound: float, mean: float, cap: float) -> None:
        self._is_ready = True
        self._bound = bound
        self._cap = cap
        # A relative one may allow anything, and then no mean can cross it.
        self._mean = min(max(mean / cap, _LEAST), 1.0 - _LEAST)
        self._watch = self._new_watch()

    def _new_watch(self) -> MeanThreshold | RelativeThreshold:
        if self.is_breached:
            return MeanThreshold(1.0 - self._mean, LOSSES_TO_A_FALSE_RECOVERY)
        if self.reference is None:
            return MeanThreshold(self._mean, self._limit)
        return RelativeThreshold(self.reference.known, self.reference.allowed, self._limit)

    def _scaled(self, losses: Numbers) -> Numbers:
        scaled: Numbers = np.minimum(losses, self._cap) / self._cap
        return 1.0 - scaled if self.is_breached else scaled

    def _turn(self, row: int, crossing: Crossing) -> Turn:
        mean = crossing.mean if self.is_breached else 1.0 - crossing.mean
        value = to_value(self.threshold.metric, mean * self._cap)
        return Turn(row, self.is_breached, self._bound, value, crossing, self.reference)
