"""Bernoulli CUSUM of the share of rows that are not ok: null, absent, mistyped, not finite.

Whether a row is ok is a 0/1 stream, and ranks say little of such. Its share before is estimated
from the rows since the reference began; for each of some multiples of its odds the log-likelihood
ratio against that is summed, and begins anew at zero: the sum that reaches its limit tells that the
share has risen, and since which row. A share that falls is no fault, but what began while most was
amiss would not see the next fault: after a run of ok rows that the share does not explain, the
reference begins anew. During the burn-in the share is estimated four times, and then counts with
three standard errors on top, so that a column that breaks within it is told all the same.

While nothing is amiss an ok row changes nothing, so that a batch of them costs what one does.

References
----------
Reynolds, Stoumbos, "A CUSUM chart for monitoring a proportion when inspecting continuously",
Journal of Quality Technology 31 (1999). The limits are Siegmund's approximation of the mean time to
a false alarm, exp(limit) / (mean loss of a row), "Sequential Analysis", 1985, section II.6.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers

Counts = NDArray[np.int64]

FLAGS: Final = 6
"""Qualities of a value that are counted; the first one is that of an ok value."""

RATIOS: Final = (1.5, 2.0, 4.0)
"""Multiples of the odds that are looked for. With a larger one, fewer rows in a row would do: fewer
than the seven that it takes so, and a hiccup of a producer is no change."""

ROWS_TO_A_FALSE_ALARM: Final = 1_000_000.0
"""Mean number of rows from one false alarm of a column to the next."""

SMALLEST_SHARE: Final = 0.001
"""Share that a reference without anything amiss is taken to have: a change from none to a few in
ten thousand is not worth a word."""

LOWEST_LIMIT: Final = 4.0
"""Log-likelihood ratio below which nothing is told, whatever the limits' approximation says."""

# What stands where in the memory of a column.
NEXT: Final = 0  # rows since the reference began after which the share is estimated again
LAST: Final = 1  # 1 where the latest row was not ok
TURNS: Final = 2  # rows that were ok after one that was not, or the other way round
SHARE: Final = 3  # as estimated; 0 before the first estimate
INFLATION: Final = 4  # how much dependence inflates the variance of a mean, at least 1
BEGIN: Final = 5  # counts of each quality when the reference began
SUMS: Final = BEGIN + FLAGS
# Of each sum:
LEVEL: Final = 0  # log-likelihood ratio; 0 where the row begins anew
LOSS: Final = 1  # what an ok row adds, below zero
GAIN: Final = 2  # what any other row adds
LIMIT: Final = 3  # the level that tells
SINCE: Final = 4  # counts of each quality when it was at zero last
SUM_SIZE: Final = SINCE + FLAGS

RUN: Final = SUMS + len(RATIOS) * SUM_SIZE  # latest rows in a row that were ok, where they count
LONGEST: Final = RUN + 1  # how many of them begin the reference anew; 0 where none do
BURN_IN: Final = RUN + 2  # rows of the burn-in

MEMORY: Final = RUN + 3
"""Numbers in the memory of a column."""

EARLY: Final = 16
"""Part of the burn-in after which the share is estimated first."""

ERRORS_ON_TOP: Final = 3.0
"""Standard errors that are added to the share during the burn-in."""

EARLY_INFLATION: Final = 5.0
"""By how much the steps are divided at least during the burn-in, which knows few bursts yet."""

HOPELESS: Final = 0.98
"""Share above which no rise is looked for: hardly a row is left that could be amiss."""

BROKEN: Final = 0.05
"""Share above which ok rows in a row begin a reference anew: below, the next fault is seen at once.
Rows of other columns need no look where they are ok."""

SHORTEST_RUN: Final = 32.0
"""Ok rows in a row that begin a reference anew, at least."""

QUIET: Final = -1
"""In place of a row: no sum has reached its limit."""


class Rise(NamedTuple):
    """A share that has risen.

    Attributes
    ----------
    before, after
        Shape ``(FLAGS,)``: rows of each quality from the beginning of the reference to the
        estimated change, and since then.
    statistic, limit
        The log-likelihood ratio that tells, and what it was to reach.
    ratio
        The multiple of the odds that it is for.
    inflation
        How much dependence inflates the variance of a mean, 1 where there is none.
    """

    before: Counts
    after: Counts
    statistic: float
    limit: float
    ratio: float
    inflation: float


