"""Ranks of the values of a column among its bins, and what the shares of these tell."""

import numpy as np
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.algorithms.bernoulli import MEMORY as ODDS_MEMORY
from detectors.algorithms.bernoulli import feed as feed_odds
from detectors.algorithms.multinomial import MEMORY as SHARES_MEMORY
from detectors.algorithms.multinomial import feed as feed_multinomial
from detectors.arrays.addresses import pointer
from detectors.monitors.fused_part import part
from detectors.reference.column_block import (
    EDGES,
    ODDS,
    ODDS_LIMIT,
    SEED,
    SHARES,
    SHARES_LIMIT,
    SIZE,
    WIDE,
    WORD,
)
from detectors.reference.ranks import rank

Numbers = NDArray[np.int64]


@part()
def count_in_bins(
    bins: Numbers,
    counts_at: int,
    head: Numbers,
    edges_at: int,
    block: int,
    limits: NDArray[np.float64],
    recent: NDArray[np.uint16],
    ranks: NDArray[np.float64],
) -> tuple[int, float, float, float, float]:
    """Write the ranks of values and count them in their bins; return what their shares tell."""
    seed = np.uint64(head[SEED])
    shares = carray(pointer(block + WORD * SHARES), (SHARES_MEMORY,), np.float64)
    odds = carray(pointer(block + WORD * ODDS), (ODDS_MEMORY,), np.float64)
    of_odds, first_one = limits[ODDS_LIMIT], 0
    if of_odds > 0.0:
        for edge in carray(pointer(edges_at), (head[EDGES],), np.float64):
            first_one += int(edge <= 1.0)
    if head[WIDE]:
        wide = carray(pointer(counts_at), (head[SIZE],), np.int64)
        if of_odds > 0.0:
            found = feed_odds(bins, wide, first_one, odds, of_odds)
        else:
            found = feed_multinomial(bins, wide, shares, recent, limits[SHARES_LIMIT])
        rank(bins, wide, seed, ranks)
    else:
        narrow = carray(pointer(counts_at), (head[SIZE],), np.uint32)
        if of_odds > 0.0:
            found = feed_odds(bins, narrow, first_one, odds, of_odds)
        else:
            found = feed_multinomial(bins, narrow, shares, recent, limits[SHARES_LIMIT])
        rank(bins, narrow, seed, ranks)
    return found
