"""Which values of a column are judged, and whether there is room for them."""

import numpy as np
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.algorithms.adwin import is_room
from detectors.arrays.addresses import pointer
from detectors.monitors.fused_outcome import NO_ROOM
from detectors.monitors.fused_part import callee, part
from detectors.reference.column_block import (
    AGAIN_AT,
    AGAIN_SIZE,
    BIN_OF_AT,
    CATEGORY_COUNTS_SIZE,
    COUNT,
    HELD,
    NARROW,
    NEXT,
    NEXT_SAMPLED,
    NEXT_SKIP,
    ROWS,
    SAMPLED,
    SKIP,
    STRIDE,
    WIDE,
    WINDOW,
    WINDOWS,
    WORD,
)

Numbers = NDArray[np.int64]


@part()
def fits(
    values: NDArray[np.float64],
    block: int,
    head: Numbers,
    tally: NDArray[np.float64],
    adwin: NDArray[np.float64],
) -> bool:
    """Tell whether a column's arrays have room for further values."""
    # Both windows have got the same number of values.
    window = carray(pointer(block + WORD * WINDOWS), (head[WINDOW],), np.float64)
    fits = is_room(window, len(values), adwin)
    if head[WIDE] == 0:
        fits &= tally[HELD] + tally[COUNT] + len(values) < NARROW
    if head[BIN_OF_AT] != 0:
        for value in values:
            fits &= value < head[CATEGORY_COUNTS_SIZE]
    return bool(fits)


@part()
def _sample_again(
    values: NDArray[np.float64],
    flags: NDArray[np.uint8],
    head: Numbers,
    tally: NDArray[np.float64],
    first: int,
) -> bool:
    """Write values to the second sample, if there is one; tell whether there was room."""
    if head[AGAIN_AT] == 0:
        tally[NEXT_SAMPLED] = 0.0
        return True
    held, room = int(tally[SAMPLED]), head[AGAIN_SIZE]
    if held + len(values) > room:
        return False
    pairs = carray(pointer(head[AGAIN_AT]), (2 * room,), np.float64)
    for row in range(len(values)):
        if len(flags) == 0 or flags[row] == 0:
            pairs[2 * held], pairs[2 * held + 1] = values[row], first + row
            held += 1
    tally[NEXT_SAMPLED] = held
    return True


@callee()
def gather(
    values: NDArray[np.float64],
    flags: NDArray[np.uint8],
    head: Numbers,
    tally: NDArray[np.float64],
    first: int,
    judged: NDArray[np.float64],
    rows: Numbers,
) -> int:
    """Copy those values that are judged, and their rows; return how many, or `NO_ROOM`."""
    stride, wait, count = head[STRIDE], int(tally[SKIP]), 0
    follow, following = True, head[NEXT]
    for row in range(len(values)):
        if len(flags) > 0 and flags[row] != 0:
            continue
        if wait == 0:
            judged[count] = values[row]
            rows[count] = first + row
            follow &= first + row == following
            following += stride
            count += 1
            wait = stride
        wait -= 1
    if head[ROWS] == 0 and not follow:
        return NO_ROOM
    if not _sample_again(values, flags, head, tally, first):
        return NO_ROOM
    tally[NEXT_SKIP] = wait
    return count
