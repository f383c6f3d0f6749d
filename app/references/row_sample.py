"""A sample of rows of which it is not known how many there are."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from schemas.payloads.rows import PredictionRow

_SEED: Final = 17


class RowSample:
    """Rows drawn at random, each as likely as any other, in no order that means anything.

    The same rows in the same order give the same sample.

    Parameters
    ----------
    most
        Rows of it.

    Attributes
    ----------
    seen
        Rows that it was drawn from.
    """

    def __init__(self, most: int) -> None:
        self.seen = 0
        self._most = most
        self._random = np.random.default_rng(_SEED)
        self._kept: list[tuple[float, int, PredictionRow, int]] = []
        self._limit = 1.0

    def add(self, row: PredictionRow, time: int) -> None:
        """Take a row, and its event time, milliseconds since the epoch."""
        self.seen += 1
        drawn = float(self._random.random())
        if drawn < self._limit:
            self._kept.append((drawn, self.seen, row, time))
            if len(self._kept) >= 2 * self._most:
                self._cut()

    def rows(self) -> Sequence[tuple[PredictionRow, int]]:
        """Return the rows with their event times."""
        self._cut()
        return [(row, time) for _, _, row, time in self._kept]

    def _cut(self) -> None:
        self._kept.sort(key=lambda each: each[:2])
        del self._kept[self._most :]
        if len(self._kept) == self._most:
            self._limit = self._kept[-1][0]
