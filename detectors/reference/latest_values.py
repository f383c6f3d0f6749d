"""The latest values of a reference, in its column's block; older ones are in its moments alone."""

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.reference.column_block import COUNT, HELD, NEXT, RECENT, SQUARES, STRIDE, ColumnBlock
from detectors.reference.moments import Moments, keep_latest
from detectors.reference.residuals import LATEST_AT

Integers = NDArray[np.int64]


def held(block: ColumnBlock) -> int:
    """Return how many values are kept, at most `RECENT`."""
    return int(block.tally[HELD])


def earlier(block: ColumnBlock) -> Moments:
    """Return the moments of the values that came before these."""
    count, mean, squares = block.tally[COUNT : SQUARES + 1].tolist()
    return int(count), mean, squares


def recent(block: ColumnBlock) -> Numbers:
    """Return the values that are kept, shape ``(n,)``."""
    return block.latest[: held(block)]


def ranked(block: ColumnBlock) -> Numbers:
    """Return what these are ranked by, shape ``(n,)``: themselves, or their residuals."""
    apart = block.apart
    return apart[LATEST_AT : LATEST_AT + held(block)] if len(apart) else recent(block)


def recent_rows(block: ColumnBlock) -> Integers:
    """Return the row numbers of the values that are kept, shape ``(n,)``."""
    count = held(block)
    if len(block.latest_rows):
        return block.latest_rows[:count]
    stride = int(block.words[STRIDE])
    following: Integers = block.words[NEXT] - stride * np.arange(count, 0, -1)
    return following


def with_rows(block: ColumnBlock) -> ColumnBlock:
    """Return a block that keeps the rows: they do not follow from each other any more."""
    if len(block.latest_rows):
        return block
    known = recent_rows(block)
    block = block.resized(rows=RECENT)
    block.latest_rows[: len(known)] = known
    return block


def ready_for(rows: Integers, block: ColumnBlock) -> ColumnBlock:
    """Return a block that can take values of some rows, at least one, next."""
    if held(block) == 0:
        block.words[NEXT] = rows[0]
    # At least a stride lies between two of them, so that the ends tell.
    follow = rows[0] == block.words[NEXT]
    follow &= rows[-1] - rows[0] == int(block.words[STRIDE]) * (len(rows) - 1)
    return block if follow else with_rows(block)


def take(values: Numbers, rows: Integers, block: ColumnBlock) -> None:
    """Take values and their row numbers, shape ``(n,)``, into a block that is ready for them."""
    block.tally[HELD : SQUARES + 1] = keep_latest(
        values,
        np.ascontiguousarray(rows),
        block.latest,
        block.latest_rows,
        held(block),
        *earlier(block),
    )
    block.words[NEXT] = rows[-1] + int(block.words[STRIDE])
