"""Who may write to a partition of a changelog, as the changelog itself says."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

NO_EPOCH: Final = -1
"""Before the first claim."""


class Claims:
    """The claims that one partition has seen: a fencing token, after Kleppmann (2016).

    A worker that gets a partition writes a claim, and then reads what came before it; the claim's
    offset is its epoch, and stands in each of its records. A worker that was frozen for longer
    than its session, and does not know yet, writes in an earlier epoch after a later one has
    begun: nobody takes account of that, itself included once it sees where its record went.
    """

    def __init__(self, begun: Iterable[int] = (NO_EPOCH,)) -> None:
        self._begun = deque(begun)

    def __iter__(self) -> Iterator[int]:
        return iter(self._begun)

    @property
    def current(self) -> int:
        """The latest epoch."""
        return self._begun[-1]

    def begin(self, epoch: int) -> None:
        """Take note of a claim, or of what was written in an epoch whose claim is not there."""
        if epoch > self.current:
            self._begun.append(epoch)

    def admits(self, epoch: int | None) -> bool:
        """Tell whether what comes next counts; what has no epoch is of before there were any."""
        if epoch is None:
            return True
        self.begin(epoch)
        return epoch == self.current

    def at(self, offset: int) -> int:
        """Return the epoch at an offset; earlier ones will not be asked for any more."""
        while len(self._begun) > 1 and self._begun[1] <= offset:
            self._begun.popleft()
        return self._begun[0]
