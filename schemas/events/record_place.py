"""Where a record stands in its topic, and which of two of one key counts."""

from typing import NamedTuple, Protocol, Self


class Written(Protocol):
    """A record, as far as its place goes."""

    @property
    def timestamp(self) -> int:
        """Milliseconds since the epoch."""

    @property
    def partition(self) -> int:
        """Of its topic."""

    @property
    def offset(self) -> int:
        """In the partition."""


class RecordPlace(NamedTuple):
    """Place of a record, and when it was written.

    Attributes
    ----------
    timestamp
        Milliseconds since the epoch.
    partition, offset
        Where it stands.
    """

    timestamp: int
    partition: int
    offset: int

    @classmethod
    def of(cls, record: Written) -> Self:
        """Return the place of a record."""
        return cls(record.timestamp, record.partition, record.offset)

    def is_after(self, other: Self) -> bool:
        """Tell whether its record counts more than another one of the same key.

        Within a partition by the order of the log, whatever clocks say. A topic that was given
        partitions has a key in two of them: there the one counts that was written last.

        Examples
        --------
        >>> RecordPlace(10, 0, 5).is_after(RecordPlace(20, 0, 4))
        True
        >>> RecordPlace(10, 3, 5).is_after(RecordPlace(20, 0, 4))
        False
        """
        if self.partition == other.partition:
            return self.offset > other.offset
        return self > other
