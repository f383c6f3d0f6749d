"""Fetched records that wait until it is their turn by time."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from typing import Generic, TypeVar

from agents.records.record import Record

PartitionT = TypeVar("PartitionT")


def offset_of(record: Record) -> int:
    """Return a record's offset."""
    return record.offset


class Lookahead(Generic[PartitionT]):
    """Cuts partitions into slices, and tells which slice begins earliest.

    The cuts lie at multiples of ``most`` offsets, not where a fetch happens to end: the same log
    gives the same slices.

    Parameters
    ----------
    most
        Offsets that a slice spans at most.

    Examples
    --------
    >>> from types import SimpleNamespace as Record
    >>> old, new = Record(offset=1, timestamp=1), Record(offset=2, timestamp=2)
    >>> lookahead = Lookahead(most=2)
    >>> lookahead.add("a", [old, new])
    >>> lookahead.add("b", [old])
    >>> [lookahead.pop(lookahead.earliest())[0].timestamp for _ in range(3)]
    [1, 1, 2]
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[PartitionT, tuple[Sequence[Record], int]] = {}

    def __contains__(self, partition: PartitionT) -> bool:
        return partition in self._waiting

    @property
    def partitions(self) -> Collection[PartitionT]:
        """Partitions of which records wait."""
        return self._waiting.keys()

    def add(self, partition: PartitionT, batch: Sequence[Record]) -> None:
        """Take what was fetched of a partition of which nothing waits, in order of the offsets."""
        self._waiting[partition] = batch, 0

    def clear(self) -> None:
        """Forget all records."""
        self._waiting.clear()

    def earliest(self) -> PartitionT | None:
        """Return the partition whose next record is the earliest; None where none has any."""
        return min(self._waiting, key=self._turn, default=None)

    def window(self, partition: PartitionT) -> int:
        """Return the number of the span of offsets in which the partition's next record lies."""
        batch, start = self._waiting[partition]
        return batch[start].offset // self._most

    def pop(self, partition: PartitionT) -> Sequence[Record]:
        """Return the next slice of a partition."""
        batch, start = self._waiting[partition]
        beyond = (self.window(partition) + 1) * self._most
        end = bisect_left(batch, beyond, lo=start, key=offset_of)
        if end < len(batch):
            self._waiting[partition] = batch, end
        else:
            del self._waiting[partition]
        return batch if end - start == len(batch) else batch[start:end]

    def _turn(self, partition: PartitionT) -> tuple[int, PartitionT]:
        batch, start = self._waiting[partition]
        return batch[start].timestamp, partition
