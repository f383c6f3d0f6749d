"""In which order the partitions of a worker are handed on."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence

from faust.types import TP

from agents.records.record import Record
from agents.transport.slices import Lookahead

logger = logging.getLogger(__name__)


class Alignment:
    """Holds back the partitions of some topics until none of the others can bring anything earlier.

    A worker that catches up fetches thousands of records of one partition, then of another. Handed
    on as they come they would show a model's past several times over, and a change in it as a going
    back and forth. In the order of the records' times, the same backlog gives the same sequence of
    slices, whatever the fetches bring.

    A partition that has nothing to read holds up nobody, nor does one that should have something to
    read and brings nothing for too long (its leader is away).

    Parameters
    ----------
    topics
        Names of the topics whose partitions are aligned, all with each other. The others' are
        handed on at once.
    most
        Offsets that a slice spans at most.
    patience
        Seconds to wait for a partition that brings nothing.
    """

    def __init__(self, topics: Collection[str], *, most: int, patience: float) -> None:
        self._topics = frozenset(topics)
        self._patience = patience
        self._most = most
        self._free: Lookahead[TP] = Lookahead(most)
        self._aligned: Lookahead[TP] = Lookahead(most)
        self._unfinished: tuple[TP, int] | None = None
        """The partition, and the window, of which a fetch has brought the beginning only."""
        self._given_up: set[TP] = set()
        self._held_since: float | None = None

    @property
    def held(self) -> Collection[TP]:
        """Partitions of which records wait for their turn."""
        return {*self._free.partitions, *self._aligned.partitions}

    def is_aligned(self, tp: TP) -> bool:
        """Tell whether a partition waits for others."""
        return tp.topic in self._topics

    def clear(self) -> None:
        """Forget all records: the assignment that they were fetched under is over."""
        self._free.clear()
        self._aligned.clear()
        self._unfinished = None
        self._given_up.clear()
        self._held_since = None

    def take(self, records: Mapping[TP, Sequence[Record]]) -> None:
        """Take what was fetched, of partitions that are not held."""
        for tp, batch in records.items():
            (self._aligned if self.is_aligned(tp) else self._free).add(tp, batch)
        self._given_up.difference_update(records)
        if records:
            self._held_since = None

    def due(self, unread: Iterable[TP], pressed: Collection[TP], now: float) -> TP | None:
        """Return the partition whose next slice is to be handed on; None to wait for others.

        Parameters
        ----------
        unread
            Partitions with records that were not fetched.
        pressed
            Partitions of which an agent cannot take more at present.
        now
            Monotonic clock, seconds.
        """
        free = self._free.earliest()
        if free is not None:
            return free
        if not self._aligned.partitions:
            return None  # the usual case: what is unread is not even looked at
        coming = {tp for tp in unread if self.is_aligned(tp) and tp not in self._aligned}
        partition, awaited = self._next(coming)
        # What is under pressure is not fetched: its agent is waited for, however long it takes.
        if partition is None or partition in pressed or not awaited.isdisjoint(pressed):
            return None
        awaited -= self._given_up
        if awaited and not self._is_over(now):
            return None
        if awaited:
            logger.warning(
                "going on without %s: nothing came of them for %.1f s",
                ", ".join(sorted(f"{tp.topic}-{tp.partition}" for tp in awaited)),
                self._patience,
            )
            self._given_up |= awaited
        self._held_since = None
        return partition

    def pop(self, tp: TP) -> Sequence[Record]:
        """Return the next slice of a partition that is due."""
        if not self.is_aligned(tp):
            return self._free.pop(tp)
        window = self._aligned.window(tp)
        batch = self._aligned.pop(tp)
        is_whole = tp in self._aligned or (batch[-1].offset + 1) % self._most == 0
        self._unfinished = None if is_whole else (tp, window)
        return batch

    def _next(self, coming: set[TP]) -> tuple[TP | None, set[TP]]:
        """Return whose turn it is, and which partitions must have brought records before."""
        if self._unfinished is not None:
            tp, window = self._unfinished
            if tp in coming and tp not in self._given_up:
                return self._aligned.earliest(), {tp}
            if tp in self._aligned and self._aligned.window(tp) == window:
                return tp, set()
        return self._aligned.earliest(), coming

    def _is_over(self, now: float) -> bool:
        if self._held_since is None:
            self._held_since = now
        return now - self._held_since >= self._patience
