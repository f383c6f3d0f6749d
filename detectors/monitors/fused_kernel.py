"""Many columns, of one model or of several, in one compiled call: bins, ranks, detectors, moments.

What `detectors.monitors.column_monitor.ColumnMonitor.update` does in a dozen calls for each column,
which cost more to prepare than to do where batches are small. That is the plain version of it, and
the oracle of its tests; what is unusual about a column (other detectors, the end of a burn-in, a
new category) is left to it. One long call also lets other threads run meanwhile.
"""

from typing import Final

import numpy as np
from numba import njit
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.algorithms import share_cusum
from detectors.algorithms.joint_bets import WIDTH
from detectors.arrays.addresses import pointer
from detectors.monitors.fused_column import COURSE_MEMORY, watch_column
from detectors.monitors.fused_outcome import QUIET
from detectors.monitors.fused_part import part
from detectors.monitors.fused_rows import ALL_USABLE
from detectors.monitors.joint_look import IS_ON, NEXT_LOOK, NOTHING, has_passed, may_pass, settle
from detectors.monitors.joint_look import NUMBERS as JOINT_NUMBERS
from detectors.reference.block_copies import go_back, keep
from detectors.reference.column_block import FLAGS
from detectors.reference.residuals import MEMORY as FILTER
from detectors.reference.season import MS_PER_HOUR

Numbers = NDArray[np.int64]


FED: Final = 0
FOUND: Final = 1
SAYS: Final = 2
"""Why the rows of a model have ended: all were fed, something fired, or all columns together have
something to say."""

AHEAD: Final = 1024
"""Rows that are fed to the columns of a model before its looks among them: the more there are the
more are fed for nothing where something is found in them."""


@part()
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
        at[column] = watch_column(
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
