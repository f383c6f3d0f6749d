"""Means of blocks of a column's values since its reference began: what a change looked like.

A course of the day goes up and down smoothly, a drift is a step. Which of both a change is, the
values that are kept do not tell: they are the latest ones alone. So of everything since the
reference began the counts, sums, and sums of squares of up to `MOST` blocks are kept; where there
is no room for another block, neighbours become one. `detectors.reference.season_learning` fills
them, of values less their middle, and cut off.
"""

from typing import Final

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers
from detectors.snapshots.tree import State

MOST: Final = 32
"""Blocks, of one half of which the others are made when there are more."""

SMALLEST: Final = 8
"""Values of a block at first."""

NEVER: Final = -1.0
"""In place of values that are yet to come: nothing is looked at."""

SIZE: Final = 0  # values of a block
COUNT: Final = 1  # of the block at hand
SUM: Final = 2
SQUARES: Final = 3
USED: Final = 4  # blocks that are complete
DUE: Final = 5  # values to come until it is looked at what has become of a change
BEGAN: Final = 6  # event time of the column's first value, NaN before it
KEPT: Final = 7  # first blocks, which stay as they are
HEAD: Final = 8
COUNTS: Final = slice(HEAD, HEAD + MOST)
SUMS: Final = slice(HEAD + MOST, HEAD + 2 * MOST)
SUMS_OF_SQUARES: Final = slice(HEAD + 2 * MOST, HEAD + 3 * MOST)
_PARTS: Final = COUNTS, SUMS, SUMS_OF_SQUARES
MEMORY: Final = HEAD + 3 * MOST
"""Words of a column."""


@njit(cache=True, nogil=True, error_model="numpy")
def begin(blocks: Numbers) -> None:
    """Begin with no value.

    Parameters
    ----------
    blocks
        Shape ``(MEMORY,)``.
    """
    blocks[:] = 0.0
    blocks[SIZE], blocks[DUE], blocks[BEGAN] = SMALLEST, NEVER, np.nan


def renew(blocks: Numbers) -> None:
    """Begin with no value of a column that has had some."""
    began = blocks[BEGAN]
    begin(blocks)
    blocks[BEGAN] = began


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def until_next(blocks: Numbers) -> float:
    """Return how many values come until something is to be done: `add` them by then."""
    room = blocks[SIZE] - blocks[COUNT]
    return float(min(room, blocks[DUE]) if blocks[DUE] != NEVER else room)


@njit(cache=True, nogil=True, error_model="numpy")
def _halve(blocks: Numbers) -> None:
    """Make one block of two neighbours; the last one may have none."""
    kept = int(blocks[KEPT])
    others = int(blocks[USED]) - kept
    left = (others + 1) // 2
    for part in (blocks[COUNTS], blocks[SUMS], blocks[SUMS_OF_SQUARES]):
        own = part[kept:]
        for i in range(left):
            own[i] = own[2 * i] + (own[2 * i + 1] if 2 * i + 1 < others else 0.0)
        own[left:] = 0.0
    blocks[USED] = kept + left


@njit(cache=True, nogil=True, error_model="numpy")
def close(blocks: Numbers) -> None:
    """End the block at hand, if it has values."""
    if blocks[COUNT] == 0.0:
        return
    used = int(blocks[USED])
    if used == MOST:
        _halve(blocks)
        used = int(blocks[USED])
        blocks[SIZE] *= 2.0
        if blocks[COUNT] < blocks[SIZE]:
            blocks[USED] = used
            return
    blocks[COUNTS][used], blocks[SUMS][used] = blocks[COUNT], blocks[SUM]
    blocks[SUMS_OF_SQUARES][used] = blocks[SQUARES]
    blocks[USED] = used + 1
    blocks[COUNT] = blocks[SUM] = blocks[SQUARES] = 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def add(count: float, total: float, squares: float, blocks: Numbers) -> None:
    """Take values, as many as `until_next` at most.

    Parameters
    ----------
    count
        How many.
    total, squares
        Sums of them, and of their squares, on top of those of the block at hand.
    blocks
        Shape ``(MEMORY,)``.
    """
    blocks[COUNT] += count
    blocks[SUM], blocks[SQUARES] = total, squares
    if blocks[DUE] != NEVER:
        blocks[DUE] -= count
    if blocks[COUNT] >= blocks[SIZE]:
        close(blocks)


