"""The values of a column before its detectors."""

from typing import Final

import numpy as np
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.algorithms.adwin_pair import feed_pair
from detectors.algorithms.joint_bets import MEMORY as JOINT_MEMORY
from detectors.algorithms.joint_bets import contribute
from detectors.algorithms.page_hinkley import feed as feed_page_hinkley
from detectors.algorithms.rank_bets import MEMORY as BETS_MEMORY
from detectors.algorithms.rank_bets import feed as feed_bets
from detectors.algorithms.value_faults import may_stay
from detectors.arrays.addresses import pointer
from detectors.monitors.fused_counting import count_in_bins
from detectors.monitors.fused_faults import shows_fault
from detectors.monitors.fused_outcome import NO_ROOM, QUIET
from detectors.monitors.fused_part import callee, part
from detectors.reference.bins import count_at_most
from detectors.reference.column_block import (
    APART,
    BETS,
    BIN_OF_AT,
    BIN_OF_SIZE,
    CATEGORY_COUNTS_AT,
    CATEGORY_COUNTS_SIZE,
    COUNT,
    EDGES,
    HELD,
    JOINT,
    LATEST,
    MEAN,
    MEMORIES,
    MEMORY,
    NEXT,
    RANK_LIMIT,
    READY,
    ROWS,
    SEED,
    SIZE,
    SQUARES,
    STRIDE,
    WATCHED,
    WIDE,
    WINDOW,
    WINDOWS,
    WORD,
    counts_words,
    recent_words,
)
from detectors.reference.moments import keep_latest
from detectors.reference.residuals import MEMORY as FILTER
from detectors.reference.residuals import PART, keep_residuals, residuals_of

Numbers = NDArray[np.int64]


DETECTORS: Final = 6
"""How many of them watch a column."""


@part()
def _note(
    found: NDArray[np.float64], fired: tuple[int, float, float, float, float], first: int
) -> int:
    found[0], found[1], found[2], found[3], found[4] = fired
    row = fired[0]
    return row if row >= 0 and (first < 0 or row < first) else first


@part()
def _standings(
    judged: NDArray[np.float64],
    at: int,
    head: Numbers,
    scratch: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return what values are ranked by, themselves or residuals, and the filter after them.

    And the part of the block that residuals have, which lies behind the edges at an address.
    """
    standings, after = judged, scratch[3, :FILTER]
    part_at = at + WORD * (head[EDGES] + head[LATEST] + head[ROWS])
    part = carray(pointer(part_at), (PART,), np.float64)
    if head[APART] != 0:
        standings = scratch[2, : len(judged)]
        residuals_of(judged, part, np.uint64(head[SEED]), standings, after)
    return standings, after, part


@part()
def _join(
    ranks: NDArray[np.float64],
    rows: Numbers,
    block: int,
    origin: int,
    row_bets: NDArray[np.float64],
) -> None:
    """Add the ranks of one column to the bets on its model."""
    memory = carray(pointer(block + WORD * JOINT), (JOINT_MEMORY,), np.float64)
    contribute(ranks, rows, memory, origin, row_bets)


@callee()
def judge_values(
    judged: NDArray[np.float64],
    rows: Numbers,
    block: int,
    head: Numbers,
    tally: NDArray[np.float64],
    adwin: NDArray[np.float64],
    page_hinkley: NDArray[np.float64],
    limits: NDArray[np.float64],
    found: NDArray[np.float64],
    scratch: NDArray[np.float64],
    bins: Numbers,
    origin: int,
    row_bets: NDArray[np.float64],
) -> int:
    """Feed values to one column; return the first at which anything fired, or `QUIET`."""
    count = len(judged)
    at = block + WORD * MEMORIES
    memory0 = carray(pointer(at), (MEMORY,), np.float64)
    memory1 = carray(pointer(at + WORD * MEMORY), (MEMORY,), np.float64)
    at = block + WORD * WINDOWS
    window0 = carray(pointer(at), (head[WINDOW],), np.float64)
    at += WORD * head[WINDOW]
    window1 = carray(pointer(at), (head[WINDOW],), np.float64)
    at += WORD * head[WINDOW]
    size, counts_at = head[SIZE], at
    at += WORD * counts_words(size, head[WIDE])
    recent = carray(pointer(at), (size,), np.uint16)
    at += WORD * recent_words(size)
    location, spread, has_new = scratch[0, :count], scratch[1, :count], False
    standings, after, part = _standings(judged, at, head, scratch)
    if head[BIN_OF_AT] == 0:
        count_at_most(carray(pointer(at), (head[EDGES],), np.float64), standings, bins)
    else:
        bin_of = carray(pointer(head[BIN_OF_AT]), (head[BIN_OF_SIZE],), np.int64)
        for i in range(count):
            number = int(judged[i])
            bins[i] = bin_of[number] if number < len(bin_of) else size - 1
            has_new |= bins[i] >= bin_of[0]
    edges_at = at
    at += WORD * head[EDGES]
    latest = carray(pointer(at), (head[LATEST],), np.float64)
    if head[READY] == WATCHED:
        known = latest[: int(tally[HELD])]
        # Looked at here first: a call for nothing is what small batches would pay for most.
        if (has_new or may_stay(judged, known)) and shows_fault(
            judged, bins[:count], known, counts_at, head
        ):
            return NO_ROOM
    by_bins = count_in_bins(
        bins[:count], counts_at, head, edges_at, block, limits, recent, location
    )
    for i in range(count):
        spread[i] = abs(2.0 * location[i] - 1.0)
    by_location, by_spread = feed_pair(location, spread, window0, window1, adwin)
    fired = _note(found[1], by_spread, _note(found[0], by_location, QUIET))
    fired = _note(found[2], feed_page_hinkley(location, 0, memory0, page_hinkley), fired)
    fired = _note(found[3], feed_page_hinkley(spread, 0, memory1, page_hinkley), fired)
    won = carray(pointer(block + WORD * BETS), (BETS_MEMORY,), np.float64)
    fired = _note(found[4], feed_bets(location, won, limits[RANK_LIMIT]), fired)
    fired = _note(found[5], by_bins, fired)
    # What comes after a detection belongs to the next reference.
    _join(location[: count if fired == QUIET else fired + 1], rows, block, origin, row_bets)
    if fired == QUIET:
        if head[APART] != 0:
            keep_residuals(judged, standings, after, part, int(tally[HELD]))
        at += WORD * head[LATEST]
        latest_rows = carray(pointer(at), (head[ROWS],), np.int64)
        held, earlier, mean, squares = keep_latest(
            judged,
            rows,
            latest,
            latest_rows,
            int(tally[HELD]),
            int(tally[COUNT]),
            tally[MEAN],
            tally[SQUARES],
        )
        tally[HELD], tally[COUNT], tally[MEAN], tally[SQUARES] = held, earlier, mean, squares
        head[NEXT] = rows[count - 1] + head[STRIDE]
        if head[BIN_OF_AT] != 0:
            category_counts = carray(
                pointer(head[CATEGORY_COUNTS_AT]), (head[CATEGORY_COUNTS_SIZE],), np.int64
            )
            for i in range(count):
                category_counts[int(judged[i])] += 1
    return fired
