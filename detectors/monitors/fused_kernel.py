"""Many columns, of one model or of several, in one compiled call: bins, ranks, detectors, moments.

What `detectors.monitors.column_monitor.ColumnMonitor.update` does in a dozen calls for each column,
which cost more to prepare than to do where batches are small. That is the plain version of it, and
the oracle of its tests; what is unusual about a column (other detectors, the end of a burn-in, a
new category) is left to it. One long call also lets other threads run meanwhile.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.algorithms import share_cusum
from detectors.algorithms.adwin import is_room
from detectors.algorithms.adwin_pair import feed_pair
from detectors.algorithms.bernoulli import MEMORY as ODDS_MEMORY
from detectors.algorithms.bernoulli import feed as feed_odds
from detectors.algorithms.joint_bets import MEMORY as JOINT_MEMORY
from detectors.algorithms.joint_bets import WIDTH, contribute
from detectors.algorithms.multinomial import MEMORY as SHARES_MEMORY
from detectors.algorithms.multinomial import feed as feed_multinomial
from detectors.algorithms.page_hinkley import feed as feed_page_hinkley
from detectors.algorithms.rank_bets import MEMORY as BETS_MEMORY
from detectors.algorithms.rank_bets import feed as feed_bets
from detectors.algorithms.share_cusum import feed as feed_shares
from detectors.algorithms.share_cusum import is_calm
from detectors.algorithms.value_faults import find, may_stay
from detectors.arrays.addresses import pointer
from detectors.monitors.joint_look import (
    IS_ON,
    NEXT_LOOK,
    NOTHING,
    has_passed,
    may_pass,
    settle,
)
from detectors.monitors.joint_look import NUMBERS as JOINT_NUMBERS
from detectors.reference.bins import count_at_most
from detectors.reference.block_copies import go_back, keep
from detectors.reference.block_means import MEMORY as BLOCKS_MEMORY
from detectors.reference.column_block import (
    ADDRESS,
    AGAIN_AT,
    AGAIN_SIZE,
    APART,
    BETS,
    BIN_OF_AT,
    BIN_OF_SIZE,
    BUDGET,
    CATEGORY_COUNTS_AT,
    CATEGORY_COUNTS_SIZE,
    COUNT,
    DELTA,
    EDGES,
    FLAGS,
    HELD,
    JOINT,
    LATEST,
    LIMITS,
    LIMITS_SIZE,
    LOOK,
    MEAN,
    MEMORIES,
    MEMORY,
    NARROW,
    NEXT,
    NEXT_SAMPLED,
    NEXT_SKIP,
    ODDS,
    ODDS_LIMIT,
    PROBLEMS,
    QUALITY,
    RANK_LIMIT,
    READY,
    ROWS,
    SAMPLE_AT,
    SAMPLE_ROWS_AT,
    SAMPLE_ROWS_SIZE,
    SAMPLE_SIZE,
    SAMPLED,
    SEASON,
    SEED,
    SHARES,
    SHARES_LIMIT,
    SIZE,
    SKIP,
    SQUARES,
    STRIDE,
    TALLY,
    TALLY_SIZE,
    THRESHOLD,
    WATCHED,
    WIDE,
    WINDOW,
    WINDOWS,
    WORD,
    counts_words,
    recent_words,
)
from detectors.reference.early_ranks import judge
from detectors.reference.early_shares import limits_within
from detectors.reference.moments import keep_latest
from detectors.reference.ranks import rank
from detectors.reference.residuals import MEMORY as FILTER
from detectors.reference.residuals import PART, keep_residuals, residuals_of
from detectors.reference.season import MEMORY as SEASON_MEMORY
from detectors.reference.season import (
    MODE,
    MS_PER_HOUR,
    NONE,
    STANDS,
    STAYS,
    is_seasonal,
)
from detectors.reference.season_learning import note
from detectors.reference.season_removal import take_off
from schemas.tables.columns import Column, Flags

Numbers = NDArray[np.int64]

QUIET: Final = -1
"""In place of a row: no detector fired."""

NO_ROOM: Final = -2
"""In place of a row: something is too short for the values, too many of them are not ok, or they
show a fault, and nothing was done."""

DETECTORS: Final = 6
"""How many of them watch a column."""

FED: Final = 0
FOUND: Final = 1
SAYS: Final = 2
"""Why the rows of a model have ended: all were fed, something fired, or all columns together have
something to say."""

AHEAD: Final = 1024
"""Rows that are fed to the columns of a model before its looks among them: the more there are the
more are fed for nothing where something is found in them."""

COURSE_MEMORY: Final = SEASON_MEMORY + BLOCKS_MEMORY
"""Words of a season, and of the blocks of means that follow it."""

ALL_USABLE: Final = -1
"""In place of the number of flags: the column has none."""


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
    times
        Shape ``(n,)``: event times, milliseconds since the epoch.
    """

    values: NDArray[np.float64]
    flags: NDArray[np.uint8]
    flags_of: Numbers
    times: Numbers


