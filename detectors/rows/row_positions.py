"""Positions of rows as the kernels keep them, and whether rows of many logs were seen before."""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numba import njit
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.arrays.addresses import pointer
from schemas.tables.observations import LARGEST_OFFSET, Integers

KEPT_ROWS: Final = 256
"""Latest rows whose positions are all kept."""

MARK_EVERY: Final = 256
MOST_MARKS: Final = 128
"""Of older rows the positions of one in `MARK_EVERY` are kept, as many as this."""

Trail: TypeAlias = NDArray[np.int64]
"""Positions, shape ``(n, 2)``: number of the source above the offset, event time."""

_OFFSET_BITS: Final = LARGEST_OFFSET.bit_length()

UNKNOWN: Final = -1
"""In place of the number of a source that no row of a log came from."""


class LogAddresses(NamedTuple):
    """Where the arrays of a log lie; valid until it takes rows.

    Attributes
    ----------
    latest, marked, marks, numbers
        Their addresses: both rings of positions, the high-water marks, and the log's own numbers
        of some sources.
    known
        How many sources have marks.
    first
        The number of the next row.
    """

    latest: int
    marked: int
    marks: int
    numbers: int
    known: int
    first: int


FRESH: Final = 0
"""All rows are unseen."""

SEEN: Final = 1
"""Some were counted before, or the offsets began anew."""

STRANGE: Final = 2
"""Some come from a source that the log does not know."""


@njit(cache=True, nogil=True, error_model="numpy")
def keep_rows(
    latest: Trail,
    marked: Trail,
    marks: Integers,
    numbers: Integers,
    first: int,
    source_of: Integers,
    offsets: Integers,
    times: Integers,
) -> None:
    """Write the positions of rows numbered from ``first`` into the rings of a log, and its marks.

    Row ``r`` stands in place ``r % KEPT_ROWS`` of ``latest``, and the ``m``-th of the rows that are
    multiples of `MARK_EVERY` in place ``m % MOST_MARKS`` of ``marked``.
    """
    for i in range(len(offsets)):
        marks[numbers[source_of[i]]] = offsets[i]
    for i in range(max(len(offsets) - KEPT_ROWS, 0), len(offsets)):
        place = (first + i) % KEPT_ROWS
        latest[place, 0] = numbers[source_of[i]] << _OFFSET_BITS | offsets[i]
        latest[place, 1] = times[i]
    for i in range(-first % MARK_EVERY, len(offsets), MARK_EVERY):
        place = (first + i) // MARK_EVERY % MOST_MARKS
        marked[place, 0] = numbers[source_of[i]] << _OFFSET_BITS | offsets[i]
        marked[place, 1] = times[i]


@njit(cache=True, nogil=True, error_model="numpy")
def keep_rows_of_many(
    places: Integers,
    bounds: Integers,
    sources: int,
    source_of: Integers,
    offsets: Integers,
    times: Integers,
) -> None:
    """Do `keep_rows` for many logs.

    Parameters
    ----------
    places
        Shape ``(m, 6)``: the `LogAddresses` of each log.
    bounds
        Shape ``(m, 2)``: where the rows of each begin and end.
    sources
        How many sources are numbered.
    source_of, offsets, times
        Shape ``(n,)``, of the rows of all.
    """
    for log in range(len(places)):
        latest_at, marked_at, marks_at, numbers_at, known, first = places[log]
        begin, end = bounds[log]
        keep_rows(
            carray(pointer(latest_at), (KEPT_ROWS, 2), np.int64),
            carray(pointer(marked_at), (MOST_MARKS, 2), np.int64),
            carray(pointer(marks_at), (known,), np.int64),
            carray(pointer(numbers_at), (sources,), np.int64),
            first,
            source_of[begin:end],
            offsets[begin:end],
            times[begin:end],
        )


@njit(cache=True, nogil=True, error_model="numpy")
def look_at_many(
    places: Integers,
    bounds: Integers,
    sources: int,
    source_of: Integers,
    offsets: Integers,
    verdicts: Integers,
) -> None:
    """Tell of many logs whether rows are `FRESH`, `SEEN` or `STRANGE` to them.

    Parameters
    ----------
    places, bounds, sources, source_of, offsets
        As `keep_rows_of_many`.
    verdicts
        Shape ``(m,)``: gets them.
    """
    most = 0
    for log in range(len(places)):
        most = max(most, places[log, 4])
    latest = np.empty(most, dtype=np.int64)
    for log in range(len(places)):
        _, _, marks_at, numbers_at, known, _ = places[log]
        numbers = carray(pointer(numbers_at), (sources,), np.int64)
        latest[:known] = carray(pointer(marks_at), (known,), np.int64)
        begin, end = bounds[log]
        verdicts[log] = FRESH
        before = UNKNOWN
        for row in range(begin, end):
            number, offset = numbers[source_of[row]], offsets[row]
            if number == UNKNOWN:
                verdicts[log] = STRANGE
                break
            # The same offset twice is no replay where one row follows the other.
            if offset < latest[number] or (offset == latest[number] and number != before):
                verdicts[log] = SEEN
                break
            latest[number] = offset
            before = number


def unpacked(trail: Trail) -> NDArray[np.int64]:
    """Return positions in three columns: source, offset, event time."""
    places = trail[:, 0]
    offsets = places & ((1 << _OFFSET_BITS) - 1)
    return np.column_stack([places >> _OFFSET_BITS, offsets, trail[:, 1]])


def packed(positions: NDArray[np.int64]) -> Trail:
    """Return a trail of positions in three columns, as `unpacked` gives them."""
    return np.column_stack([positions[:, 0] << _OFFSET_BITS | positions[:, 1], positions[:, 2]])
