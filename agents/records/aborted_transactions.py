"""Which batches of a fetch response belong to transactions that were aborted."""

from collections import deque
from collections.abc import Iterable


class AbortedTransactions:
    """The aborted transactions of a fetch response, met in the order of the log.

    Parameters
    ----------
    transactions
        Producer id and first offset of each, as the broker sends them.
    """

    def __init__(self, transactions: Iterable[tuple[int, int]]) -> None:
        self._ahead = deque(sorted(transactions, key=lambda each: each[1]))
        self._open: set[int] = set()

    def reach(self, offset: int) -> None:
        """Open the transactions that begin up to an offset."""
        while self._ahead and self._ahead[0][1] <= offset:
            self._open.add(self._ahead.popleft()[0])

    def end(self, producer: int) -> None:
        """Close the transaction of a producer, whose abort marker was met."""
        # The broker may send a marker of a transaction that has no records in the partition.
        self._open.discard(producer)

    def cover(self, producer: int) -> bool:
        """Tell whether a transactional batch of a producer is to be left out."""
        return producer in self._open