def rows_of(columns: Sequence[Column], times: Numbers | None = None) -> Rows:
    """Return the rows of columns, at least one; those of categories are to be numbered yet.

    Where no event times are given all rows have the same.
    """
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
        np.zeros(values.shape[1], dtype=np.int64) if times is None else times.copy(),
    )


@njit(cache=True, nogil=True, inline="always")
def _note(
    found: NDArray[np.float64], fired: tuple[int, float, float, float, float], first: int
) -> int:
    found[0], found[1], found[2], found[3], found[4] = fired
    row = fired[0]
    return row if row >= 0 and (first < 0 or row < first) else first


@njit(cache=True, nogil=True, error_model="numpy")
def _fits(
    values: NDArray[np.float64],
    block: int,
    head: Numbers,
    tally: NDArray[np.float64],
    adwin: NDArray[np.float64],
) -> bool:
    """Tell whether a column's arrays have room for further values."""
    # Both windows have got the same number of values.
    window = carray(pointer(block + WORD * WINDOWS), (head[WINDOW],), np.float64)
    fits = is_room(window, len(values), adwin)
    if head[WIDE] == 0:
        fits &= tally[HELD] + tally[COUNT] + len(values) < NARROW
    if head[BIN_OF_AT] != 0:
        for value in values:
            fits &= value < head[CATEGORY_COUNTS_SIZE]
    return bool(fits)


