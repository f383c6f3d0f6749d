"""Where the latest rows came from: row numbers to source positions, and what was seen before."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from detectors.contract import State
from schemas.observations import ObservationBatch, Origin
from schemas.position import Position
from schemas.times import format_time

KEPT_ROWS: Final = 1024
"""Latest rows whose positions are all kept."""

MARK_EVERY: Final = 256
MOST_MARKS: Final = 256
"""Of older rows the positions of one in `MARK_EVERY` are kept, as many as this."""

Source: TypeAlias = tuple[str, int]
"""Topic and partition."""

Trail: TypeAlias = NDArray[np.int64]
"""Positions, shape ``(n, 3)``: number of the source partition, offset, event time."""


class RowLog:
    """Numbers the rows of one origin of one model version, and keeps the latest positions.

    Its high-water marks make state effectively-once: a row at or below the mark of its source
    partition was counted before. A row whose event time is later than that of every row counted so
    far was not, whatever its offset: its topic was deleted and made anew, and the mark goes back to
    it. Where the times go back too, such a row cannot be told from a replay, and is dropped.

    Attributes
    ----------
    rows
        How many were counted.
    newest
        The latest event time of them, milliseconds since the epoch; -1 before the first.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._marks: dict[Source, int] = {}
        self.newest = -1
        # Both end with the latest batch in full, so that a row of it is looked up as if it were
        # the last one: what is known of a row must not depend on how the rows were cut.
        self._latest: Trail = np.empty((0, 3), dtype=np.int64)
        self._older: Trail = np.empty((0, 3), dtype=np.int64)

    def unseen(self, batch: ObservationBatch) -> ObservationBatch:
        """Return the rows of a batch that were not counted before."""
        beyond = batch.offsets > self._mark(batch)
        if batch.origin is Origin.PREDICTIONS:
            beyond |= batch.times > self.newest
        # What follows a row in the log follows it here too, its time apart.
        first = int(np.argmax(beyond)) if beyond.any() else len(batch)
        return batch.since(first)

    def is_renewed_by(self, batch: ObservationBatch) -> bool:
        """Tell whether a batch of unseen rows says that the offsets of its source began anew."""
        return bool(batch.offsets[0] <= self._mark(batch))

    def append(self, batch: ObservationBatch) -> int:
        """Take a batch of unseen rows, at least one; return the number of its first row."""
        first = self.rows
        self.rows += len(batch)
        source = (batch.topic, batch.partition)
        self._marks[source] = int(batch.offsets[-1])
        self.newest = max(self.newest, int(batch.times.max()))
        number = np.full(len(batch), list(self._marks).index(source))
        trail = np.column_stack([number, batch.offsets, batch.times]).astype(np.int64)
        self._latest = np.concatenate([self._latest[-KEPT_ROWS:], trail])
        self._older = np.concatenate(
            [self._older[-MOST_MARKS:], trail[-first % MARK_EVERY :: MARK_EVERY]]
        )
        return first

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
        if row > known_at - KEPT_ROWS:
            at = row - self.rows  # from the end
            source, offset, time = self._latest[at].tolist()
        else:
            mark = max(row // MARK_EVERY, known_at // MARK_EVERY - (MOST_MARKS - 1))
            at = mark - -(-self.rows // MARK_EVERY)
            source, offset, time = self._older[at].tolist()
        topic, partition = list(self._marks)[source]
        return Position(topic=topic, partition=partition, offset=offset, time=format_time(time))

    def state(self) -> State:
        """Return the whole state."""
        return {
            "rows": self.rows,
            "marks": [[*source, offset] for source, offset in self._marks.items()],
            "newest": self.newest,
            "latest": self._latest[-KEPT_ROWS:].copy(),
            "older": self._older[-MOST_MARKS:].copy(),
        }

    def restore(self, state: State) -> None:
        """Take over a state."""
        self.rows = state["rows"]
        self._marks = {(topic, partition): offset for topic, partition, offset in state["marks"]}
        self.newest = state["newest"]
        self._latest = state["latest"].copy()
        self._older = state["older"].copy()

    def _mark(self, batch: ObservationBatch) -> int:
        return self._marks.get((batch.topic, batch.partition), -1)
