"""Bets on the rows of a model, to which each of its columns adds."""

from typing import Final, NamedTuple

import numpy as np

from detectors.algorithms.joint_bets import WIDTH
from detectors.arrays.column import Numbers


class RowBets(NamedTuple):
    """Bets on consecutive rows.

    Attributes
    ----------
    first
        The number of the first row.
    rows
        Shape ``(WIDTH, n)``, contiguous; of no rows where nobody asks.
    """

    first: int
    rows: Numbers

    @classmethod
    def on(cls, first: int, rows: int) -> "RowBets":
        """Return bets that no column has added to yet."""
        return cls(first, np.zeros((WIDTH, rows)))


NO_ROW_BETS: Final = RowBets(0, np.zeros((WIDTH, 0)))
"""Where nobody asks."""
