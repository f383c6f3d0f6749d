"""A count of rows since the end of the training data, in bounded memory."""

from bisect import bisect_right
from typing import Final

import numpy as np

from detectors.snapshots.tree import State
from schemas.events.durations import MS_PER_HOUR
from schemas.tables.observations import Integers

MOST_MARKS: Final = 128
"""Marks that are kept: 1 to 2 kB."""


class RowCount:
    """Rows of one origin of a model version since the end of its training data.

    Where a training tells afterwards up to when it has seen the rows, those that are later count:
    they are told by marks, one an hour of event time, or of twice as long, and again, where that
    would be more than `MOST_MARKS`. Rows between a time and the next mark after it do not count.

    Attributes
    ----------
    rows
        Counted since then.
    since
        The end of the training data, or the first row's time, milliseconds since the epoch; -1
        before any row.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.since = -1
        self._width = MS_PER_HOUR
        self._marks: list[tuple[int, int]] = []
        """The latest time so far, and how many rows came before the one that brought it."""
        self._next = -1
        """The time that makes the next mark."""

    def can_skim(self, newest: int) -> bool:
        """Tell whether of some rows no more need be known than the latest of their times."""
        return self.since >= 0 and newest < self._next

    def skim(self, rows: int) -> None:
        """Count rows of which `can_skim` was said."""
        self.rows += rows

    def add(self, times: Integers) -> None:
        """Count rows by their event times, shape ``(n,)``, at least one."""
        if self.since < 0:
            self.since = int(times[0])
        newest = np.maximum.accumulate(times)
        while newest[-1] >= self._next:
            row = int(np.searchsorted(newest, self._next))
            self._marks.append((int(newest[row]), self.rows + row))
            self._thin()
        self.rows += len(times)

    def retrained(self, until: int) -> None:
        """Begin anew with the rows that are later than what a training has seen."""
        place = bisect_right(self._marks, until, key=_time)
        before = self._marks[place][1] if place < len(self._marks) else self.rows
        self._marks = [(time, rows - before) for time, rows in self._marks[place:]]
        self.rows -= before
        self.since = until

    def state(self) -> State:
        """Return the whole state."""
        return {
            "rows": self.rows,
            "since": self.since,
            "width": self._width,
            "next": self._next,
            "marks": np.array(self._marks, dtype=np.int64).reshape(len(self._marks), 2),
        }

    def restore(self, state: State) -> None:
        """Take over a state."""
        self.rows, self.since = state["rows"], state["since"]
        self._width, self._next = state["width"], state["next"]
        self._marks = [(time, rows) for time, rows in state["marks"].tolist()]

    def _thin(self) -> None:
        while len(self._marks) > MOST_MARKS:
            self._width *= 2
            first: dict[int, tuple[int, int]] = {}
            for mark in self._marks:
                first.setdefault(mark[0] // self._width, mark)
            self._marks = list(first.values())
        latest, _ = self._marks[-1]
        self._next = (latest // self._width + 1) * self._width


def _time(mark: tuple[int, int]) -> int:
    return mark[0]