def rise_of(memory: Numbers, counts: Counts) -> Rise:
    """Return what `feed` has found at the latest row."""
    sums = memory[SUMS:RUN].reshape(len(RATIOS), SUM_SIZE)
    # Where several have reached their limits, the one that is furthest beyond.
    number = int(np.argmax(sums[:, LEVEL] - sums[:, LIMIT]))
    since = sums[number, SINCE:].astype(np.int64)
    return Rise(
        before=since - memory[BEGIN:SUMS].astype(np.int64),
        after=counts - since,
        statistic=float(sums[number, LEVEL]),
        limit=float(sums[number, LIMIT]),
        ratio=RATIOS[number],
        inflation=float(memory[INFLATION]),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def begin(memory: Numbers, counts: Counts, burn_in: int) -> None:
    """Begin a reference with the next row.

    Parameters
    ----------
    memory
        Shape ``(MEMORY,)``: gets the state.
    counts
        Shape ``(FLAGS,)``: rows of each quality up to now.
    burn_in
        Rows after which the share is known; the first one is judged after a sixteenth of them.
    """
    memory[:] = 0.0
    memory[NEXT] = max(burn_in // EARLY, 1)
    memory[INFLATION] = 1.0
    memory[BURN_IN] = burn_in
    memory[BEGIN:SUMS] = counts


def restored(memory: Numbers) -> Numbers:
    """Return the memory that a snapshot has, also of a release that kept less.

    Parameters
    ----------
    memory
        Shape ``(n,)``, at most `MEMORY`: what a snapshot of before lacks begins at zero.
    """
    return np.concatenate([memory, np.zeros(MEMORY - len(memory))])


@njit(cache=True, nogil=True, error_model="numpy")
def _estimate(memory: Numbers, counts: Counts) -> None:
    """Estimate the share and how far rows depend on each other; set the steps and the limits."""
    rows, wrong = 0.0, 0.0
    for flag in range(FLAGS):
        count = counts[flag] - memory[BEGIN + flag]
        rows += count
        if flag > 0:
            wrong += count
    is_early = rows < memory[BURN_IN]
    share = max((wrong + 1.0) / (rows + 2.0), SMALLEST_SHARE)
    if is_early:
        share = min(
            share + ERRORS_ON_TOP * math.sqrt(share / (rows + 2.0)), (rows + 1.0) / (rows + 2.0)
        )
    # Of a stream that remembers one row, the turns tell the correlation, and that the variance.
    turned = (memory[TURNS] + 1.0) / (2.0 * wrong * (rows - wrong) / rows + 1.0)
    inflation = max(EARLY_INFLATION if is_early else 1.0, (2.0 - turned) / turned)
    memory[NEXT] = min(2.0 * rows, memory[BURN_IN]) if is_early else 2.0 * rows
    memory[SHARE] = share
    memory[INFLATION] = inflation
    memory[LONGEST] = 0.0
    if share > BROKEN and (not is_early or wrong == rows):
        # How often an ok row is followed by one that is not; by half as many turns, for few tell.
        few = (memory[TURNS] / 2.0 + 1.0) / (2.0 * wrong * (rows - wrong) / rows + 1.0)
        turning = min(few * share, 0.999)
        run = math.ceil(math.log(ROWS_TO_A_FALSE_ALARM) / -math.log(1.0 - turning))
        memory[LONGEST] = max(run, SHORTEST_RUN)
    else:
        memory[RUN] = 0.0
    for number in range(len(RATIOS)):
        at = SUMS + number * SUM_SIZE
        odds = RATIOS[number] * share / (1.0 - share)
        risen = odds / (1.0 + odds)
        gain = math.log(risen / share) / inflation
        loss = math.log((1.0 - risen) / (1.0 - share)) / inflation
        memory[at + GAIN] = gain
        memory[at + LOSS] = loss
        mean = -(share * gain + (1.0 - share) * loss)
        limit = math.log(ROWS_TO_A_FALSE_ALARM * len(RATIOS) * mean)
        memory[at + LIMIT] = max(limit, LOWEST_LIMIT)
        if share > HOPELESS:
            memory[at + GAIN] = 0.0
            memory[at + LEVEL] = 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _pass_ok(rows: int, memory: Numbers) -> None:
    """Pass ok rows: no sum can reach its limit by them."""
    if memory[LAST] != 0.0:
        memory[LAST] = 0.0
        memory[TURNS] += 1.0
        memory[RUN] = 0.0
    if memory[LONGEST] > 0.0:
        memory[RUN] += rows
    for number in range(len(RATIOS)):
        at = SUMS + number * SUM_SIZE
        if memory[at + LEVEL] > 0.0:
            # One at a time, so that the sum does not depend on how a stream was cut.
            level = memory[at + LEVEL]
            for _ in range(rows):
                level += memory[at + LOSS]
                if level <= 0.0:
                    level = 0.0
                    break
            memory[at + LEVEL] = level


@njit(cache=True, nogil=True, error_model="numpy")
def _add(memory: Numbers, counts: Counts) -> bool:
    """Add a row that is not ok, and not counted yet; tell whether a sum reaches its limit."""
    if memory[LAST] == 0.0:
        memory[LAST] = 1.0
        memory[TURNS] += 1.0
    told = False
    if memory[SHARE] > 0.0:
        for number in range(len(RATIOS)):
            at = SUMS + number * SUM_SIZE
            if memory[at + LEVEL] == 0.0:
                memory[at + SINCE : at + SINCE + FLAGS] = counts
            memory[at + LEVEL] += memory[at + GAIN]
            told |= memory[at + LEVEL] >= memory[at + LIMIT]
    return told


@njit(cache=True, nogil=True, error_model="numpy")
def is_calm(rows: int, memory: Numbers, counts: Counts) -> bool:
    """Tell whether so many ok rows change nothing but their count."""
    calm = bool(memory[LAST] == 0.0) and memory[LONGEST] == 0.0
    left = memory[NEXT] - rows
    for flag in range(FLAGS):
        left -= counts[flag] - memory[BEGIN + flag]
    for number in range(len(RATIOS)):
        calm &= memory[SUMS + number * SUM_SIZE + LEVEL] == 0.0
    return calm and left > 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _is_over(memory: Numbers) -> bool:
    """Tell whether so many rows in a row are ok that the share is another one now."""
    return bool(memory[LAST] == 0.0) and 0.0 < memory[LONGEST] <= memory[RUN]


@njit(cache=True, nogil=True, error_model="numpy")
def feed(flags: NDArray[np.uint8], rows: int, memory: Numbers, counts: Counts) -> int:
    """Count rows by quality; return the first one by which a sum reaches its limit, or `QUIET`.

    What comes after that row is not counted.

    Parameters
    ----------
    flags
        Shape ``(n,)``: the quality of each row; empty where all are ok.
    rows
        How many there are.
    memory, counts
        Of the column; both are brought up to date.
    """
    seen = 0
    for flag in range(FLAGS):
        seen += counts[flag] - int(memory[BEGIN + flag])
    row = 0
    while row < rows:
        # Up to where the share is estimated again, or to the end.
        end = min(rows, row + int(memory[NEXT]) - seen)
        first = row
        if len(flags) == 0:
            row = end
            if memory[LONGEST] > 0.0:
                left = memory[LONGEST] - (0.0 if memory[LAST] != 0.0 else memory[RUN])
                row = min(end, first + int(max(left, 1.0)))
            counts[0] += row - first
            _pass_ok(row - first, memory)
        else:
            while row < end and not (row > first and _is_over(memory)):
                flag, told = flags[row], False
                if flag == 0:
                    _pass_ok(1, memory)
                else:
                    told = _add(memory, counts)
                counts[flag] += 1
                if told:
                    return row
                row += 1
        seen += row - first
        if _is_over(memory):
            begin(memory, counts, int(memory[BURN_IN]))
            seen = 0
        elif seen == int(memory[NEXT]):
            _estimate(memory, counts)
    return QUIET
