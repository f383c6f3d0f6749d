"""What a worker tells of its columns: how many values of what quality they had, and their mean."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numba import njit
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.arrays.addresses import pointer
from detectors.monitors.column_monitor import ColumnMonitor, Doubt
from detectors.reference.column_block import (
    BUDGET,
    COUNT,
    EDGES,
    FLAGS,
    HELD,
    LATEST,
    LIMITS,
    LIMITS_SIZE,
    MEAN,
    PROBLEMS,
    READY,
    SEASON,
    SIZE,
    SQUARES,
    TALLY,
    TALLY_SIZE,
    WIDE,
    WINDOW,
    WINDOWS,
    WORD,
    counts_words,
    recent_words,
)
from detectors.reference.moments import with_each
from detectors.reference.season import MEMORY as SEASON_MEMORY
from detectors.reference.season import NAMES, code_of
from schemas.tables.columns import Kind


class Figures(NamedTuple):
    """Of one column.

    Attributes
    ----------
    ready
        Whether its burn-in is complete.
    rows, mean
        How many values its reference holds, and their mean; both 0 during the burn-in.
    problems
        Counts of its values by quality, in the order of `schemas.tables.columns.Flag`.
    kind
        What its values are taken for.
    discarded
        Usable values that no reference holds: they came before the kind was chosen.
    budget
        Rows of it to a false alarm, which decide what its detectors must reach.
    doubt
        Why its false-alarm rate may be another than was asked for; None where it is not.
    season
        What is known of its season, one of `detectors.reference.season.NAMES`.
    """

    ready: bool
    rows: int
    mean: float
    problems: tuple[int, ...]
    kind: Kind
    discarded: int
    budget: float
    doubt: Doubt | None
    season: str


def figures_of(columns: Iterable[ColumnMonitor]) -> list[Figures]:
    """Return the figures of columns, all of them in one compiled call: a worker has many."""
    kept = list(columns)
    counts = np.empty((len(kept), 3 + FLAGS), dtype=np.int64)
    means, budgets = np.empty(len(kept)), np.empty(len(kept))
    addresses = [column.reference.block.address for column in kept]
    _read(np.array(addresses, dtype=np.int64), counts, means, budgets)
    return [
        Figures(
            ready=bool(ready),
            rows=rows,
            mean=mean,
            problems=tuple(problems),
            kind=column.kind,
            discarded=column.discarded,
            budget=budget,
            doubt=column.doubt,
            season=NAMES[code],
        )
        for column, (ready, rows, code, *problems), mean, budget in zip(
            kept, counts.tolist(), means.tolist(), budgets.tolist(), strict=True
        )
    ]


@njit(cache=True, nogil=True, error_model="numpy")
def _read(
    places: NDArray[np.int64],
    counts: NDArray[np.int64],
    means: NDArray[np.float64],
    budgets: NDArray[np.float64],
) -> None:
    for column in range(len(places)):
        block = places[column]
        head = carray(pointer(block), (TALLY,), np.int64)
        tally = carray(pointer(block + WORD * TALLY), (TALLY_SIZE,), np.float64)
        words = counts_words(head[SIZE], head[WIDE]) + recent_words(head[SIZE])
        at = block + WORD * (WINDOWS + 2 * head[WINDOW] + words + head[EDGES])
        latest = carray(pointer(at), (head[LATEST],), np.float64)[: int(tally[HELD])]
        count, mean, _ = with_each(int(tally[COUNT]), tally[MEAN], tally[SQUARES], latest)
        counts[column, 0] = head[READY] != 0
        counts[column, 1] = count
        season = carray(pointer(block + WORD * SEASON), (SEASON_MEMORY,), np.float64)
        counts[column, 2] = code_of(season)
        counts[column, 3:] = head[PROBLEMS : PROBLEMS + FLAGS]
        means[column] = mean
        budgets[column] = carray(pointer(block + WORD * LIMITS), (LIMITS_SIZE,), np.float64)[BUDGET]
