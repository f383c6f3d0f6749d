"""Ids of events that were seen before, the latest of them."""

from collections.abc import Iterable


class SeenEvents:
    """Tells a replay from what is new, in bounded memory: the oldest ids are forgotten first.

    Parameters
    ----------
    most
        Ids that are remembered.

    Examples
    --------
    >>> seen = SeenEvents(2)
    >>> [seen.is_new(each) for each in "aabcba"]
    [True, False, True, True, False, True]
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._ids: dict[str, None] = {}

    def is_new(self, each: str) -> bool:
        """Tell whether an id comes for the first time, and remember it."""
        if each in self._ids:
            return False
        self._ids[each] = None
        if len(self._ids) > self._most:
            del self._ids[next(iter(self._ids))]
        return True

    @property
    def latest(self) -> str | None:
        """The id that came last for the first time: another one whenever the state is."""
        return next(reversed(self._ids), None)

    def state(self) -> list[str]:
        """Return the ids, the oldest first."""
        return list(self._ids)

    def restore(self, state: Iterable[str]) -> None:
        """Take over a state."""
        self._ids = dict.fromkeys(state)
