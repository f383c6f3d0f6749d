"""Windows of event time over labelled rows: which are kept, and when each is due to be told."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance.rate import Rate
from detectors.performance.tallies import Tally
from detectors.snapshots.tree import State

Integers = NDArray[np.int64]

TICKS: Final = 4
"""Parts of a window of time, in each of which it is told once at most."""

_PATIENCE: Final = 16
"""The part of its age after which a window is told again: the older it is, the more rarely."""

EXACT_IN_TIME: Final = 128
"""Scores of a window of time that are kept as they are; of more there are bins."""

_NEVER: Final = -1


class TimeWindow:
    """A window of time that is kept.

    Attributes
    ----------
    tally
        Its rows.
    revision
        That of its next telling.
    due_at
        The first tick in which it may be told again.
    is_changed
        Whether rows came since then.
    """

    __slots__ = ("due_at", "is_changed", "revision", "tally")

    def __init__(self, rates: Sequence[Rate]) -> None:
        self.tally = Tally(EXACT_IN_TIME, rates=rates)
        self.revision = 0
        self.due_at = _NEVER
        self.is_changed = False


class TimeWindows:
    """The windows of one model version that are kept, by their numbers.

    Parameters
    ----------
    kept
        How many, the latest ones.
    rates
        Which rates are counted in each.
    """

    def __init__(self, kept: int, rates: Sequence[Rate]) -> None:
        self._kept = kept
        self._rates = rates
        self._windows: dict[int, TimeWindow] = {}

    def __getitem__(self, number: int) -> TimeWindow:
        return self._windows[number]

    @property
    def nbytes(self) -> int:
        """Bytes of their numbers."""
        return sum(window.tally.nbytes for window in self._windows.values())

    def changed(self, number: int) -> TimeWindow:
        """Return a window to which rows are added, a new one where there is none."""
        window = self._windows.setdefault(number, TimeWindow(self._rates))
        window.is_changed = True
        return window

    def first_of_tick(
        self, numbers: Integers, is_kept: NDArray[np.bool_], tick: int, latest: int
    ) -> set[int]:
        """Return the first rows of windows that have ended and may be told in this tick."""
        oldest = latest - self._kept + 1
        ended = tick // TICKS - 1
        is_due = np.arange(oldest, latest + 1) <= ended
        for number, window in self._windows.items():
            if window.due_at > tick:
                is_due[number - oldest] = False
        due = np.flatnonzero(is_kept & is_due[np.where(is_kept, numbers - oldest, 0)])
        if not len(due):
            return set()
        return set(due[np.unique(numbers[due], return_index=True)[1]].tolist())

    def due(self, tick: int) -> list[int]:
        """Return the windows that are due in a tick, in their order."""
        return sorted(
            number
            for number, window in self._windows.items()
            if window.is_changed and window.due_at <= tick and (number + 1) * TICKS <= tick
        )

    def told(self, numbers: Sequence[int], tick: int) -> None:
        """Take note that windows have been told in a tick."""
        for number in numbers:
            window = self._windows[number]
            age = tick - (number + 1) * TICKS
            window.due_at, window.is_changed = tick + max(1, age // _PATIENCE), False
            window.revision += 1

    def outdated(self, latest: int) -> list[int]:
        """Return the windows that are too old once there is one of a number, in their order."""
        return sorted(number for number in self._windows if number <= latest - self._kept)

    def forget(self, numbers: Sequence[int]) -> None:
        """Keep some windows no longer."""
        for number in numbers:
            del self._windows[number]

    def state(self) -> list[State]:
        """Return the whole state, a window after the other."""
        return [
            {
                "number": number,
                "told": [window.revision, window.due_at, window.is_changed],
                "tally": window.tally.state(),
            }
            for number, window in sorted(self._windows.items())
        ]

    def restore(self, state: Sequence[State]) -> None:
        """Restore a state of windows of the same rates."""
        for item in state:
            window = self._windows[item["number"]] = TimeWindow(self._rates)
            window.revision, window.due_at, window.is_changed = item["told"]
            window.tally.restore(item["tally"])


def stretches(ticks: Integers, newest: Integers) -> Iterator[tuple[int, int]]:
    """Yield where rows share a tick and the newest window: begin and end."""
    changes = np.flatnonzero((np.diff(ticks) != 0) | (np.diff(newest) != 0)) + 1
    yield from pairwise([0, *changes.tolist(), len(ticks)])