@njit(cache=True, nogil=True, error_model="numpy")
def fill(values: Numbers, blocks: Numbers) -> None:
    """Begin with values, shape ``(n,)``."""
    began = blocks[BEGAN]
    begin(blocks)
    blocks[BEGAN] = began
    for value in values:
        add(1.0, blocks[SUM] + value, blocks[SQUARES] + value * value, blocks)


def move(by: float, blocks: Numbers) -> None:
    """Let values lie above another middle, by so much more."""
    for count, total, squares in (
        (COUNT, SUM, SQUARES),
        (COUNTS, SUMS, SUMS_OF_SQUARES),
    ):
        blocks[squares] += by * (2.0 * blocks[total] + blocks[count] * by)
        blocks[total] += blocks[count] * by


def forget(values: float, blocks: Numbers) -> None:
    """Forget blocks that lie for the most part before so many of the latest values."""
    counts, used = blocks[COUNTS], int(blocks[USED])
    behind = blocks[COUNT] + np.cumsum(counts[:used][::-1])[::-1]
    kept = int((behind - counts[:used] / 2.0 > values).sum())
    for part in _PARTS:
        blocks[part] = np.append(blocks[part][kept:], np.zeros(kept))
    blocks[USED], blocks[KEPT] = used - kept, max(blocks[KEPT] - kept, 0.0)


def rest(blocks: Numbers) -> None:
    """Keep few blocks of what came before the one at hand, and take small ones from now on."""
    blocks[KEPT] = 0.0
    while blocks[USED] > MOST // 4:
        _halve(blocks)
    blocks[KEPT] = blocks[USED]
    close(blocks)
    blocks[SIZE] = SMALLEST


def split(latest: Numbers, blocks: Numbers) -> None:
    """Let a block begin with the first of the latest values, shape ``(n,)``, n at least 1."""
    rest = blocks[COUNT], blocks[SUM], blocks[SQUARES]
    count, total, squares = len(latest), float(latest.sum()), float((latest * latest).sum())
    while rest[0] < count and blocks[USED] > 0.0:
        used = int(blocks[USED]) - 1
        rest = (
            rest[0] + blocks[COUNTS][used],
            rest[1] + blocks[SUMS][used],
            rest[2] + blocks[SUMS_OF_SQUARES][used],
        )
        blocks[COUNTS][used] = blocks[SUMS][used] = blocks[SUMS_OF_SQUARES][used] = 0.0
        blocks[USED] = used
    if rest[0] > count:
        blocks[COUNT : SQUARES + 1] = rest[0] - count, rest[1] - total, rest[2] - squares
        close(blocks)
        # Where there was no room, it has become part of a larger block, at hand still.
        rest = 0.0, 0.0, 0.0
    else:
        rest = rest[0] - count, rest[1] - total, rest[2] - squares
    for at, own, more in zip((COUNT, SUM, SQUARES), (count, total, squares), rest, strict=True):
        blocks[at] += own + more
    if blocks[COUNT] >= blocks[SIZE]:
        close(blocks)


def state_of(blocks: Numbers) -> State:
    """Return what `restore` takes."""
    return {"means": blocks.copy()}


def restore(blocks: Numbers, state: State | None) -> None:
    """Restore blocks; without a state, or from one of other lengths, begin."""
    begin(blocks)
    if state is not None and len(state["means"]) == MEMORY:
        blocks[:] = state["means"]
