"""A history of losses in blocks that are wider the older they are."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.snapshots.tree import State

BLOCK: Final = 25
"""Losses of the narrowest block. Wider, and a change is found later; narrower, and each label costs
more: a look at all blocks takes some 50 microseconds."""

OF_A_WIDTH: Final = 8
"""Blocks of one width before two become one: a change is told to an eighth of its age or so."""


class Block(NamedTuple):
    """Consecutive losses.

    Attributes
    ----------
    rows, total, squares
        How many, and the sums of them and of their squares.
    time
        The event time of the first one, milliseconds since the epoch.
    """

    rows: int
    total: float
    squares: float
    time: int


class LossHistory:
    """Losses of a model version since its training, the latest in the narrowest blocks.

    Some 120 blocks for a million losses: 4 kB.
    """

    def __init__(self) -> None:
        self._widths: list[list[Block]] = []
        self._open: list[float] = []
        self._opened_at = 0

    @property
    def room(self) -> int:
        """Losses that the block that is filled still takes, at least one."""
        return BLOCK - len(self._open)

    def add(self, losses: Sequence[float], time: int) -> bool:
        """Take losses, no more than there is `room` for; tell whether a block is complete.

        Parameters
        ----------
        losses
            In the order in which the labels came.
        time
            The event time of the first one.
        """
        if not self._open:
            self._opened_at = time
        self._open += losses
        if len(self._open) < BLOCK:
            return False
        # All of a block at once: how rows were cut must not show in the last digit.
        found = np.array(self._open)
        total, squares = float(found.sum()), float((found * found).sum())
        self._push(0, Block(BLOCK, total, squares, self._opened_at))
        self._open = []
        return True

    def blocks(self) -> NDArray[np.float64]:
        """Return the complete blocks, the oldest first, shape ``(n, 4)``, as `Block`."""
        found = [block for width in reversed(self._widths) for block in width]
        return np.array(found, dtype=np.float64).reshape(len(found), 4)

    def clear(self) -> None:
        """Forget all."""
        self._widths, self._open = [], []

    def state(self) -> State:
        """Return the whole state."""
        return {
            "widths": [[list(block) for block in width] for width in self._widths],
            "open": list(self._open),
            "opened_at": self._opened_at,
        }

    def restore(self, state: State) -> None:
        """Take over a state."""
        self._widths = [[Block(*block) for block in width] for width in state["widths"]]
        self._open, self._opened_at = list(state["open"]), state["opened_at"]

    def _push(self, number: int, block: Block) -> None:
        if number == len(self._widths):
            self._widths.append([])
        width = self._widths[number]
        width.append(block)
        if len(width) > OF_A_WIDTH:
            one, other = width.pop(0), width.pop(0)
            both = one.rows + other.rows, one.total + other.total, one.squares + other.squares
            self._push(number + 1, Block(*both, one.time))
