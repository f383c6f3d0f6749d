"""The values of a burn-in, until they have become a reference."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.addresses import address_of
from detectors.arrays.column import Numbers
from detectors.arrays.slabs import SLABS
from detectors.reference.column_block import (
    BUDGET,
    EDGES,
    ELSEWHERE,
    NEXT,
    ODDS_LIMIT,
    SAMPLED,
    SEED,
    ColumnBlock,
)
from detectors.reference.early_ranks import Step, judge
from detectors.reference.early_shares import limits_within

Integers = NDArray[np.int64]

_NOTHING: Final = np.empty(0)


class BurnIn:
    """Values of one column and the numbers of their rows.

    How many there are stands in the column's block, where kernels count them on; and so does the
    row that comes next, from which those of all follow as long as none was missing.
    """

    __slots__ = ("_rows", "_values")

    def __init__(self) -> None:
        self._values: Numbers = _NOTHING
        self._rows: Numbers = _NOTHING

    def values(self, block: ColumnBlock) -> Numbers:
        """Return the values, shape ``(n,)``."""
        return self._values[: burn_in_size(block)]

    def rows(self, block: ColumnBlock) -> Integers:
        """Return the numbers of their rows, shape ``(n,)``."""
        count = burn_in_size(block)
        if len(self._rows):
            return self._rows[:count].view(np.int64)
        following = int(block.words[NEXT])
        return np.arange(following - count, following)

    def add(self, block: ColumnBlock, values: Numbers, rows: Integers, most: int) -> None:
        """Take values and the numbers of their rows, shape ``(n,)`` each.

        Parameters
        ----------
        block
            Of the column.
        values, rows
            What comes next.
        most
            Values that there are going to be, these included.
        """
        if len(values) == 0:
            return
        begin = burn_in_size(block)
        end = begin + len(values)
        if begin == 0:
            block.words[NEXT] = rows[0]
        # Rows ascend, so that the ends tell.
        follow = rows[0] == block.words[NEXT] and rows[-1] - rows[0] == len(rows) - 1
        if len(self._rows) == 0 and not follow:
            known = self.rows(block)
            self._rows = SLABS.take(max(end, len(self._values)))
            self._rows[:begin] = known.view(np.float64)
        if end > len(self._values):
            self._reserve(begin, min(max(end, 2 * begin), most))
        self._values[begin:end] = values
        if len(self._rows):
            self._rows[begin:end] = np.ascontiguousarray(rows).view(np.float64)
        block.words[NEXT] = rows[-1] + 1
        block.tally[SAMPLED] = end

    def judge(self, block: ColumnBlock, rows: Integers) -> Step | None:
        """Judge the latest values; return the first change, after which they are taken back.

        Parameters
        ----------
        block
            Of the column.
        rows
            Numbers of their rows, shape ``(n,)``.
        """
        end = burn_in_size(block)
        held = end - len(rows)
        seed = block.words[SEED : SEED + 1].view(np.uint64)[0]
        # All of the budget: no other detector judges a burn-in.
        budget, of_odds = block.limits[[BUDGET, ODDS_LIMIT]].tolist()
        limits = limits_within(budget, of_odds, block.length(EDGES))
        step = Step(*judge(self._values, held, end, seed, block.bets, block.look, *limits))
        if step.at < 0:
            return None
        block.tally[SAMPLED] = held + step.at + 1
        block.words[NEXT] = rows[step.at] + 1
        return step

    def _reserve(self, begin: int, wanted: int) -> None:
        """Have room for so many values, and for their rows where these are kept."""
        self._values = _grown(self._values, begin, wanted)
        if len(self._rows):
            self._rows = _grown(self._rows, begin, len(self._values))

    def tell(self, block: ColumnBlock, target: int, coming: int = 0) -> None:
        """Write into the block where the values lie, and how many of them there may be.

        Parameters
        ----------
        block
            Of the column.
        target
            With how many the burn-in is complete; these are never taken by a kernel.
        coming
            How many there is to be room for.
        """
        begin = burn_in_size(block)
        # What begins with the first value is no kernel's.
        if begin:
            self._reserve(begin, min(begin + coming, target))
        addresses = [address_of(each) if len(each) else 0 for each in (self._values, self._rows)]
        room = min(len(self._values), target - 1)
        block.words[ELSEWHERE] = *addresses, room, room


def burn_in_size(block: ColumnBlock) -> int:
    """Return how many values of its burn-in a column has."""
    return int(block.tally[SAMPLED])


def _grown(values: Numbers, count: int, wanted: int) -> Numbers:
    """Return an array for so many values, the first ``count`` of which are those of another."""
    if len(values) >= wanted:
        return values
    grown = SLABS.take(wanted)
    grown[:count] = values[:count]
    return grown
