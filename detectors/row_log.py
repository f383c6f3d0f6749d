"""Where the latest rows came from: row numbers to source positions, and what was seen before."""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.contract import State
from schemas.observations import ObservationBatch
from schemas.position import Position
from schemas.times import format_time

KEPT_ROWS: Final = 1024
"""Latest rows whose positions are all kept."""

MARK_EVERY: Final = 256
MOST_MARKS: Final = 256
"""Of older rows the positions of one in `MARK_EVERY` are kept, as many as this."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Consecutive rows, ``step`` apart, from one source partition."""

    first: int
    step: int
    topic: str
    partition: int
    offsets: NDArray[np.int64]
    times: NDArray[np.int64]

    def position(self, row: int) -> Position:
        """Return where a row, or the nearest kept one before it, came from."""
        at = min((row - self.first) // self.step, len(self.offsets) - 1)
        return Position(
            topic=self.topic,
            partition=self.partition,
            offset=int(self.offsets[at]),
            time=format_time(int(self.times[at])),
        )


class RowLog:
    """Numbers the rows of one origin of one model version, and keeps the latest positions.

    Its high-water marks make state effectively-once: a row at or below the mark of its source
    partition was counted before.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._marks: dict[tuple[str, int], int] = {}
        self._latest: deque[_Chunk] = deque()
        self._older: deque[_Chunk] = deque()

    def unseen(self, batch: ObservationBatch) -> ObservationBatch:
        """Return the rows of a batch that were not counted before."""
        return batch.after(self._marks.get((batch.topic, batch.partition), -1))

    def append(self, batch: ObservationBatch) -> int:
        """Take a batch of unseen rows, at least one; return the number of its first row."""
        first = self.rows
        self.rows += len(batch)
        self._marks[batch.topic, batch.partition] = int(batch.offsets[-1])
        # Copies: a view would keep the whole record that the batch was decoded from.
        offsets, times = batch.offsets.copy(), batch.times.copy()
        self._latest.append(_Chunk(first, 1, batch.topic, batch.partition, offsets, times))
        while len(self._latest) > 1 and self._latest[1].first <= self.rows - KEPT_ROWS:
            self._latest.popleft()
        start = -first % MARK_EVERY
        if start < len(batch):
            offsets, times = offsets[start::MARK_EVERY].copy(), times[start::MARK_EVERY].copy()
            source = (batch.topic, batch.partition)
            self._older.append(_Chunk(first + start, MARK_EVERY, *source, offsets, times))
        oldest = self.rows - MARK_EVERY * MOST_MARKS
        while len(self._older) > 1 and self._older[1].first <= oldest:
            self._older.popleft()
        return first

    def position(self, row: int) -> Position:
        """Return where a row came from: exactly for the latest, else the kept one before it."""
        # What is exact must not depend on how the rows were cut into batches.
        if row >= self.rows - KEPT_ROWS:
            return _holding(self._latest, row).position(row)
        row = max(row, self.rows - MARK_EVERY * (MOST_MARKS - 1), 0)
        return _holding(self._older, row).position(row)

    def state(self) -> State:
        """Return the whole state."""
        return {
            "rows": self.rows,
            "marks": [[*source, offset] for source, offset in self._marks.items()],
            "latest": [_chunk_state(chunk) for chunk in self._latest],
            "older": [_chunk_state(chunk) for chunk in self._older],
        }

    def restore(self, state: State) -> None:
        """Take over a state."""
        self.rows = state["rows"]
        self._marks = {(topic, partition): offset for topic, partition, offset in state["marks"]}
        self._latest = deque(_Chunk(**chunk) for chunk in state["latest"])
        self._older = deque(_Chunk(**chunk) for chunk in state["older"])


def _holding(chunks: deque[_Chunk], row: int) -> _Chunk:
    """Return the last chunk that begins at or before a row."""
    return chunks[max(bisect_right(chunks, row, key=lambda chunk: chunk.first) - 1, 0)]


def _chunk_state(chunk: _Chunk) -> State:
    return {
        "first": chunk.first,
        "step": chunk.step,
        "topic": chunk.topic,
        "partition": chunk.partition,
        "offsets": chunk.offsets.copy(),
        "times": chunk.times.copy(),
    }
