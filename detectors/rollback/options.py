"""When a rollback is asked for, as the configuration says."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from detectors.requests.options import RequestOptions


class RollbackSource(StrEnum):
    """Where what asks for a rollback is found."""

    COMPARISON = "comparison"
    """A comparison with a version that has rows at the same time."""

    THRESHOLD = "threshold"
    """A threshold of the version's performance."""

    HISTORY = "history"
    """What the version before was in its time, by labels that took as long to come."""


USUAL: Final = (RollbackSource.COMPARISON, RollbackSource.THRESHOLD)
"""What asks where nothing is configured: histories count every labelled row of champions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackOptions(RequestOptions):
    """When a rollback is asked for. Durations are in seconds of event time.

    Attributes
    ----------
    sources
        What asks for it.
    threshold_within
        For how long after it became the champion a threshold that a version crosses asks for its
        rollback: later it is the world that has changed, and an older version is no better. None
        for however long.
    """

    expiry: float = 86_400.0
    sources: frozenset[RollbackSource] = frozenset(USUAL)
    threshold_within: float | None = 7 * 86_400.0
