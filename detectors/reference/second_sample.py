"""Further values of a column that looked dependent, taken while it is judged already."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.addresses import address_of
from detectors.arrays.column import Numbers
from detectors.arrays.slabs import SLABS
from detectors.reference.column_block import AGAIN_AT, AGAIN_SIZE, SAMPLED, ColumnBlock

Integers = NDArray[np.int64]

LOOKS: Final = (1, 4)
"""Times the burn-in after which the values are looked at: soon, for a change that was still going
on looks like dependence, and then once more, for more values say more of what does depend."""


class SecondSample:
    """Values of one column and the numbers of their rows, in turns.

    How many there are stands in the column's block, where kernels count them on.

    Parameters
    ----------
    burn_in
        Of the column.
    """

    __slots__ = ("_burn_in", "_pairs")

    def __init__(self, burn_in: int) -> None:
        self._burn_in = burn_in
        self._pairs: Numbers = SLABS.take(1)

    def missing(self, block: ColumnBlock) -> int:
        """Return how many values there are until the next look, at least 1."""
        size = _size(block)
        return next(look * self._burn_in for look in LOOKS if look * self._burn_in > size) - size

    def is_due(self, block: ColumnBlock) -> bool:
        """Tell whether the values are as many as are looked at."""
        return any(look * self._burn_in == _size(block) for look in LOOKS)

    def is_whole(self, block: ColumnBlock) -> bool:
        """Tell whether there is no further look."""
        return _size(block) >= LOOKS[-1] * self._burn_in

    def values(self, block: ColumnBlock) -> Numbers:
        """Return the values, shape ``(n,)``."""
        return self._pairs[: 2 * _size(block) : 2].copy()

    def rows(self, block: ColumnBlock) -> Integers:
        """Return the numbers of their rows, shape ``(n,)``."""
        return self._pairs[1 : 2 * _size(block) : 2].astype(np.int64)

    def add(self, block: ColumnBlock, values: Numbers, rows: Integers) -> None:
        """Take values and the numbers of their rows, shape ``(n,)`` each, up to the next look."""
        begin = 2 * _size(block)
        end = begin + 2 * len(values)
        if end > len(self._pairs):
            self._reserve(begin, max(end, 2 * begin))
        self._pairs[begin:end:2] = values
        self._pairs[begin + 1 : end : 2] = rows
        block.tally[SAMPLED] = end // 2

    def tell(self, block: ColumnBlock, coming: int = 0) -> None:
        """Write into the block where the values lie, and how many of them there may be.

        The one that makes a look due is never taken by a kernel.

        Parameters
        ----------
        block
            Of the column.
        coming
            How many there is to be room for.
        """
        self._reserve(2 * _size(block), 2 * (_size(block) + coming))
        room = min(len(self._pairs) // 2, _size(block) + self.missing(block) - 1)
        block.words[AGAIN_AT] = address_of(self._pairs)
        block.words[AGAIN_SIZE] = room

    def _reserve(self, begin: int, wanted: int) -> None:
        """Have room for so many numbers, or for as many as there may be."""
        wanted = min(wanted, 2 * LOOKS[-1] * self._burn_in)
        if wanted > len(self._pairs):
            grown = SLABS.take(wanted)
            grown[:begin] = self._pairs[:begin]
            self._pairs = grown


def _size(block: ColumnBlock) -> int:
    return int(block.tally[SAMPLED])
