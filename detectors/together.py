"""Many columns, of one model or of several, in one compiled call: bins, ranks, detectors, moments.

What `detectors.column_monitor.ColumnMonitor.update` does in a dozen calls for each column, which
cost more to prepare than to do where batches are small. That is the plain version of it, and the
oracle of its tests; what is unusual about a column (other detectors, the end of a burn-in, a new
category) is left to it. One long call also lets other threads run meanwhile.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.addresses import pointer
from detectors.adwin import feed as feed_adwin
from detectors.adwin import is_room
from detectors.bins import count_at_most
from detectors.moments import keep_latest
from detectors.page_hinkley import FIELDS
from detectors.page_hinkley import feed as feed_page_hinkley
from detectors.ranks import rank
from schemas.columns import Column, Flags

Place = NDArray[np.int64]
"""Addresses and sizes of one column's state, in the order of `place_of`."""

Numbers = NDArray[np.int64]

QUIET: Final = -1
"""In place of a row: no detector fired."""

NO_ROOM: Final = -2
"""In place of a row: an array is too short, and nothing was done."""

ALL_USABLE: Final = -1
"""In place of the number of flags: the column has none."""

TALLY: Final = 7
"""Numbers of a tally: how many of the latest there are; number, mean and squared deviations of the
values before them; how many values are passed over before the next one is judged; a place for what
comes after; values of the burn-in."""