@njit(cache=True, nogil=True, error_model="numpy")
def _sample_again(
    values: NDArray[np.float64],
    flags: NDArray[np.uint8],
    head: Numbers,
    tally: NDArray[np.float64],
    first: int,
) -> bool:
    """Write values to the second sample, if there is one; tell whether there was room."""
    if head[AGAIN_AT] == 0:
        tally[NEXT_SAMPLED] = 0.0
        return True
    held, room = int(tally[SAMPLED]), head[AGAIN_SIZE]
    if held + len(values) > room:
        return False
    pairs = carray(pointer(head[AGAIN_AT]), (2 * room,), np.float64)
    for row in range(len(values)):
        if len(flags) == 0 or flags[row] == 0:
            pairs[2 * held], pairs[2 * held + 1] = values[row], first + row
            held += 1
    tally[NEXT_SAMPLED] = held
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(
    values: NDArray[np.float64],
    flags: NDArray[np.uint8],
    head: Numbers,
    tally: NDArray[np.float64],
    first: int,
    judged: NDArray[np.float64],
    rows: Numbers,
) -> int:
    """Copy those values that are judged, and their rows; return how many, or `NO_ROOM`."""
    stride, wait, count = head[STRIDE], int(tally[SKIP]), 0
    follow, following = True, head[NEXT]
    for row in range(len(values)):
        if len(flags) > 0 and flags[row] != 0:
            continue
        if wait == 0:
            judged[count] = values[row]
            rows[count] = first + row
            follow &= first + row == following
            following += stride
            count += 1
            wait = stride
        wait -= 1
    if head[ROWS] == 0 and not follow:
        return NO_ROOM
    if not _sample_again(values, flags, head, tally, first):
        return NO_ROOM
    tally[NEXT_SKIP] = wait
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _follow(flags: NDArray[np.uint8], count: int, first: int, following: int) -> bool:
    """Tell whether the usable ones of rows follow each other, from the one that is to come next."""
    for row in range(count):
        if len(flags) == 0 or flags[row] == 0:
            if first + row != following:
                return False
            following += 1
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _changes(
    head: Numbers, sample: NDArray[np.float64], held: int, end: int, limits: NDArray[np.float64]
) -> bool:
    """Tell whether new values of a burn-in show a change; if not, they have been judged."""
    bets = carray(pointer(head[ADDRESS] + WORD * BETS), (BETS_MEMORY,), np.float64)
    look = carray(pointer(head[ADDRESS] + WORD * LOOK), (1,), np.float64)
    won, next_look = bets.copy(), look[0]
    of_ranks, of_shares = limits_within(limits[BUDGET], limits[ODDS_LIMIT], head[EDGES])
    found = judge(sample, held, end, np.uint64(head[SEED]), bets, look, of_ranks, of_shares)
    if found[0] < 0:
        return False
    bets[:], look[0] = won, next_look
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _burn(
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


@njit(cache=True, nogil=True, error_model="numpy")
def _shows_fault(
    judged: NDArray[np.float64],
    bins: Numbers,
    latest: NDArray[np.float64],
    counts_at: int,
    head: Numbers,
) -> bool:
    """Tell whether values show a fault, which is left to the plain path."""
    size = head[SIZE]
    bin_of, first_new = bins[:0], size
    if head[BIN_OF_AT] != 0:
        bin_of = carray(pointer(head[BIN_OF_AT]), (head[BIN_OF_SIZE],), np.int64)
        first_new = bin_of[0]  # of a number without a name, which all unseen ones had
    if head[WIDE]:
        wide = carray(pointer(counts_at), (size,), np.int64)
        found = find(judged, bins, latest, bin_of, wide, first_new)
    else:
        narrow = carray(pointer(counts_at), (size,), np.uint32)
        found = find(judged, bins, latest, bin_of, narrow, first_new)
    return bool(found[0] >= 0)


@njit(cache=True, nogil=True, error_model="numpy")
def _count(
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


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
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


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
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


@njit(cache=True, nogil=True, error_model="numpy")
def _judge(
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
        if (has_new or may_stay(judged, known)) and _shows_fault(
            judged, bins[:count], known, counts_at, head
        ):
            return NO_ROOM
    by_bins = _count(bins[:count], counts_at, head, edges_at, block, limits, recent, location)
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


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _without_season(
    observed: NDArray[np.float64],
    flags: NDArray[np.uint8],
    times: Numbers,
    hours: Numbers,
    first: int,
    head: Numbers,
    course: NDArray[np.float64],
    course_after: NDArray[np.float64],
    scratch: NDArray[np.float64],
) -> tuple[bool, NDArray[np.float64]]:
    """Return whether one season is taken off all values, and what is left of them."""
    values, stays = observed, True
    if course[MODE] > NONE:
        course_after[:] = course
        season, blocks = course_after[:SEASON_MEMORY], course_after[SEASON_MEMORY:]
        stays = note(observed, flags, hours, season[STANDS], season, blocks) == STAYS
        if stays and is_seasonal(course):
            values = scratch[4, : len(observed)]
            take_off(observed, times, first, head[SEED], course[:SEASON_MEMORY], values)
    return stays, values


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _keep_course(course: NDArray[np.float64], course_after: NDArray[np.float64]) -> None:
    if course[MODE] > NONE:
        course[:] = course_after


@njit(cache=True, nogil=True, error_model="numpy")
def _watch(
    observed: NDArray[np.float64],
    flags: NDArray[np.uint8],
    times: Numbers,
    hours: Numbers,
    block: int,
    first: int,
    adwin: NDArray[np.float64],
    page_hinkley: NDArray[np.float64],
    found: NDArray[np.float64],
    judged: NDArray[np.float64],
    rows: Numbers,
    scratch: NDArray[np.float64],
    bins: Numbers,
    quality_after: NDArray[np.float64],
    problems_after: Numbers,
    course_after: NDArray[np.float64],
    origin: int,
    row_bets: NDArray[np.float64],
) -> int:
    """Feed its rows to one column; return the first at which anything fired, or what else was."""
    head = carray(pointer(block), (TALLY,), np.int64)
    tally = carray(pointer(block + WORD * TALLY), (TALLY_SIZE,), np.float64)
    limits = carray(pointer(block + WORD * LIMITS), (LIMITS_SIZE,), np.float64)
    adwin[0], page_hinkley[2] = limits[DELTA], limits[THRESHOLD]
    problems = head[PROBLEMS : PROBLEMS + FLAGS]
    quality = carray(pointer(block + WORD * QUALITY), (share_cusum.MEMORY,), np.float64)
    calm = len(flags) == 0 and is_calm(len(observed), quality, problems)
    if not calm:
        # Of copies: where there is no room, nothing is to be done.
        quality_after[:] = quality
        problems_after[:] = problems
        if feed_shares(flags, len(observed), quality_after, problems_after) != QUIET:
            return NO_ROOM
    # The blocks of means follow the season.
    course = carray(pointer(block + WORD * SEASON), (COURSE_MEMORY,), np.float64)
    stays, values = _without_season(
        observed, flags, times, hours, first, head, course, course_after, scratch
    )
    if not stays:
        return NO_ROOM
    if head[READY] == 0:
        fired = _burn(values, flags, head, tally, first, limits)
    elif not _fits(values, block, head, tally, adwin):
        fired = NO_ROOM
    else:
        count = _gather(values, flags, head, tally, first, judged, rows)
        fired = min(count, QUIET)
        if count > 0:
            fired = _judge(
                judged[:count],
                rows[:count],
                block,
                head,
                tally,
                adwin,
                page_hinkley,
                limits,
                found,
                scratch,
                bins,
                origin,
                row_bets,
            )
        if fired == QUIET:
            tally[SKIP], tally[SAMPLED] = tally[NEXT_SKIP], tally[NEXT_SAMPLED]
    if fired != QUIET:
        # Of the rows after a change, the quality is counted by who goes on from there.
        return fired
    _keep_course(course, course_after)
    if calm:
        problems[0] += len(values)
    else:
        problems[:] = problems_after
        quality[:] = quality_after
    return fired


@njit(cache=True, nogil=True, error_model="numpy")
def _watch_all(
    values: NDArray[np.float64],
    flags: NDArray[np.uint8],
    flags_of: Numbers,
    times: Numbers,
    hours: Numbers,
    begin: int,
    end: int,
    addresses: Numbers,
    first: int,
    adwin: NDArray[np.float64],
    page_hinkley: NDArray[np.float64],
    found: NDArray[np.float64],
    at: Numbers,
    judged: NDArray[np.float64],
    rows: Numbers,
    scratch: NDArray[np.float64],
    bins: Numbers,
    quality_after: NDArray[np.float64],
    problems_after: Numbers,
    course_after: NDArray[np.float64],
    origin: int,
    row_bets: NDArray[np.float64],
    ahead: bool,
) -> bool:
    """Feed rows to all columns of a model; tell whether anything fired, or there was no room.

    Where it is to be gone back then, the columns after the first of which that is so are left out.
    """
    fired, no_flags = False, np.empty(0, dtype=np.uint8)
    for column in range(len(flags_of)):
        own = no_flags
        if flags_of[column] != ALL_USABLE:
            own = flags[flags_of[column], begin:end]
        at[column] = _watch(
            values[column, begin:end],
            own,
            times,
            hours,
            addresses[column],
            first,
            adwin,
            page_hinkley,
            found[column],
            judged,
            rows,
            scratch,
            bins,
            quality_after,
            problems_after,
            course_after,
            origin,
            row_bets,
        )
        fired |= at[column] != QUIET
        if fired and ahead:
            break
    return fired


@njit(cache=True, nogil=True, error_model="numpy")
def watch_columns(
    addresses: Numbers,
    values: NDArray[np.float64],
    flags: NDArray[np.uint8],
    flags_of: Numbers,
    times: Numbers,
    bounds: Numbers,
    firsts: Numbers,
    adwin: NDArray[np.float64],
    page_hinkley: NDArray[np.float64],
    joints: Numbers,
    row_bets: NDArray[np.float64],
    found: NDArray[np.float64],
    at: Numbers,
    ends: Numbers,
) -> None:
    """Feed its rows of each of ``c`` columns to each of ``m`` models.

    Parameters
    ----------
    addresses
        Shape ``(m, c)``: where the block of each column lies;
        whoever asks keeps them alive.
    values, flags, flags_of, times
        The `Rows`, of one model after the other; usable values are finite.
    bounds
        Shape ``(m, 2)``: where the rows of each model begin and end.
    firsts
        Shape ``(m,)``: the number that each model gives to its first row.
    adwin, page_hinkley
        The detectors' settings; what depends on a column's budget is in its block.
    joints
        Shape ``(m,)``: where the numbers of `detectors.monitors.joint_look` lie of each model; 0
        where nothing looks at its columns together here. Where something is found, or a look has
        something to say, rows are fed from one look to the next.
    row_bets
        Shape ``(WIDTH, n)``: gets the bets on the rows, settled but for those at which anything
        fired; of no rows where nobody asks.
    found
        Shape ``(m, c, DETECTORS, 5)``: gets what the detectors' kernels return, ADWIN on location
        and spread, then Page-Hinkley likewise, the rank e-detector, then the multinomial one or the
        Bernoulli one. One that does not fire up to the first row has -1 or a later row.
    at
        Shape ``(m, c)``: of the rows that were fed last, gets the first of the judged values at
        which anything fired, `QUIET` or `NO_ROOM`. Where something fired the values are in the
        bins, but not yet in the moments, and the detectors' states have no meaning any more.
    ends
        Shape ``(m, 3)``: gets where the rows that were fed last begin and end, and `FED`, `FOUND`
        or `SAYS`.
    """
    # Copies: each column's own limits are written to them, and other threads have the same ones.
    adwin, page_hinkley = adwin.copy(), page_hinkley.copy()
    longest = 0
    for model in range(len(bounds)):
        longest = max(longest, bounds[model, 1] - bounds[model, 0])
    bins, rows = np.empty(longest, dtype=np.int64), np.empty(longest, dtype=np.int64)
    judged, scratch = np.empty(longest), np.empty((5, max(longest, FILTER)))
    quality_after = np.empty(share_cusum.MEMORY)
    problems_after = np.empty(FLAGS, dtype=np.int64)
    course_after, hours = np.empty(COURSE_MEMORY), np.empty(len(times), dtype=np.int64)
    for row in range(len(times)):
        hours[row] = times[row] // MS_PER_HOUR
    no_bets = np.empty((WIDTH, 0))
    copies, joint_before = np.empty(0, dtype=np.int64), np.empty(JOINT_NUMBERS)
    for model in range(len(bounds)):
        begin, last = bounds[model]
        # The model's number of a row is its place in the table and so much more.
        offset = firsts[model] - begin
        bets, joined, why = row_bets, joints[model] != 0, FED
        again = begin
        while begin < last and why == FED:
            end, ahead = last, joined and begin >= again
            if joined:
                joint = carray(pointer(joints[model]), (JOINT_NUMBERS,), np.float64)
                bets = row_bets if joint[IS_ON] > 0.0 else no_bets
                next_look = np.int64(joint[NEXT_LOOK]) - offset
                to = min(last, begin + AHEAD)
                ahead &= next_look < to and may_pass(addresses[model], joint, to + offset)
                if ahead:
                    end = to
                    copies = keep(addresses[model], copies)
                    joint_before[:] = joint
                else:
                    end = min(last, next_look)
            fired = _watch_all(
                values,
                flags,
                flags_of,
                times[begin:end],
                hours[begin:end],
                begin,
                end,
                addresses[model],
                begin + offset,
                adwin,
                page_hinkley,
                found[model],
                at[model],
                judged,
                rows,
                scratch,
                bins,
                quality_after,
                problems_after,
                course_after,
                offset,
                bets,
                ahead,
            )
            why = FOUND if fired else FED
            said = NOTHING
            if joined and why == FED:
                said = settle(bets, begin, end, joint, addresses[model], offset)
                why = SAYS if said != NOTHING else FED
            if ahead and (
                why == FOUND
                or (why == SAYS and said < end)
                or not has_passed(addresses[model], copies)
            ):
                # What was found may depend on a look before it, and what is said on no later row.
                go_back(addresses[model], copies)
                joint[:] = joint_before
                row_bets[:, begin:end] = 0.0
                again, why = end, FED
                continue
            ends[model] = begin, end, why
            begin = end
