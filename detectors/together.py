"""All columns of a batch in one compiled call: bins, ranks, detectors and moments.

What `detectors.column_monitor.ColumnMonitor.update` does in a dozen calls for each column, which
cost more to prepare than to do where batches are small. That is the plain version of it, and the
oracle of its tests; what is unusual about a column (a burn-in, gaps, categories, other detectors)
is left to it. One long call also lets other threads run meanwhile.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numba import njit
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.adwin import feed as feed_adwin
from detectors.adwin import is_room
from detectors.bins import count_at_most
from detectors.moments import keep_latest
from detectors.page_hinkley import FIELDS
from detectors.page_hinkley import feed as feed_page_hinkley
from detectors.ranks import rank

Place = NDArray[np.int64]
"""Addresses and sizes of one column's state, in the order of `place_of`."""

QUIET: Final = -1
"""In place of a row: no detector fired."""

NO_ROOM: Final = -2
"""In place of a row: an array is too short, and nothing was done."""

_MEMORY: Final = len(FIELDS)
_SEED: Final = 12
_TALLY: Final = 4


def place_of(
    *,
    edges: NDArray[np.float64],
    counts: NDArray[np.int64],
    windows: Sequence[NDArray[np.float64]],
    memories: Sequence[NDArray[np.float64]],
    latest: NDArray[np.float64],
    latest_rows: NDArray[np.int64],
    tally: NDArray[np.float64],
    problems: NDArray[np.int64],
    seed: int,
) -> Place:
    """Return where one column's state lies; whoever asks keeps the arrays alive.

    Parameters
    ----------
    edges, counts, seed
        Of its bins and ranks.
    windows, memories
        Of ADWIN and Page-Hinkley, on the location and on the spread.
    latest, latest_rows, tally
        Of its reference: ``tally`` has how many of the latest there are, and the moments of the
        values before them.
    problems
        Counts of its values by quality.
    """
    return np.array(
        [
            edges.ctypes.data,
            len(edges),
            counts.ctypes.data,
            windows[0].ctypes.data,
            len(windows[0]),
            windows[1].ctypes.data,
            len(windows[1]),
            memories[0].ctypes.data,
            memories[1].ctypes.data,
            latest.ctypes.data,
            len(latest),
            latest_rows.ctypes.data,
            np.uint64(seed).astype(np.int64),
            tally.ctypes.data,
            problems.ctypes.data,
        ],
        dtype=np.int64,
    )


def _to_pointer(_: Any, address: Any) -> Any:
    """Make the pointer that `carray` takes of an address."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


_pointer: Any = intrinsic(_to_pointer)


@njit(cache=True, nogil=True, inline="always")
def _note(
    found: NDArray[np.float64], fired: tuple[int, float, float, float, float], first: int
) -> int:
    found[0], found[1], found[2], found[3], found[4] = fired
    row = fired[0]
    return row if row >= 0 and (first < 0 or row < first) else first


@njit(cache=True, nogil=True, error_model="numpy")
def watch_together(
    places: NDArray[np.int64],
    values: NDArray[np.float64],
    rows: NDArray[np.int64],
    adwin: NDArray[np.float64],
    page_hinkley: NDArray[np.float64],
    found: NDArray[np.float64],
    first: NDArray[np.int64],
) -> None:
    """Feed a column of values to each of ``m`` columns that are ready.

    Parameters
    ----------
    places
        Shape ``(m, 15)``: a `Place` each.
    values, rows
        Shapes ``(m, n)`` and ``(n,)``: finite values, and the numbers of their rows.
    adwin, page_hinkley
        The detectors' settings.
    found
        Shape ``(m, 4, 5)``: gets what the detectors' kernels return, ADWIN on location and spread,
        then Page-Hinkley. One that does not fire up to the first row has -1 or a later row.
    first
        Shape ``(m,)``: gets the first row at which anything fired, `QUIET` or `NO_ROOM`. Where
        something fired the values are in the bins, but not yet in the moments, and the detectors'
        states have no meaning any more.
    """
    count = values.shape[1]
    bins = np.empty(count, dtype=np.int64)
    location = np.empty(count)
    spread = np.empty(count)
    for column in range(len(places)):
        place = places[column]
        window0 = carray(_pointer(place[3]), (place[4],), np.float64)
        window1 = carray(_pointer(place[5]), (place[6],), np.float64)
        if not (is_room(window0, count, adwin) and is_room(window1, count, adwin)):
            first[column] = NO_ROOM
            continue
        edges = carray(_pointer(place[0]), (place[1],), np.float64)
        counts = carray(_pointer(place[2]), (place[1] + 1,), np.int64)
        memory0 = carray(_pointer(place[7]), (_MEMORY,), np.float64)
        memory1 = carray(_pointer(place[8]), (_MEMORY,), np.float64)
        problems = carray(_pointer(place[14]), (1,), np.int64)
        problems[0] += count
        count_at_most(edges, values[column], bins)
        rank(bins, counts, np.uint64(place[_SEED]), location)
        for i in range(count):
            spread[i] = abs(2.0 * location[i] - 1.0)
        fired = QUIET
        fired = _note(found[column, 0], feed_adwin(location, 0, window0, adwin), fired)
        fired = _note(found[column, 1], feed_adwin(spread, 0, window1, adwin), fired)
        fired = _note(
            found[column, 2], feed_page_hinkley(location, 0, memory0, page_hinkley), fired
        )
        fired = _note(found[column, 3], feed_page_hinkley(spread, 0, memory1, page_hinkley), fired)
        first[column] = fired
        if fired == QUIET:
            latest = carray(_pointer(place[9]), (place[10],), np.float64)
            latest_rows = carray(_pointer(place[11]), (place[10],), np.int64)
            tally = carray(_pointer(place[13]), (_TALLY,), np.float64)
            held, earlier, mean, squares = keep_latest(
                values[column],
                rows,
                latest,
                latest_rows,
                int(tally[0]),
                int(tally[1]),
                tally[2],
                tally[3],
            )
            tally[0], tally[1], tally[2], tally[3] = held, earlier, mean, squares
