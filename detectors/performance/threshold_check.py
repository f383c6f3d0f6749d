"""The check of one threshold: from labelled rows to the turns for the worse and for the better."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms.mean_threshold import Crossing, MeanThreshold
from detectors.algorithms.relative_threshold import RelativeThreshold
from detectors.arrays.column import Numbers
from detectors.performance.inheritance import ENOUGH, PATIENCE, Inherited, Uncompared
from detectors.performance.kept_losses import KeptLosses, LabelTimes
from detectors.performance.losses import Losses, cap_of, to_mean, to_value
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.reference_losses import ReferenceLosses
from detectors.performance.threshold import Base, Threshold
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
    inherited
        Of a threshold relative to the version before: which that is, and what it has left.
    """

    row: int
    is_breach: bool
    bound: float
    value: float
    crossing: Crossing
    reference: ReferenceLosses | None
    inherited: Inherited | None = None


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
    kept
        The losses of this version, where the one after it will count from them.
    inherited
        Those of the version before, once they are there.
    """

    _watch: MeanThreshold | RelativeThreshold

    def __init__(self, threshold: Threshold, limit: float) -> None:
        self.threshold = threshold
        self._limit = limit
        self.losses = 0
        self.is_breached = False
        self._source = Losses(threshold)
        self.reference: ReferenceLosses | None = None
        self.kept = KeptLosses(threshold) if threshold.base is Base.PREVIOUS else None
        self.inherited: Inherited | None = None
        self._why = Uncompared.WAITING
        self._are_both = False
        self._is_ready = True
        if threshold.base is None:
            self._begin(threshold.bound)
        else:
            self._await_reference()

    @property
    def bound(self) -> float | None:
        """What the metric has to reach, or not to exceed; None until its reference is complete."""
        return self._bound if self._is_ready else None

    @property
    def uncompared(self) -> Uncompared | None:
        """Why nothing is judged; None where it is."""
        if not self._is_ready:
            return self._why
        return Uncompared.BOTH_SERVE if self._are_both else None

    @property
    def is_waiting(self) -> bool:
        """Whether it still waits for what the version before has left."""
        return self.kept is not None and not self._is_ready and self.losses < PATIENCE

    def inherit(self, left: Inherited | Uncompared) -> None:
        """Count from what the version before has left, or note why it has left nothing."""
        if isinstance(left, Uncompared):
            self._why = left
        elif left.kept.known.count < ENOUGH:
            self._why = Uncompared.TOO_FEW_LABELS
        else:
            self.inherited = left
            self.reference = ReferenceLosses.of(self.threshold, left.kept.cap, left.kept.known)
            self._count_from(self.reference)

    def serves_beside(self, newest: int) -> None:
        """Take note of the latest prediction of the version before, milliseconds."""
        if self.kept is not None:
            self.kept.beside = max(self.kept.beside, newest)

    def update(
        self, view: OutcomeView, first_row: int, times: LabelTimes | None = None
    ) -> list[Turn]:
        """Learn from rows; return the turns in their order.

        Parameters
        ----------
        view
            The rows.
        first_row
            The number of the first one.
        times
            Of their labels; needed where the threshold is relative to the version before.
        """
        places, losses = self._source.of(view)
        rows = places + first_row
        self.losses += len(losses)
        turns: list[Turn] = []
        if self.kept is not None and times is not None:
            its = times.take(places)
            self.kept.add(losses, its)
            if self.inherited is None:
                return turns
            within = self.inherited.kept.within
            are_of = self.kept.are_of(within, its)
            if len(losses):
                self._are_both = self.kept.are_both(within, int(its.labelled[-1]))
            rows, losses = rows[are_of], losses[are_of]
        elif not self._is_ready and self.reference is not None:
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
        if self.threshold.base is Base.REFERENCE:
            self.is_breached = False
            self._await_reference()

    def state(self) -> State:
        """Return the whole state."""
        return {
            "losses": self.losses,
            "breached": self.is_breached,
            "source": self._source.state(),
            "reference": self._reference_state(),
            **self._previous_state(),
            "bound": self._bound,
            "watch": self._watch.state() if self._is_ready else None,
        }

    def restore(self, state: State) -> None:
        """Restore a state of a check of the same threshold."""
        self.losses = state["losses"]
        self.is_breached = state["breached"]
        self._source.restore(state["source"])
        if self.kept is not None:
            self._restore_previous(state, self.kept)
            return
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

    def _reference_state(self) -> State | None:
        if self.reference is None or self.inherited is not None:
            return None
        return self.reference.state()

    def _previous_state(self) -> State:
        if self.kept is None:
            return {}
        inherited = None if self.inherited is None else self.inherited.state()
        # As the releases before wrote it where the version before serves no longer.
        both = {"both": True} if self._are_both else {}
        return {"kept": self.kept.state(), "inherited": inherited, "why": str(self._why), **both}

    def _restore_previous(self, state: State, kept: KeptLosses) -> None:
        kept.restore(state["kept"])
        self._why, self._are_both = Uncompared(state["why"]), state.get("both", False)
        if state["inherited"] is not None:
            self.inherit(Inherited.of(state["inherited"]))
            self._watch.restore(state["watch"])

    def _await_reference(self) -> None:
        self.reference = None if self.kept is not None else ReferenceLosses(self.threshold)
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
        return Turn(
            row, self.is_breached, self._bound, value, crossing, self.reference, self.inherited
        )
