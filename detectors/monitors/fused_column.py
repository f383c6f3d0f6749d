"""All that is done with the values of one column."""

from typing import Final

import numpy as np
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.algorithms import share_cusum
from detectors.algorithms.share_cusum import feed as feed_shares
from detectors.algorithms.share_cusum import is_calm
from detectors.arrays.addresses import pointer
from detectors.monitors.fused_burn_in import burn
from detectors.monitors.fused_gathering import fits, gather
from detectors.monitors.fused_judging import judge_values
from detectors.monitors.fused_outcome import NO_ROOM, QUIET
from detectors.monitors.fused_part import part
from detectors.reference.block_means import MEMORY as BLOCKS_MEMORY
from detectors.reference.column_block import (
    DELTA,
    FLAGS,
    LIMITS,
    LIMITS_SIZE,
    NEXT_SAMPLED,
    NEXT_SKIP,
    PROBLEMS,
    QUALITY,
    READY,
    SAMPLED,
    SEASON,
    SEED,
    SKIP,
    TALLY,
    TALLY_SIZE,
    THRESHOLD,
    WORD,
)
from detectors.reference.season import MEMORY as SEASON_MEMORY
from detectors.reference.season import MODE, NONE, STANDS, STAYS, is_seasonal
from detectors.reference.season_learning import note
from detectors.reference.season_removal import take_off

Numbers = NDArray[np.int64]


COURSE_MEMORY: Final = SEASON_MEMORY + BLOCKS_MEMORY
"""Words of a season, and of the blocks of means that follow it."""


@part()
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
        stays = note(observed, flags, times, hours, season[STANDS], season, blocks) == STAYS
        if stays and is_seasonal(course):
            values = scratch[4, : len(observed)]
            take_off(observed, times, first, head[SEED], course[:SEASON_MEMORY], values)
    return stays, values


@part()
def _keep_course(course: NDArray[np.float64], course_after: NDArray[np.float64]) -> None:
    if course[MODE] > NONE:
        course[:] = course_after


@part()
def watch_column(
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
        fired = burn(values, flags, head, tally, first, limits)
    elif not fits(values, block, head, tally, adwin):
        fired = NO_ROOM
    else:
        count = gather(values, flags, head, tally, first, judged, rows)
        fired = min(count, QUIET)
        if count > 0:
            fired = judge_values(
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
