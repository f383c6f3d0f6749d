"""Predictions of one model version, counted by windows of event time."""

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
        self._counts: dict[int, int] = {}

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
        return self._counts.get(number, 0)

    def state(self) -> list[list[int]]:
        """Return the whole state."""
        return [[number, rows] for number, rows in sorted(self._counts.items())]

    def restore(self, state: list[list[int]]) -> None:
        """Restore a state."""
        self._counts = dict(state)  # type: ignore[arg-type] # pairs
        self._newest = max(self._counts, default=_NEVER)

    def _count(self, number: int, rows: int) -> None:
        if number > self._newest:
            self._newest = number
            oldest = number - self._kept + 1
            self._counts = {n: count for n, count in self._counts.items() if n >= oldest}
        if number > self._newest - self._kept:
            self._counts[number] = self._counts.get(number, 0) + rows
