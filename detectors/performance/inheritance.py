"""What a threshold relative to the version before counts from, or why it counts from nothing."""

from enum import StrEnum
from typing import Final, NamedTuple, Self

from detectors.algorithms.estimated_mean import EstimatedMean
from detectors.performance.kept_losses import Kept
from detectors.snapshots.tree import State

ENOUGH: Final = 100
"""Losses of the version before by which anything can be said of it."""

PATIENCE: Final = 1000
"""Losses of the version itself up to which it waits for those of the one before."""


class Uncompared(StrEnum):
    """Why a relative threshold judges nothing."""

    WAITING = "waiting"
    """What it counts from is still to come."""
    NO_VERSION_BEFORE = "no_version_before"
    ROLLED_BACK = "rolled_back"
    """Whatever was before was rolled back."""
    SEVERAL_VERSIONS = "several_versions"
    """Several were there at once, and none is known to have been the champion."""
    NOT_WATCHED = "not_watched"
    """The version before is watched no longer."""
    UNLABELLED = "unlabelled"
    """The version before had no labels."""
    BOTH_SERVE = "both_serve"
    """The version before had predictions within the age at which both are compared."""
    TOO_FEW_LABELS = "too_few_labels"
    """That the metric is of: it is not defined there, or hardly."""


class Inherited(NamedTuple):
    """What a version has from the one before it.

    Attributes
    ----------
    version
        Which that is.
    kept
        Its losses.
    """

    version: str
    kept: Kept

    def state(self) -> State:
        """Return the whole state."""
        within, cap, known = self.kept
        return {"version": self.version, "within": within, "cap": cap, "known": known.state()}

    @classmethod
    def of(cls, state: State) -> Self:
        """Return what has a state."""
        known = EstimatedMean.of(state["known"])
        return cls(state["version"], Kept(state["within"], state["cap"], known))