_MEMORY: Final = len(FIELDS)
_FLAGS: Final = 6
_PLACE: Final = 19


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
    stride: int,
) -> Place:
    """Return where one column's state lies; whoever asks keeps the arrays alive.

    Parameters
    ----------
    edges, counts, seed, stride
        Of its bins and ranks; one in ``stride`` values is judged.
    windows, memories
        Of ADWIN and Page-Hinkley, on the location and on the spread.
    latest, latest_rows, tally
        Of its reference.
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
            stride,
            0,
            0,
            0,
        ],
        dtype=np.int64,
    )


def category_place_of(
    *,
    bin_of: NDArray[np.int64],
    size: int,
    category_counts: NDArray[np.int64],
    **others: Any,
) -> Place:
    """Return where the state of a column of categories lies.

    Parameters
    ----------
    bin_of, size
        Of its bins.
    category_counts
        Values of each category number; a number beyond them is not taken here.
    others
        As `place_of`.
    """
    place = place_of(edges=np.empty(0), **others)
    place[:2] = bin_of.ctypes.data, len(bin_of)
    place[16:] = size, category_counts.ctypes.data, len(category_counts)
    return place


def burning_place_of(
    *,
    sample: NDArray[np.float64],
    sample_rows: NDArray[np.int64],
    target: int,
    tally: NDArray[np.float64],
    problems: NDArray[np.int64],
) -> Place:
    """Return where the state of a column lies that is in its burn-in; parameters as `place_of`.

    Parameters
    ----------
    sample, sample_rows
        Its values so far and their rows, with room for some more.
    target
        With how many the burn-in is complete; these are never taken here.
    """
    place = np.zeros(_PLACE, dtype=np.int64)
    place[9] = sample.ctypes.data
    place[10] = min(len(sample), target - 1)
    place[11] = sample_rows.ctypes.data
    place[13] = tally.ctypes.data
    place[14] = problems.ctypes.data
    return place


class Rows(NamedTuple):
    """The rows of ``c`` columns of numbers.

    Attributes
    ----------
    values
        Shape ``(c, n)``, contiguous.
    flags
        Shape ``(f, n)``: the quality of the values of those columns that have flags.
    flags_of
        Shape ``(c,)``: which of the flags are a column's; `ALL_USABLE` for none.
    """

    values: NDArray[np.float64]
    flags: NDArray[np.uint8]
    flags_of: Numbers


def rows_of(columns: Sequence[Column]) -> Rows:
    """Return the rows of columns, at least one; those of categories are to be numbered yet."""
    flags: list[Flags] = []
    flags_of = []
    values = np.empty((len(columns), len(columns[0].values)))
    for number, column in enumerate(columns):
        values[number] = column.values
        if column.flags is None:
            flags_of.append(ALL_USABLE)
        else:
            flags_of.append(len(flags))
            flags.append(column.flags)
    return Rows(
        values,
        np.stack(flags) if flags else np.empty((0, values.shape[1]), dtype=np.uint8),
        np.array(flags_of, dtype=np.int64),
    )


@njit(cache=True, nogil=True, inline="always")
def _note(
    found: NDArray[np.float64], fired: tuple[int, float, float, float, float], first: int
) -> int:
    found[0], found[1], found[2], found[3], found[4] = fired
    row = fired[0]
    return row if row >= 0 and (first < 0 or row < first) else first


@njit(cache=True, nogil=True, error_model="numpy")
def _fits(values: NDArray[np.float64], place: Place, adwin: NDArray[np.float64]) -> bool:
    """Tell whether a column's arrays have room for further values."""
    window0 = carray(pointer(place[3]), (place[4],), np.float64)
    window1 = carray(pointer(place[5]), (place[6],), np.float64)
    fits = is_room(window0, len(values), adwin) and is_room(window1, len(values), adwin)
    if place[16] > 0:
        for value in values:
            fits &= value < place[18]
    return bool(fits)


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(
    values: NDArray[np.float64],
    flags: NDArray[np.uint8],
    place: Place,
    first: int,
    judged: NDArray[np.float64],
    rows: Numbers,
) -> int:
    """Count values by quality; copy those that are judged, and their rows; return how many.

    ``flags`` is empty where all values are usable.
    """
    problems = carray(pointer(place[14]), (_FLAGS,), np.int64)
    tally = carray(pointer(place[13]), (TALLY,), np.float64)
    stride, wait, count = place[15], int(tally[4]), 0
    if len(flags) == 0:
        problems[0] += len(values)
    for row in range(len(values)):
        if len(flags) > 0:
            problems[flags[row]] += 1
            if flags[row] != 0:
                continue
        if wait == 0:
            judged[count] = values[row]
            rows[count] = first + row
            count += 1
            wait = stride
        wait -= 1
    tally[5] = wait
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _burn(values: NDArray[np.float64], flags: NDArray[np.uint8], place: Place, first: int) -> int:
    """Take values into the burn-in of a column; return `QUIET`, or `NO_ROOM` with nothing done."""
    problems = carray(pointer(place[14]), (_FLAGS,), np.int64)
    tally = carray(pointer(place[13]), (TALLY,), np.float64)
    held = int(tally[6])
    if held + len(values) > place[10]:
        return NO_ROOM
    sample = carray(pointer(place[9]), (place[10],), np.float64)
    rows = carray(pointer(place[11]), (place[10],), np.int64)
    if len(flags) == 0:
        problems[0] += len(values)
    for row in range(len(values)):
        if len(flags) > 0:
            problems[flags[row]] += 1
            if flags[row] != 0:
                continue
        sample[held] = values[row]
        rows[held] = first + row
        held += 1
    tally[6] = held
    return QUIET


