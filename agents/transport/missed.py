"""Records that were deleted before they were read."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from faust.types import TP


class Missed(NamedTuple):
    """A stretch of a partition that nobody will read.

    Attributes
    ----------
    tp
        The partition.
    begin, end
        The offset that was to be read next, and the first one that is left.
    """

    tp: TP
    begin: int
    end: int

    @property
    def records(self) -> int:
        """Offsets in it, some of which may have held markers of transactions."""
        return self.end - self.begin


class Resets:
    """Positions that the broker refuses, and what lies between them and where reading goes on.

    The log of a partition begins later only where records are deleted: by retention, or by
    somebody. What compaction and transactions leave out of it is behind its beginning, and refused
    by no broker.
    """

    def __init__(self) -> None:
        self._refused: dict[Any, tuple[Any, int]] = {}
        self._told_to: dict[Any, int] = {}
        self._missed: list[Missed] = []

    def note_refused(self, assignment: Any, asked: Mapping[Any, int]) -> None:
        """Note which of the positions that were asked for have been refused.

        Parameters
        ----------
        assignment
            Of aiokafka; it knows which partitions have lost their position.
        asked
            Partition to position.
        """
        for tp, position in asked.items():
            state = assignment.state_value(tp)
            if state is not None and state.awaiting_reset:
                self._refused[tp] = assignment, position

    def note_reset(self, assignment: Any) -> None:
        """Note where partitions go on whose positions were refused."""
        for tp, (under, position) in [*self._refused.items()]:
            if under is not assignment:
                del self._refused[tp]  # whose it is now meets the same, unless it is read by now
                continue
            state = assignment.state_value(tp)
            if state.has_valid_position:
                del self._refused[tp]
                self._note(tp, position, state.position)

    def take(self) -> list[Missed]:
        """Return what was missed since the last time."""
        missed, self._missed = self._missed, []
        return missed

    def _note(self, tp: Any, position: int, first_left: int) -> None:
        # The same stretch is before a worker once more where a rebalance came before a commit.
        begin = max(position, self._told_to.get(tp, 0))
        if begin < first_left:
            self._told_to[tp] = first_left
            self._missed.append(Missed(TP(tp.topic, tp.partition), begin, first_left))
