"""What the join reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PendingStatus:
    """The pending store of one partition.

    Attributes
    ----------
    predictions, labels
        Waiting for their counterpart.
    expired, evicted
        Predictions given up since the start: too old, or pushed out by the cap.
    replaced
        Predictions since the start whose place another one took: of the same id, model and version.
    disk_bytes
        What the older ones take on disk.
    """

    predictions: int
    labels: int
    expired: int
    evicted: int
    replaced: int = 0
    disk_bytes: int = 0