@njit(cache=True, nogil=True, error_model="numpy")
def _judge(
    judged: NDArray[np.float64],
    rows: Numbers,
    place: Place,
    adwin: NDArray[np.float64],
    page_hinkley: NDArray[np.float64],
    found: NDArray[np.float64],
    scratch: NDArray[np.float64],
    bins: Numbers,
) -> int:
    """Feed values to one column; return the first at which anything fired, or `QUIET`."""
    count = len(judged)
    window0 = carray(pointer(place[3]), (place[4],), np.float64)
    window1 = carray(pointer(place[5]), (place[6],), np.float64)
    memory0 = carray(pointer(place[7]), (_MEMORY,), np.float64)
    memory1 = carray(pointer(place[8]), (_MEMORY,), np.float64)
    location, spread = scratch[0, :count], scratch[1, :count]
    size = place[16]
    if size == 0:
        size = place[1] + 1
        count_at_most(carray(pointer(place[0]), (place[1],), np.float64), judged, bins)
    else:
        bin_of = carray(pointer(place[0]), (place[1],), np.int64)
        for i in range(count):
            number = int(judged[i])
            bins[i] = bin_of[number] if number < len(bin_of) else size - 1
    counts = carray(pointer(place[2]), (size,), np.int64)
    rank(bins[:count], counts, np.uint64(place[12]), location)
    for i in range(count):
        spread[i] = abs(2.0 * location[i] - 1.0)
    fired = QUIET
    fired = _note(found[0], feed_adwin(location, 0, window0, adwin), fired)
    fired = _note(found[1], feed_adwin(spread, 0, window1, adwin), fired)
    fired = _note(found[2], feed_page_hinkley(location, 0, memory0, page_hinkley), fired)
    fired = _note(found[3], feed_page_hinkley(spread, 0, memory1, page_hinkley), fired)
    if fired == QUIET:
        latest = carray(pointer(place[9]), (place[10],), np.float64)
        latest_rows = carray(pointer(place[11]), (place[10],), np.int64)
        tally = carray(pointer(place[13]), (TALLY,), np.float64)
        held, earlier, mean, squares = keep_latest(
            judged,
            rows,
            latest,
            latest_rows,
            int(tally[0]),
            int(tally[1]),
            tally[2],
            tally[3],
        )
        tally[0], tally[1], tally[2], tally[3] = held, earlier, mean, squares
        if place[16] > 0:
            category_counts = carray(pointer(place[17]), (place[18],), np.int64)
            for i in range(count):
                category_counts[int(judged[i])] += 1
    return fired


@njit(cache=True, nogil=True, error_model="numpy")
def watch_together(
    places: Numbers,
    values: NDArray[np.float64],
    flags: NDArray[np.uint8],
    flags_of: Numbers,
    bounds: Numbers,
    firsts: Numbers,
    adwin: NDArray[np.float64],
    page_hinkley: NDArray[np.float64],
    found: NDArray[np.float64],
    at: Numbers,
) -> None:
    """Feed its rows of each of ``c`` columns to each of ``m`` models.

    Parameters
    ----------
    places
        Shape ``(m, c, 19)``: a `Place` each.
    values, flags, flags_of
        The `Rows`, of one model after the other; usable values are finite.
    bounds
        Shape ``(m, 2)``: where the rows of each model begin and end.
    firsts
        Shape ``(m,)``: the number that each model gives to its first row.
    adwin, page_hinkley
        The detectors' settings.
    found
        Shape ``(m, c, 4, 5)``: gets what the detectors' kernels return, ADWIN on location and
        spread, then Page-Hinkley. One that does not fire up to the first row has -1 or a later row.
    at
        Shape ``(m, c)``: gets the first of the judged values at which anything fired, `QUIET` or
        `NO_ROOM`. Where something fired the values are in the bins, but not yet in the moments, and
        the detectors' states have no meaning any more.
    """
    longest = 0
    for model in range(len(bounds)):
        longest = max(longest, bounds[model, 1] - bounds[model, 0])
    bins, rows = np.empty(longest, dtype=np.int64), np.empty(longest, dtype=np.int64)
    judged, scratch = np.empty(longest), np.empty((2, longest))
    no_flags = np.empty(0, dtype=np.uint8)
    for model in range(len(bounds)):
        begin, end = bounds[model]
        for column in range(len(flags_of)):
            place = places[model, column]
            own = no_flags
            if flags_of[column] != ALL_USABLE:
                own = flags[flags_of[column], begin:end]
            if place[0] == 0:
                at[model, column] = _burn(values[column, begin:end], own, place, firsts[model])
                continue
            if not _fits(values[column, begin:end], place, adwin):
                at[model, column] = NO_ROOM
                continue
            count = _gather(values[column, begin:end], own, place, firsts[model], judged, rows)
            fired = QUIET
            if count > 0:
                fired = _judge(
                    judged[:count],
                    rows[:count],
                    place,
                    adwin,
                    page_hinkley,
                    found[model, column],
                    scratch,
                    bins,
                )
            at[model, column] = fired
            if fired == QUIET:
                tally = carray(pointer(place[13]), (TALLY,), np.float64)
                tally[4] = tally[5]
