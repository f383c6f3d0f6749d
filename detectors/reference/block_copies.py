"""Copies of the blocks of columns, which a kernel goes back to where it went too far.

What lies elsewhere is copied too, but for samples: what is written to these stands behind all that
counts.
"""

import numpy as np
from numba import njit
from numba.np.numpy_support import carray

from detectors.arrays.addresses import pointer
from detectors.reference.column_block import (
    APART,
    BIN_OF_AT,
    CATEGORY_COUNTS_AT,
    CATEGORY_COUNTS_SIZE,
    EDGES,
    LATEST,
    READY,
    ROWS,
    SIZE,
    TALLY,
    WIDE,
    WINDOW,
    Integers,
    block_words,
)


@njit(cache=True, nogil=True, error_model="numpy")
def _lengths(address: int) -> tuple[int, int]:
    """Return how many words a block has, and the counts of its categories."""
    head = carray(pointer(address), (TALLY,), np.int64)
    words = block_words(
        head[WINDOW], head[SIZE], head[EDGES], head[LATEST], head[ROWS], head[WIDE], head[APART]
    )
    counted = head[READY] != 0 and head[BIN_OF_AT] != 0
    return words, (head[CATEGORY_COUNTS_SIZE] if counted else 0)


@njit(cache=True, nogil=True, error_model="numpy")
def keep(addresses: Integers, copies: Integers) -> Integers:
    """Copy the blocks at some addresses, shape ``(c,)``, one after the other.

    Parameters
    ----------
    addresses
        Whoever asks keeps the blocks alive.
    copies
        Where to; other ones are made where there is no room.
    """
    room = 0
    for address in addresses:
        words, counts = _lengths(address)
        room += words + counts
    if len(copies) < room:
        copies = np.empty(room, dtype=np.int64)
    at = 0
    for address in addresses:
        words, counts = _lengths(address)
        block = carray(pointer(address), (words,), np.int64)
        copies[at : at + words] = block
        at += words
        copies[at : at + counts] = carray(pointer(block[CATEGORY_COUNTS_AT]), (counts,), np.int64)
        at += counts
    return copies


@njit(cache=True, nogil=True, error_model="numpy")
def go_back(addresses: Integers, copies: Integers) -> None:
    """Write the copies that were kept of some blocks to these."""
    at = 0
    for address in addresses:
        words, counts = _lengths(address)
        block = carray(pointer(address), (words,), np.int64)
        block[:] = copies[at : at + words]
        at += words
        carray(pointer(block[CATEGORY_COUNTS_AT]), (counts,), np.int64)[:] = copies[
            at : at + counts
        ]
        at += counts


@njit(cache=True, nogil=True, error_model="numpy")
def words_of(address: int) -> int:
    """Return how many words the copy of one block takes."""
    words, counts = _lengths(address)
    return words + counts
