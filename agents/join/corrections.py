"""What has corrected the labels of predictions: a replay of it corrects them again."""

from collections.abc import Iterable
from typing import Final

MOST_CORRECTIONS: Final = 10_000
"""Corrections that are remembered: more than come between two commits."""


class Corrections:
    """The offsets of the latest corrections, by the numbers of their predictions.

    Of a correction that comes a second time, from another record, the label is known already: that
    one is a duplicate. The same record, which a worker takes again after a kill, is what it was,
    whatever has come behind it: nobody knows whether what was told of it arrived.

    Examples
    --------
    >>> corrections = Corrections()
    >>> corrections.note(7, 1000)
    >>> corrections.told(7, 1000), corrections.told(7, 999), corrections.told(7, 1001)
    (True, False, None)
    """

    def __init__(self) -> None:
        self._pairs: dict[tuple[int, int], None] = {}
        self._latest: dict[int, int] = {}

    def note(self, number: int, offset: int) -> None:
        """Remember the record that has corrected the label of a prediction."""
        self._pairs[number, offset] = None
        self._latest[number] = offset
        if len(self._pairs) > MOST_CORRECTIONS:
            first = next(iter(self._pairs))
            del self._pairs[first]
            if self._latest[first[0]] == first[1]:
                del self._latest[first[0]]

    def told(self, number: int, offset: int) -> bool | None:
        """Tell whether a record that was taken before has corrected the label of a prediction.

        None where it is not known to have been: it comes after all that has.
        """
        if (number, offset) in self._pairs:
            return True
        return False if offset < self._latest.get(number, offset) else None

    def state(self) -> list[tuple[int, int]]:
        """Return the whole state."""
        return list(self._pairs)

    def restore(self, state: Iterable[tuple[int, int]]) -> None:
        """Take over a state."""
        pairs = [(int(number), int(offset)) for number, offset in state]
        self._pairs, self._latest = dict.fromkeys(pairs), dict(pairs)
