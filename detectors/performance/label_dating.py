"""Whether the labels of one model version are dated before their predictions, more than strays."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.snapshots.tree import State

Times = NDArray[np.int64]
Mask = NDArray[np.bool_]

BLOCK: Final = 100
"""Labels that are looked at together."""

MANY: Final = 0.05
"""Share of a block from which on they are more than strays."""

FEW: Final = 0.02
"""Share of a block at or below which they are strays again."""


class DatingTurn(NamedTuple):
    """A change of how labels are dated.

    Attributes
    ----------
    row
        Place of the row at which it was found, among those that were given.
    is_open
        Whether many are dated before their predictions from now on, or few again.
    before, after
        The share of them up to the block, and in it.
    since
        The time of the first label of the block, milliseconds since the epoch.
    """

    row: int
    is_open: bool
    before: float
    after: float
    since: int


class LabelDating:
    """A rule on blocks of labels: many of one are dated before their predictions, or few again.

    Examples
    --------
    >>> dating = LabelDating()
    >>> times = np.arange(200) * 1000
    >>> [(turn.row, turn.is_open) for turn in dating.add(times < 100_000, times)]
    [(99, True), (199, False)]
    """

    def __init__(self) -> None:
        # Labels, and those dated before their predictions: of all blocks, and of the present one.
        self._numbers = [0, 0, 0, 0]
        self._since = 0
        self._is_open = False

    def add(self, are_before: Mask, times: Times) -> list[DatingTurn]:
        """Take labels; return what is found at them.

        Parameters
        ----------
        are_before
            Shape ``(n,)``: which are dated before their predictions.
        times
            Shape ``(n,)``: of the labels.
        """
        found = []
        begin = 0
        while begin < len(times):
            end = min(begin + BLOCK - self._numbers[2], len(times))
            if self._numbers[2] == 0:
                self._since = int(times[begin])
            self._numbers[2] += end - begin
            self._numbers[3] += int(np.count_nonzero(are_before[begin:end]))
            if self._numbers[2] == BLOCK:
                found += self._judge(end - 1)
            begin = end
        return found

    def state(self) -> State:
        """Return the whole state."""
        return {"numbers": list(self._numbers), "since": self._since, "open": self._is_open}

    def restore(self, state: State) -> None:
        """Take over a state."""
        self._numbers = list(state["numbers"])
        self._since, self._is_open = state["since"], state["open"]

    def _judge(self, row: int) -> list[DatingTurn]:
        labels, before, _, those = self._numbers
        self._numbers = [labels + BLOCK, before + those, 0, 0]
        share = those / BLOCK
        if share <= FEW if self._is_open else share >= MANY:
            self._is_open = not self._is_open
            return [DatingTurn(row, self._is_open, before / max(labels, 1), share, self._since)]
        return []
