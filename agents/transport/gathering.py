"""Which partitions are fetched less often while there is more to do than can be done."""

from collections.abc import Callable

from faust.types import TP


class Gathering:
    """Lets records of some partitions gather as long as the worker is behind.

    What is behind anyway does not come later for that, and what has gathered meanwhile is handled
    at once, which is cheaper.

    Parameters
    ----------
    gains
        Tells of a partition whether larger rounds of it are cheaper.
    time
        Seconds for which such a partition is left alone after a fetch.
    """

    def __init__(self, gains: Callable[[TP], bool], time: float) -> None:
        self._gains = gains
        self._time = time
        self._is_behind = False
        self._until: dict[TP, float] = {}

    def note_load(self, *, is_behind: bool) -> None:
        """Take note whether the latest round of what users send was as large as one may be."""
        self._is_behind = is_behind

    def note_fetch(self, tp: TP, now: float) -> None:
        """Take note that records of one of the app's own partitions were handed on."""
        if self._is_behind and self._gains(tp):
            self._until[tp] = now + self._time

    def partitions(self, now: float) -> set[TP]:
        """Return the partitions that are left alone at present."""
        self._until = {
            tp: until for tp, until in self._until.items() if self._is_behind and until > now
        }
        return set(self._until)

    def clear(self) -> None:
        """Forget all: the assignment is over."""
        self._until.clear()
