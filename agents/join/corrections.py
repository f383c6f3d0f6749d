"""What has corrected the labels of predictions: a replay of it corrects them again."""

from collections.abc import Iterable
from typing import Final

MOST_CORRECTIONS: Final = 10_000
"""Predictions whose latest correction is remembered: more than come between two commits."""


class Corrections:
    """The offsets of the latest corrections, by the numbers of their predictions.

    Of a correction that comes a second time, from another record, the label is known already: that
    one is a duplicate. The same record, which a worker takes again after a kill, is a correction as
    it was: nobody knows whether what was told of it arrived.

    Examples
    --------
    >>> corrections = Corrections()
    >>> corrections.note(7, 1000)
    >>> corrections.latest(7), corrections.latest(8)
    (1000, None)
    """

    def __init__(self) -> None:
        self._offsets: dict[int, int] = {}

    def note(self, number: int, offset: int) -> None:
        """Remember the record that has corrected the label of a prediction."""
        self._offsets.pop(number, None)
        self._offsets[number] = offset
        if len(self._offsets) > MOST_CORRECTIONS:
            del self._offsets[next(iter(self._offsets))]

    def latest(self, number: int) -> int | None:
        """Return the record that was the last to correct the label of a prediction."""
        return self._offsets.get(number)

    def state(self) -> list[tuple[int, int]]:
        """Return the whole state."""
        return list(self._offsets.items())

    def restore(self, state: Iterable[tuple[int, int]]) -> None:
        """Take over a state."""
        self._offsets = {int(number): int(offset) for number, offset in state}
