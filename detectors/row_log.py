"""Where the latest rows came from: row numbers to source positions, and what was seen before."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numba import njit
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.addresses import pointer
from detectors.contract import State
from schemas.observations import ObservationBatch, Origin, Run
from schemas.position import Position
from schemas.times import format_time

KEPT_ROWS: Final = 256
"""Latest rows whose positions are all kept."""

MARK_EVERY: Final = 256
MOST_MARKS: Final = 128
"""Of older rows the positions of one in `MARK_EVERY` are kept, as many as this."""

_FEWEST_KEPT: Final = 16

Source: TypeAlias = tuple[str, int]
"""Topic and partition."""

Trail: TypeAlias = NDArray[np.int64]
"""Positions, shape ``(n, 2)``: number of the source partition above the offset, event time."""

_OFFSET_BITS: Final = 48
"""Of a position; a partition gets there in nine years of a million records a second."""


@njit(cache=True, nogil=True)
def keep_rows(
    latest: Trail,
    marked: Trail,
    first: int,
    source: int,
    offsets: NDArray[np.int64],
    times: NDArray[np.int64],
) -> None:
    """Write the positions of rows numbered from ``first`` into the rings of a log.

    Row ``r`` stands in place ``r % KEPT_ROWS`` of ``latest``, and the ``m``-th of the rows that are
    multiples of `MARK_EVERY` in place ``m % MOST_MARKS`` of ``marked``.
    """
    for i in range(max(len(offsets) - KEPT_ROWS, 0), len(offsets)):
        place = (first + i) % KEPT_ROWS
        latest[place, 0] = source << _OFFSET_BITS | offsets[i]
        latest[place, 1] = times[i]
    for i in range(-first % MARK_EVERY, len(offsets), MARK_EVERY):
        place = (first + i) // MARK_EVERY % MOST_MARKS
        marked[place, 0] = source << _OFFSET_BITS | offsets[i]
        marked[place, 1] = times[i]


@njit(cache=True, nogil=True)
def keep_rows_of_many(
    rings: NDArray[np.int64], offsets: NDArray[np.int64], times: NDArray[np.int64]
) -> None:
    """Do `keep_rows` for many runs of rows.

    Parameters
    ----------
    rings
        Shape ``(r, 6)``: for each run the addresses of both rings, the number of its first row and
        of its source, and where its rows begin and end.
    offsets, times
        Shape ``(n,)``, of the rows of all runs.
    """
    for run in range(len(rings)):
        latest_at, marked_at, first, source, begin, end = rings[run]
        latest = carray(pointer(latest_at), (KEPT_ROWS, 2), np.int64)
        marked = carray(pointer(marked_at), (MOST_MARKS, 2), np.int64)
        keep_rows(latest, marked, first, source, offsets[begin:end], times[begin:end])


class RowLog:
    """Numbers the rows of one origin of one model version, and keeps the latest positions.

    Its high-water marks make state effectively-once: a row at or below the mark of its source
    partition was counted before. A row whose event time is later than that of every row counted so
    far was not, whatever its offset: its topic was deleted and made anew, and the mark goes back to
    it. Where the times go back too, such a row cannot be told from a replay, and is dropped.

    Memory: some 6 kB once 32,768 rows are counted, less before.

    Attributes
    ----------
    rows
        How many were counted.
    newest
        The latest event time of them, milliseconds since the epoch; -1 before the first.
    """

    __slots__ = ("_addresses", "_batch", "_latest", "_marked", "_marks", "newest", "rows")

    def __init__(self) -> None:
        self.rows = 0
        self._marks: dict[Source, int] = {}
        self.newest = -1
        self._latest: Trail = np.empty((0, 2), dtype=np.int64)
        self._marked: Trail = np.empty((0, 2), dtype=np.int64)
        self._addresses = 0, 0
        # The latest batch is kept whole until the next one, so that what is known of a row does
        # not depend on how the rows were cut.
        self._batch: ObservationBatch | None = None

    def unseen(self, batch: ObservationBatch) -> ObservationBatch:
        """Return the rows of a batch that were not counted before."""
        marks, newest = dict(self._marks), self.newest
        taken = np.ones(len(batch), dtype=np.bool_)
        for run, begin, end in batch.slices():
            mark = marks.get((run.topic, run.partition), -1)
            first = begin
            if batch.offsets[begin] <= mark:
                beyond = batch.offsets[begin:end] > mark
                if batch.origin is Origin.PREDICTIONS:
                    beyond |= batch.times[begin:end] > newest
                # What follows a row in the log follows it here too, its time apart.
                first = begin + int(np.argmax(beyond)) if beyond.any() else end
                taken[begin:first] = False
            if first < end:
                marks[run.topic, run.partition] = int(batch.offsets[end - 1])
                newest = max(newest, int(batch.times[first:end].max()))
        return batch.take(taken)

    def renewed_by(self, batch: ObservationBatch) -> set[Source]:
        """Return the sources of which a batch of unseen rows says that their offsets began anew."""
        marks, renewed = dict(self._marks), set()
        for run, begin, end in batch.slices():
            source = (run.topic, run.partition)
            if batch.offsets[begin] <= marks.get(source, -1):
                renewed.add(source)
            marks[source] = int(batch.offsets[end - 1])
        return renewed

    def append(self, batch: ObservationBatch) -> int:
        """Take a batch of unseen rows, at least one; return the number of its first row."""
        self.settle()
        first = self.rows
        self.rows += len(batch)
        for run, _, end in batch.slices():
            self._marks[run.topic, run.partition] = int(batch.offsets[end - 1])
        self.newest = max(self.newest, int(batch.times.max()))
        self._batch = batch
        return first

    def has_seen_none(self, runs: Iterable[Run], begin: int, offsets: Sequence[int]) -> bool:
        """Tell whether all rows of some runs, the first of which begins at a row, are unseen.

        Parameters
        ----------
        runs, begin
            The runs, and the number of their first row among those of all models.
        offsets
            Of the rows of all models.
        """
        marks = dict(self._marks)
        for topic, partition, rows in runs:
            if offsets[begin] <= marks.get((topic, partition), -1):
                return False
            begin += rows
            marks[topic, partition] = offsets[begin - 1]
        return True

    def take(
        self, runs: Iterable[Run], begin: int, offsets: Sequence[int], newest: int
    ) -> list[tuple[int, int, int, int, int, int]]:
        """Take runs of unseen rows; return what `keep_rows_of_many` must know to keep them.

        Parameters
        ----------
        runs, begin, offsets
            As `has_seen_none`.
        newest
            The latest event time of the rows.
        """
        self.settle()
        self.newest = max(self.newest, newest)
        runs = list(runs)
        self._reserve(self.rows + sum(run.rows for run in runs))
        rings = []
        for topic, partition, rows in runs:
            source, end = (topic, partition), begin + rows
            self._marks[source] = offsets[end - 1]
            number = 0 if len(self._marks) == 1 else list(self._marks).index(source)
            rings.append((*self._addresses, self.rows, number, begin, end))
            self.rows += rows
            begin = end
        return rings

    def hold(self, batch: ObservationBatch) -> None:
        """Keep the rows that were taken last whole, as `append` does, until `settle`."""
        self._batch = batch

    def position(self, row: int, *, known_at: int) -> Position:
        """Return where a row came from, as far as it was known when a later row came.

        Parameters
        ----------
        row
            From 0 to ``known_at``. Of older rows the position is that of a kept one before it, or
            of the oldest one that is kept.
        known_at
            A row of the latest batch.
        """
        if row <= known_at - KEPT_ROWS:
            mark = max(row // MARK_EVERY, known_at // MARK_EVERY - (MOST_MARKS - 1))
            row = mark * MARK_EVERY
            place, ring = mark % MOST_MARKS, self._marked
        else:
            place, ring = row % KEPT_ROWS, self._latest
        if self._batch is not None and row >= self.rows - len(self._batch):
            return self._position_in(self._batch, row - (self.rows - len(self._batch)))
        (source, offset, time) = _unpacked(ring[place : place + 1])[0].tolist()
        topic, partition = list(self._marks)[source]
        return Position(topic=topic, partition=partition, offset=offset, time=format_time(time))

    def state(self) -> State:
        """Return the whole state."""
        self.settle()
        kept = np.arange(max(self.rows - KEPT_ROWS, 0), self.rows) % KEPT_ROWS
        marks = -(-self.rows // MARK_EVERY)
        marked = np.arange(max(marks - MOST_MARKS, 0), marks) % MOST_MARKS
        return {
            "rows": self.rows,
            "marks": [[*source, offset] for source, offset in self._marks.items()],
            "newest": self.newest,
            "latest": _unpacked(self._latest[kept]),
            "older": _unpacked(self._marked[marked]),
        }

    def restore(self, state: State) -> None:
        """Take over a state."""
        self.rows = state["rows"]
        self._marks = {(topic, partition): offset for topic, partition, offset in state["marks"]}
        self.newest = state["newest"]
        self._batch = None
        self._latest = self._marked = np.empty((0, 2), dtype=np.int64)
        self._reserve(self.rows)
        kept = np.arange(self.rows - len(state["latest"]), self.rows) % KEPT_ROWS
        self._latest[kept] = _packed(state["latest"])
        marks = -(-self.rows // MARK_EVERY)
        marked = np.arange(marks - len(state["older"]), marks) % MOST_MARKS
        self._marked[marked] = _packed(state["older"])

    def settle(self) -> None:
        """Let the latest batch go: of its rows the latest positions are kept."""
        batch = self._batch
        if batch is None:
            return
        self._batch = None
        self._reserve(self.rows)
        numbers = {source: number for number, source in enumerate(self._marks)}
        first = self.rows - len(batch)
        for run, begin, end in batch.slices():
            keep_rows(
                self._latest,
                self._marked,
                first + begin,
                numbers[run.topic, run.partition],
                batch.offsets[begin:end],
                batch.times[begin:end],
            )

    def _reserve(self, rows: int) -> None:
        """Have room for so many rows, or for all that are kept."""
        latest, marked = min(rows, KEPT_ROWS), min(-(-rows // MARK_EVERY), MOST_MARKS)
        if len(self._latest) < latest or len(self._marked) < marked:
            self._latest = _grown(self._latest, latest, KEPT_ROWS)
            self._marked = _grown(self._marked, marked, MOST_MARKS)
            self._addresses = self._latest.ctypes.data, self._marked.ctypes.data

    @staticmethod
    def _position_in(batch: ObservationBatch, row: int) -> Position:
        for run, _, end in batch.slices():
            if row < end:
                return Position(
                    topic=run.topic,
                    partition=run.partition,
                    offset=int(batch.offsets[row]),
                    time=format_time(int(batch.times[row])),
                )
        raise IndexError("no such row in the latest batch")


def _grown(ring: Trail, wanted: int, most: int) -> Trail:
    """Return a ring with room for so many rows; while it is not full, rows stand in their order."""
    if len(ring) >= wanted:
        return ring
    grown: NDArray[Any] = np.empty(
        (min(most, max(4 * len(ring), wanted, _FEWEST_KEPT)), 2), dtype=np.int64
    )
    grown[: len(ring)] = ring
    return grown


def _unpacked(trail: Trail) -> NDArray[np.int64]:
    """Return positions in three columns: source, offset, event time."""
    places = trail[:, 0]
    offsets = places & ((1 << _OFFSET_BITS) - 1)
    return np.column_stack([places >> _OFFSET_BITS, offsets, trail[:, 1]])


def _packed(positions: NDArray[np.int64]) -> Trail:
    return np.column_stack([positions[:, 0] << _OFFSET_BITS | positions[:, 1], positions[:, 2]])
