"""What a worker tells of its columns: how many values of what quality they had, and their mean."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.arrays.addresses import pointer
from detectors.reference.column_block import (
    COUNT,
    EDGES,
    FLAGS,
    HELD,
    LATEST,
    MEAN,
    PROBLEMS,
    READY,
    SIZE,
    SQUARES,
    TALLY,
    TALLY_SIZE,
    UNSEEN,
    WIDE,
    WINDOW,
    WINDOWS,
    WORD,
    ColumnBlock,
    counts_words,
)
from detectors.reference.moments import with_each

_NONE: Final = -1.0
"""In place of a share: there is none."""


class Figures(NamedTuple):
    """Of one column.

    Attributes
    ----------
    ready
        Whether its burn-in is complete.
    rows, mean
        How many values its reference holds, and their mean; both 0 during the burn-in.
    unseen
        Share of the values that the part of the burn-in had not seen which has chosen the bins;
        None for numbers, and during the burn-in.
    problems
        Counts of its values by quality, in the order of `schemas.tables.columns.Flag`.
    """

    ready: bool
    rows: int
    mean: float
    unseen: float | None
    problems: tuple[int, ...]


def figures_of(blocks: Iterable[ColumnBlock]) -> list[Figures]:
    """Return the figures of columns, all of them in one compiled call: a worker has many."""
    kept = list(blocks)
    counts = np.empty((len(kept), 2 + FLAGS), dtype=np.int64)
    shares = np.empty((len(kept), 2))
    _read(np.array([block.address for block in kept], dtype=np.int64), counts, shares)
    return [
        Figures(bool(ready), rows, mean, None if unseen == _NONE else unseen, tuple(problems))
        for (ready, rows, *problems), (mean, unseen) in zip(
            counts.tolist(), shares.tolist(), strict=True
        )
    ]


@njit(cache=True, nogil=True, error_model="numpy")
def _share_of_last(bins: int, counts: NDArray[np.integer[Any]]) -> float:
    total = np.int64(0)
    of_last = np.int64(0)
    for b in range(len(counts)):
        total += np.int64(counts[b])
        if b >= len(counts) - bins:
            of_last += np.int64(counts[b])
    return of_last / total


@njit(cache=True, nogil=True, error_model="numpy")
def _read(
    places: NDArray[np.int64], counts: NDArray[np.int64], shares: NDArray[np.float64]
) -> None:
    for column in range(len(places)):
        block = places[column]
        head = carray(pointer(block), (TALLY,), np.int64)
        tally = carray(pointer(block + WORD * TALLY), (TALLY_SIZE,), np.float64)
        words = counts_words(head[SIZE], head[WIDE])
        at = block + WORD * (WINDOWS + 2 * head[WINDOW] + words + head[EDGES])
        latest = carray(pointer(at), (head[LATEST],), np.float64)[: int(tally[HELD])]
        count, mean, _ = with_each(int(tally[COUNT]), tally[MEAN], tally[SQUARES], latest)
        counts[column, 0] = head[READY]
        counts[column, 1] = count
        counts[column, 2:] = head[PROBLEMS : PROBLEMS + FLAGS]
        shares[column, 0] = mean
        shares[column, 1] = _NONE
        if head[UNSEEN] > 0:
            at = block + WORD * (WINDOWS + 2 * head[WINDOW])
            if head[WIDE]:
                held = carray(pointer(at), (head[SIZE],), np.int64)
                shares[column, 1] = _share_of_last(head[UNSEEN], held)
            else:
                narrow = carray(pointer(at), (head[SIZE],), np.uint32)
                shares[column, 1] = _share_of_last(head[UNSEEN], narrow)
