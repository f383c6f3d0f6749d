"""What the join reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PendingStatus:
    """The pending store of one partition.

    Attributes
    ----------
    predictions, labels
        Waiting for their counterpart.
    expired, evicted
        Predictions given up since the start: too old, or pushed out by the cap.
    replaced, duplicate
        Predictions since the start of which another one of the same id, model and version came,
        and those that came again as they were.
    disk_bytes
        What the older ones take on disk.
    orphans
        Labels given up before their prediction came, since the changelog began, by the models that
        they name; by an empty name where they name none.
    """

    predictions: int
    labels: int
    expired: int
    evicted: int
    replaced: int = 0
    duplicate: int = 0
    disk_bytes: int = 0
    orphans: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelOutcomes:
    """What became of the labels of a batch.

    Attributes
    ----------
    joined
        Met a prediction, or carried it; one for each model version that scored its id.
    early
        Came before their prediction, and wait for it.
    duplicate
        For a prediction that has its label already.
    corrected
        The same, but the label is another one: it is not joined again.
    orphaned
        Waited for a prediction that did not come before they were given up.
    """

    joined: int = 0
    early: int = 0
    duplicate: int = 0
    corrected: int = 0
    orphaned: int = 0


class JoinTelemetry(Protocol):
    """Receives what happens to predictions and labels that wait for each other."""

    def labels_met(self, outcomes: LabelOutcomes) -> None:
        """Take note of what became of a batch of labels."""

    def pending_changed(self, partition: int, status: PendingStatus | None) -> None:
        """Take note of a partition's pending store; None when the partition has gone."""

    def pending_restored(self, seconds: float, records: int) -> None:
        """Take note that pending stores were restored, from so many records of the changelog."""

    def records_missed(self, topic: str, partition: int, records: int) -> None:
        """Take note of records that were deleted before they were read."""

    def pending_unreadable(self) -> None:
        """Take note of a record of the changelog that was skipped."""
