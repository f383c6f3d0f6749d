"""What of one partition was delivered, acked and committed since it was assigned."""

from __future__ import annotations

from collections import deque


class OutOfOrderAck(RuntimeError):
    """A batch was acked before an earlier batch of its partition, or twice."""


class PartitionProgress:
    """
    The ledger of one partition for the time that this worker holds it.

    A batch is known by the offset of its last record and is acked as a whole, in order; offsets
    between two batches need not be contiguous (compaction, transaction markers).

    Parameters
    ----------
    now
        When the partition was assigned; monotonic clock, seconds, as every ``now`` here.

    Attributes
    ----------
    delivered_to, acked_to, committed_to
        The offset after the last one delivered, acked, or known to be committed; None when there
        is none yet.
    read_to
        The offset before which nothing is left to fetch; beyond `delivered_to` where the last
        offsets hold no records to deliver.
    """

    __slots__ = (
        "_committed_at",
        "_moved_at",
        "_outstanding",
        "acked_to",
        "committed_to",
        "delivered_to",
        "read_to",
    )

    def __init__(self, now: float) -> None:
        self.delivered_to: int | None = None
        self.acked_to: int | None = None
        self.committed_to: int | None = None
        self.read_to: int | None = None
        self._committed_at = now
        self._moved_at = now
        self._outstanding: deque[int] = deque()

    @property
    def outstanding(self) -> int:
        """Batches that were delivered and are not acked."""
        return len(self._outstanding)

    @property
    def committable(self) -> int | None:
        """The offset to commit; None when all that is acked is committed."""
        if self.acked_to is None:
            return None
        if self.committed_to is not None and self.acked_to <= self.committed_to:
            return None
        return self.acked_to

    def deliver(self, last: int, now: float) -> None:
        """Record that the batch that ends at offset `last` was handed to an agent."""
        self._outstanding.append(last)
        self.delivered_to = last + 1
        self._moved_at = now

    def hold(self, now: float) -> None:
        """Record that the partition waits for others on purpose: it is not stalled."""
        if not self._outstanding:
            self._moved_at = now

    def ack(self, last: int, now: float) -> None:
        """
        Record that all which the batch ending at offset `last` caused is safe.

        Raises
        ------
        OutOfOrderAck
            If it is not the oldest batch outstanding.
        """
        if not self._outstanding or self._outstanding[0] != last:
            oldest = self._outstanding[0] if self._outstanding else None
            raise OutOfOrderAck(f"batch ending at {last} acked; the oldest one ends at {oldest}")
        self._outstanding.popleft()
        self.acked_to = last + 1
        self._moved_at = now

    def settle(self) -> None:
        """Take what was read as acked; call it when all that was read has been delivered.

        The markers of transactions, aborted records and what compaction left out reach no agent. At
        the end of a partition they would stay uncommitted, as a lag that no work can reduce.
        """
        if self.read_to is None or self._outstanding:
            return
        if self.read_to > max(self.acked_to or 0, self.committed_to or 0):
            self.acked_to = self.read_to

    def commit(self, offset: int, now: float) -> None:
        """Record that the broker has accepted `offset`."""
        self.committed_to = offset
        self._committed_at = now
        self._moved_at = now

    def commit_age(self, now: float) -> float:
        """Seconds since the last accepted commit, or since the assignment."""
        return now - self._committed_at

    def stalled_for(self, now: float, *, unread: bool) -> float:
        """
        Seconds without any step while there was one to take; 0 when there is none.

        Call it regularly: an idle partition starts anew at each call.

        Parameters
        ----------
        unread
            Whether the broker holds records that were not fetched.
        """
        if not (unread or self._outstanding or self.committable is not None):
            self._moved_at = now
        return now - self._moved_at
