"""Predictions of one model version, counted by windows of event time."""

from array import array
from typing import Final

import numpy as np
from numpy.typing import NDArray

_NEVER: Final = -1


class PredictionCounts:
    """How many predictions there were in each of the latest windows.

    Parameters
    ----------
    length
        Milliseconds of a window.
    kept
        How many of the latest windows are kept.
    """

    __slots__ = ("_counts", "_kept", "_length", "_newest")

    def __init__(self, length: int, kept: int) -> None:
        self._length = length
        self._kept = kept
        self._newest = _NEVER
        # By the remainder of the window's number: a mapping takes ten times as much.
        self._counts = array("q", bytes(8 * kept))

    def skim(self, rows: int, oldest: int, newest: int) -> bool:
        """Count rows of which the first and the last time are known; tell whether that is enough.

        Parameters
        ----------
        rows
            How many.
        oldest, newest
            Milliseconds since the epoch.
        """
        number = newest // self._length
        if oldest // self._length != number:
            return False
        self._count(number, rows)
        return True

    def add(self, times: NDArray[np.int64]) -> None:
        """Count rows by their times, milliseconds since the epoch, shape ``(n,)``."""
        numbers, counts = np.unique(times // self._length, return_counts=True)
        # From the latest on: which are too old does not depend on how rows were cut.
        for number, rows in zip(numbers[::-1].tolist(), counts[::-1].tolist(), strict=True):
            self._count(number, rows)

    def of(self, number: int) -> int:
        """Return how many there were in a window."""
        is_kept = self._newest - self._kept < number <= self._newest
        return self._counts[number % self._kept] if is_kept else 0

    def state(self) -> list[list[int]]:
        """Return the whole state."""
        numbers = range(max(self._newest - self._kept + 1, 0), self._newest + 1)
        return [[number, self.of(number)] for number in numbers if self.of(number)]

    def restore(self, state: list[list[int]]) -> None:
        """Restore a state."""
        self._newest = _NEVER
        self._counts = array("q", bytes(8 * self._kept))
        for number, rows in state:
            self._count(number, rows)

    def _count(self, number: int, rows: int) -> None:
        if number > self._newest:
            for begun in range(max(self._newest, number - self._kept) + 1, number + 1):
                self._counts[begun % self._kept] = 0
            self._newest = number
        if number > self._newest - self._kept:
            self._counts[number % self._kept] += rows
