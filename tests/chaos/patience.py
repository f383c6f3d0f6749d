"""How long to wait for what goes on: a slow machine is no fault, and one that stands still is."""

import time
from collections.abc import Callable


class Patience:
    """Lasts as long as there is progress.

    Parameters
    ----------
    within
        Seconds after the last progress at which it is over.
    longest
        Seconds after which it is over in any case.
    clock
        Seconds that only grow.
    """

    def __init__(
        self, within: float, longest: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._within = within
        self._clock = clock
        self._moved_at = clock()
        self._end = self._moved_at + longest
        self._furthest = -1

    def lasts(self, done: int) -> bool:
        """Tell whether to go on waiting, now that so much is done: progress is more than ever."""
        now = self._clock()
        if done > self._furthest:
            self._furthest, self._moved_at = done, now
        return now < min(self._moved_at + self._within, self._end)
