"""The values of a burn-in."""

import numpy as np
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.algorithms.rank_bets import MEMORY as BETS_MEMORY
from detectors.arrays.addresses import pointer
from detectors.monitors.fused_outcome import NO_ROOM, QUIET
from detectors.monitors.fused_part import callee, part
from detectors.reference.column_block import (
    ADDRESS,
    BETS,
    BUDGET,
    EDGES,
    LOOK,
    LOOK_SIZE,
    NEXT,
    ODDS_LIMIT,
    SAMPLE_AT,
    SAMPLE_ROWS_AT,
    SAMPLE_ROWS_SIZE,
    SAMPLE_SIZE,
    SAMPLED,
    SEED,
    WORD,
)
from detectors.reference.early_ranks import judge
from detectors.reference.early_shares import limits_within

Numbers = NDArray[np.int64]


@part()
def _follow(flags: NDArray[np.uint8], count: int, first: int, following: int) -> bool:
    """Tell whether the usable ones of rows follow each other, from the one that is to come next."""
    for row in range(count):
        if len(flags) == 0 or flags[row] == 0:
            if first + row != following:
                return False
            following += 1
    return True


@part()
def _changes(
    head: Numbers, sample: NDArray[np.float64], held: int, end: int, limits: NDArray[np.float64]
) -> bool:
    """Tell whether new values of a burn-in show a change; if not, they have been judged."""
    bets = carray(pointer(head[ADDRESS] + WORD * BETS), (BETS_MEMORY,), np.float64)
    look = carray(pointer(head[ADDRESS] + WORD * LOOK), (LOOK_SIZE,), np.float64)
    won, next_look = bets.copy(), look[0]
    of_ranks, of_shares = limits_within(limits[BUDGET], limits[ODDS_LIMIT], head[EDGES])
    found = judge(sample, held, end, np.uint64(head[SEED]), bets, look, of_ranks, of_shares)
    if found[0] < 0:
        return False
    bets[:], look[0] = won, next_look
    return True


@callee()
def burn(
    values: NDArray[np.float64],
    flags: NDArray[np.uint8],
    head: Numbers,
    tally: NDArray[np.float64],
    first: int,
    limits: NDArray[np.float64],
) -> int:
    """Take values into the burn-in of a column; return `QUIET`, or `NO_ROOM` with nothing done.

    A change that is found in them is left to the plain path too.
    """
    held = int(tally[SAMPLED])
    before = held
    expected = head[NEXT]
    if held + len(values) > head[SAMPLE_SIZE]:
        return NO_ROOM
    if head[SAMPLE_ROWS_AT] == 0 and not _follow(
        flags, len(values), first, expected if held else first
    ):
        return NO_ROOM
    sample = carray(pointer(head[SAMPLE_AT]), (head[SAMPLE_SIZE],), np.float64)
    for row in range(len(values)):
        if len(flags) == 0 or flags[row] == 0:
            sample[held] = values[row]
            if head[SAMPLE_ROWS_AT] != 0:
                carray(pointer(head[SAMPLE_ROWS_AT]), (head[SAMPLE_ROWS_SIZE],), np.int64)[held] = (
                    first + row
                )
            held += 1
            head[NEXT] = first + row + 1
    if _changes(head, sample, before, held, limits):
        head[NEXT] = expected
        return NO_ROOM
    tally[SAMPLED] = held
    return QUIET
