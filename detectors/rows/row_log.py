"""Where the latest rows came from: row numbers to source positions, and what was seen before."""

from math import inf
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.addresses import address_of
from detectors.rows.row_positions import (
    KEPT_ROWS,
    MARK_EVERY,
    MOST_MARKS,
    UNKNOWN,
    LogAddresses,
    Trail,
    keep_rows,
    packed,
    unpacked,
)
from detectors.snapshots.tree import State
from schemas.events.position import Position
from schemas.events.times import format_time
from schemas.tables.observations import Integers, ObservationBatch, Origin, Source

_FEWEST_KEPT: Final = 16

# Shared by all logs that have no row: every model has one for labels.
_NO_NUMBERS: Final[Integers] = np.empty(0, dtype=np.int64)
_NO_TRAIL: Final[Trail] = np.empty((0, 2), dtype=np.int64)


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

    __slots__ = (
        "_addresses",
        "_batch",
        "_latest",
        "_marked",
        "_marks",
        "_numbered",
        "_numbers",
        "_sources",
        "newest",
        "rows",
    )

    def __init__(self) -> None:
        self.rows = 0
        self.newest = -1
        # In the order of their first rows, and the offset of the last row of each.
        self._sources: dict[Source, int] = {}
        self._marks = _NO_NUMBERS
        self._latest = _NO_TRAIL
        self._marked = _NO_TRAIL
        # The log's own numbers of the sources of the latest rows.
        self._numbered: tuple[Source, ...] = ()
        self._numbers = _NO_NUMBERS
        self._addresses: tuple[int, int, int, int] | None = None
        # The latest batch is kept whole until the next one, so that what is known of a row does
        # not depend on how the rows were cut.
        self._batch: ObservationBatch | None = None

    def unseen(self, batch: ObservationBatch) -> ObservationBatch:
        """Return the rows of a batch that were not counted before."""
        return batch.take(self.is_unseen(batch))

    def is_unseen(self, batch: ObservationBatch) -> NDArray[np.bool_]:
        """Return which rows of a batch were not counted before, shape ``(n,)``."""
        marks, newest = self._offsets(), self.newest
        taken = np.ones(len(batch), dtype=np.bool_)
        for run, begin, end in batch.slices():
            source = Source(run.topic, run.partition)
            mark = marks.get(source, -1)
            first = begin
            if batch.offsets[begin] <= mark:
                beyond = batch.offsets[begin:end] > mark
                if batch.origin is Origin.PREDICTIONS:
                    beyond |= batch.times[begin:end] > newest
                # What follows a row in the log follows it here too, its time apart.
                first = begin + int(np.argmax(beyond)) if beyond.any() else end
                taken[begin:first] = False
            if first < end:
                marks[source] = int(batch.offsets[end - 1])
                newest = max(newest, int(batch.times[first:end].max()))
        return taken

    def renewed_by(self, batch: ObservationBatch) -> set[Source]:
        """Return the sources of which a batch of unseen rows says that their offsets began anew."""
        marks, renewed = self._offsets(), set()
        for run, begin, end in batch.slices():
            source = Source(run.topic, run.partition)
            if batch.offsets[begin] <= marks.get(source, -1):
                renewed.add(source)
            marks[source] = int(batch.offsets[end - 1])
        return renewed

    def append(self, batch: ObservationBatch) -> int:
        """Take a batch of unseen rows, at least one; return the number of its first row."""
        self.settle()
        first = self.rows
        self.rows += len(batch)
        self.learn(batch.sources, batch.source_of)
        numbers = self._numbers_of(batch.sources)
        self._marks[numbers[batch.source_of]] = batch.offsets  # the last of each remains
        self.newest = max(self.newest, int(batch.times.max()))
        self._batch = batch
        return first

    def pin(self, rows: int, sources: tuple[Source, ...]) -> LogAddresses:
        """Return where the log lies, with room for further rows.

        Parameters
        ----------
        rows
            How many there may be.
        sources
            By what the kernels number the sources of the rows.
        """
        self.settle()
        self._reserve(self.rows + rows)
        self._numbers_of(sources)
        if self._addresses is None:
            self._addresses = (
                address_of(self._latest),
                address_of(self._marked),
                address_of(self._marks),
                address_of(self._numbers),
            )
        return LogAddresses(*self._addresses, len(self._sources), self.rows)

    def learn(self, sources: tuple[Source, ...], source_of: Integers) -> None:
        """Give numbers to those sources of rows that have none yet, in the order of the rows."""
        strange = self._numbers_of(sources)[source_of] == UNKNOWN
        if not strange.any():
            return
        for number in dict.fromkeys(source_of[strange].tolist()):
            self._sources.setdefault(sources[number], len(self._sources))
        grown = np.full(len(self._sources), -1, dtype=np.int64)
        grown[: len(self._marks)] = self._marks
        self._marks = grown
        self._numbered, self._addresses = (), None

    def take(self, rows: int, newest: int) -> None:
        """Count unseen rows, the latest event time of which is given, and which a kernel keeps."""
        self.rows += rows
        self.newest = max(self.newest, newest)

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
        topic, partition, offset, time = self._kept(row, known_at)
        return Position(topic=topic, partition=partition, offset=offset, time=format_time(time))

    def pace(self, first: int, last: int) -> float:
        """Return the rows in a millisecond of event time between two rows; infinite for no time.

        Parameters
        ----------
        first
            From 0 to ``last``. Of those whose times are not kept the next one stands for it.
        last
            A row of the latest batch.
        """
        if first <= last - KEPT_ROWS:
            mark = max(-(-first // MARK_EVERY), last // MARK_EVERY - (MOST_MARKS - 1))
            first = mark * MARK_EVERY
        span = self._kept(last, last)[3] - self._kept(first, last)[3]
        return (last - first) / span if span > 0 else inf

    def _kept(self, row: int, known_at: int) -> tuple[str, int, int, int]:
        """Return topic, partition, offset and time of a row, as `position`."""
        if row <= known_at - KEPT_ROWS:
            mark = max(row // MARK_EVERY, known_at // MARK_EVERY - (MOST_MARKS - 1))
            row = mark * MARK_EVERY
            place, ring = mark % MOST_MARKS, self._marked
        else:
            place, ring = row % KEPT_ROWS, self._latest
        if self._batch is not None and row >= self.rows - len(self._batch):
            return self._position_in(self._batch, row - (self.rows - len(self._batch)))
        (source, offset, time) = unpacked(ring[place : place + 1])[0].tolist()
        topic, partition = list(self._sources)[source]
        return topic, partition, offset, time

    def state(self) -> State:
        """Return the whole state."""
        self.settle()
        kept = np.arange(max(self.rows - KEPT_ROWS, 0), self.rows) % KEPT_ROWS
        marks = -(-self.rows // MARK_EVERY)
        marked = np.arange(max(marks - MOST_MARKS, 0), marks) % MOST_MARKS
        return {
            "rows": self.rows,
            "marks": [[*source, offset] for source, offset in self._offsets().items()],
            "newest": self.newest,
            "latest": unpacked(self._latest[kept]),
            "older": unpacked(self._marked[marked]),
        }

    def restore(self, state: State) -> None:
        """Take over a state.

        Raises
        ------
        ValueError
            When a source occurs twice.
        """
        self.rows = state["rows"]
        self._sources = {
            Source(topic, partition): number
            for number, (topic, partition, _) in enumerate(state["marks"])
        }
        self._marks = np.array([offset for _, _, offset in state["marks"]], dtype=np.int64)
        if len(self._sources) < len(self._marks):
            raise ValueError("a source has one mark")
        self._numbered, self._addresses = (), None
        self.newest = state["newest"]
        self._batch = None
        self._latest = self._marked = np.empty((0, 2), dtype=np.int64)
        self._reserve(self.rows)
        kept = np.arange(self.rows - len(state["latest"]), self.rows) % KEPT_ROWS
        self._latest[kept] = packed(state["latest"])
        marks = -(-self.rows // MARK_EVERY)
        marked = np.arange(marks - len(state["older"]), marks) % MOST_MARKS
        self._marked[marked] = packed(state["older"])

    def settle(self) -> None:
        """Let the latest batch go: of its rows the latest positions are kept."""
        batch = self._batch
        if batch is None:
            return
        self._batch = None
        self._reserve(self.rows)
        keep_rows(
            self._latest,
            self._marked,
            self._marks,
            self._numbers_of(batch.sources),
            self.rows - len(batch),
            batch.source_of,
            batch.offsets,
            batch.times,
        )

    def _offsets(self) -> dict[Source, int]:
        """Return the high-water marks."""
        return dict(zip(self._sources, self._marks.tolist(), strict=True))

    def _numbers_of(self, sources: tuple[Source, ...]) -> Integers:
        """Return the log's own numbers of sources; `UNKNOWN` for those of which it has no row."""
        if sources is not self._numbered:
            if sources != self._numbered:
                numbers = [self._sources.get(source, UNKNOWN) for source in sources]
                self._numbers = np.array(numbers, dtype=np.int64)
                self._addresses = None
            self._numbered = sources
        return self._numbers

    def _reserve(self, rows: int) -> None:
        """Have room for so many rows, or for all that are kept."""
        latest, marked = min(rows, KEPT_ROWS), min(-(-rows // MARK_EVERY), MOST_MARKS)
        if len(self._latest) < latest or len(self._marked) < marked:
            self._latest = _grown(self._latest, latest, KEPT_ROWS)
            self._marked = _grown(self._marked, marked, MOST_MARKS)
            self._addresses = None

    @staticmethod
    def _position_in(batch: ObservationBatch, row: int) -> tuple[str, int, int, int]:
        for run, _, end in batch.slices():
            if row < end:
                return run.topic, run.partition, int(batch.offsets[row]), int(batch.times[row])
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
