"""Metrics of what waits: predictions for their labels, and early labels."""

from collections.abc import Callable
from typing import Final

from prometheus_client import Counter, Gauge

from agents.join.telemetry import PendingStatus
from app.metrics import catalogue
from app.metrics.catalogue import MetricSpec

PENDING_SPECS: Final = (
    catalogue.PENDING_ENTRIES,
    catalogue.PENDING_DROPPED,
    catalogue.PENDING_DISK,
)
"""What changes when checkpoints end, and not with the batches alone."""

_NOTHING: Final = PendingStatus(predictions=0, labels=0, expired=0, evicted=0)
_GIVEN_UP: Final = ("expired", "evicted", "replaced", "duplicate")


class PendingMetrics:
    """What the pending stores of a worker's partitions hold.

    Parameters
    ----------
    counter, gauge
        Make metrics.
    """

    def __init__(
        self, counter: Callable[[MetricSpec], Counter], gauge: Callable[[MetricSpec], Gauge]
    ) -> None:
        self._entries = gauge(catalogue.PENDING_ENTRIES)
        self._disk = gauge(catalogue.PENDING_DISK)
        self._restore = gauge(catalogue.PENDING_RESTORE)
        self._restored = counter(catalogue.PENDING_RESTORED)
        self._unreadable = counter(catalogue.PENDING_UNREADABLE)
        self._dropped = counter(catalogue.PENDING_DROPPED)
        self._last: dict[int, PendingStatus] = {}
        for reason in _GIVEN_UP:
            self._dropped.labels(reason)

    def change(self, partition: int, status: PendingStatus | None) -> None:
        """Take note of a partition's pending store; None when the partition has gone."""
        last = self._last.pop(partition, None)
        labels = (str(partition), "predictions"), (str(partition), "labels")
        if status is None:
            if last is not None:
                for each in labels:
                    self._entries.remove(*each)
                self._disk.remove(str(partition))
            return
        self._last[partition] = status
        self._entries.labels(*labels[0]).set(status.predictions)
        self._entries.labels(*labels[1]).set(status.labels)
        self._disk.labels(str(partition)).set(status.disk_bytes)
        before = last or _NOTHING
        for reason in _GIVEN_UP:
            more = getattr(status, reason) - getattr(before, reason)
            if more > 0:
                self._dropped.labels(reason).inc(more)

    def restore(self, seconds: float, records: int) -> None:
        """Take note of how long a restore took, and of the records of the changelog."""
        self._restore.set(seconds)
        self._restored.inc(records)

    def skip(self) -> None:
        """Count a record of the changelog that cannot be read."""
        self._unreadable.inc()
