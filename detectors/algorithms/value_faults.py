"""Faults of usable values, by the latest ones: one value that stays, and values never seen before.

Both are tests of the latest values that a reference keeps against its bins, so that they need no
memory of their own. Of a value that stays the run is long where as many values in a row, drawn from
the bins, would be alike once in a million; of values never seen before the likelihood ratio of some
of the latest windows is large (a window-limited scan: Lai, "Sequential changepoint detection in
quality control and dynamical systems", Journal of the Royal Statistical Society B 57, 1995).
Shares count with two standard errors on top, for a reference is a sample.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers

Bins = NDArray[np.int64]
Counts = NDArray[np.int64] | NDArray[np.uint32]

VALUES_TO_A_FALSE_ALARM: Final = 1_000_000.0
"""Mean number of judged values from one false alarm of a fault to the next, at least."""

SHORTEST_RUN: Final = 16
"""Values in a row below which none stays: a producer may say one thing a few times."""

LONGER_RUN: Final = 48
"""Values in a row below which none stays that was common: it may have become commoner alone."""

RARE: Final = 0.05
"""Share of values below which one is not common."""

LONGEST_RUN: Final = 96
"""Values that a reference keeps: a value so frequent that more would be alike is not watched."""

WINDOWS: Final = (8, 16, 32, 64, 96)
"""Latest values in which new ones are counted."""

FEWEST_NEW: Final = 8
"""New values in a window below which they are none too many."""

COMMON: Final = 0.5
"""Share of new values from which on they are what the column has, as of identifiers."""

EXPLAINS: Final = math.log(1000.0)
"""Log-likelihood ratio by which new values are what has changed, where something else has told."""

LIMIT: Final = math.log(VALUES_TO_A_FALSE_ALARM * len(WINDOWS))
"""Log-likelihood ratio of a window that tells."""

# What is found.
NOTHING: Final = 0
STAYS: Final = 1
NEW: Final = 2


class Fault(NamedTuple):
    """A fault that the latest values show.

    Attributes
    ----------
    row
        Of the value that shows it, among those that were looked at.
    what
        `STAYS` or `NEW`.
    values
        How many of the latest values tell of it, that one included.
    before, after
        Share of the values that are the one that stays, or new: before these, and among them.
    values_before
        How many there were before them.
    statistic, limit
        The length of the run, or the log-likelihood ratio, and what it was to reach.
    """

    row: int
    what: int
    values: int
    before: float
    after: float
    values_before: int
    statistic: float
    limit: float


@njit(cache=True, nogil=True, error_model="numpy")
def _at_most(count: float, total: float) -> float:
    """Return a share that such a sample leaves possible."""
    return min((count + 1.0 + 2.0 * math.sqrt(count + 1.0)) / (total + 2.0), 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def run_limit(count: float, total: float) -> float:
    """Return how long a run of a value tells that it stays, where it had a share of a total."""
    limit = unlikely_run(count, total)
    return limit if _at_most(count, total) < RARE else max(limit, float(LONGER_RUN))


@njit(cache=True, nogil=True, error_model="numpy")
def unlikely_run(count: float, total: float) -> float:
    """Return how long a run of a value is that comes once in a million by chance."""
    share = _at_most(count, total)
    if share >= 1.0:
        return math.inf
    limit = float(math.ceil(math.log(VALUES_TO_A_FALSE_ALARM) / -math.log(share)))
    return max(limit, float(SHORTEST_RUN)) if limit <= LONGEST_RUN else math.inf


@njit(cache=True, nogil=True, error_model="numpy")
def new_ratio(new: float, values: float, count: float, total: float) -> float:
    """Return the log-likelihood ratio of new values in a window, 0 where they are not many."""
    return likelihood_of_new(new, values, count, total) if new >= FEWEST_NEW else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def likelihood_of_new(new: float, values: float, count: float, total: float) -> float:
    """Return the log-likelihood ratio of any new values in a window; 0 where there are fewer.

    Parameters
    ----------
    new, values
        New values in the window, and all.
    count, total
        New values before it, and all.
    """
    if total < 1.0:
        return 0.0
    share, now = _at_most(count, total), new / values
    if share >= COMMON or now <= share:
        return 0.0
    ratio = new * math.log(now / share)
    if new < values:
        ratio += (values - new) * math.log((1.0 - now) / (1.0 - share))
    return ratio


_Found = tuple[int, int, int, float, float, float, float, float]


@njit(cache=True, nogil=True, error_model="numpy")
def _sum(counts: Counts) -> float:
    total = 0.0
    for count in counts:
        total += count
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def may_stay(values: Numbers, latest: Numbers) -> bool:
    """Tell whether any value may be the last one of a run of the shortest length, by a few looks.

    Such a run covers one of the blocks of half its length, or begins among the latest values.
    """
    half, size = SHORTEST_RUN // 2, len(values)
    earlier = max(SHORTEST_RUN - size, 2)
    if size > 0 and len(latest) >= earlier:
        first = values[0]
        if latest[len(latest) - 1] == first and latest[len(latest) - earlier] == first:
            return True
    for i in range(0, size - half + 1, half):
        first = values[i]
        if values[i + 7] == first and values[i + 3] == first and values[i + 5] == first:
            return True
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def _find_stay(  # noqa: C901 - one pass, which calls would slow down
    values: Numbers, bins: Bins, latest: Numbers, counts: Counts, first_new: int
) -> _Found:
    """Return the first value that has stayed too long, as `find` does."""
    run, limit, own, total = 0, 0.0, 0.0, -1.0
    known, up_to, in_batch = -1, 0, 0.0
    for i in range(len(values)):
        if i > 0 and values[i] == values[i - 1]:
            run += 1
        else:
            run, limit = 1, 0.0
            if i == 0:
                while run <= len(latest) and latest[len(latest) - run] == values[0]:
                    run += 1
        if run < SHORTEST_RUN or bins[i] >= first_new:
            continue
        start = i - run + 1
        if limit == 0.0:
            if total < 0.0:
                total = _sum(counts)
            # As many as there were before the run, however the values were cut.
            if bins[i] != known:
                known, up_to, in_batch = bins[i], 0, 0.0
            while up_to < start:
                in_batch += bins[up_to] == known
                up_to += 1
            own = counts[known] + (start if start < 0 else in_batch)
            limit = run_limit(own, total + start)
        if run >= limit:
            return i, STAYS, run, float(run), own, total + start, float(run), limit
    return -1, NOTHING, 0, 0.0, 0.0, 0.0, 0.0, 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _find_new(bins: Bins, latest: Numbers, bin_of: Bins, counts: Counts, first_new: int) -> _Found:
    """Return the first value by which there are too many new ones, as `find` does."""
    total, new_before = _sum(counts), 0.0
    for number in range(first_new, len(counts)):
        new_before += counts[number]
    held, end = len(latest), len(bins)
    if new_before >= 2.0 * COMMON * total:
        return -1, NOTHING, 0, 0.0, 0.0, 0.0, 0.0, 0.0
    # How many of the values up to each were new, those that are kept first.
    new = np.zeros(held + end + 1)
    for i in range(held):
        number = int(latest[i])
        new[i + 1] = new[i] + (number >= len(bin_of) or bin_of[number] >= first_new)
    for i in range(end):
        new[held + i + 1] = new[held + i] + (bins[i] >= first_new)
    for i in range(end):
        if bins[i] < first_new:
            continue
        for window in WINDOWS:
            start = held + i + 1 - window
            found = new[held + i + 1] - new[max(start, 0)]
            if start < 0 or found < FEWEST_NEW:
                continue
            count = new_before + new[start] - new[held]
            before = total + start - held
            ratio = new_ratio(found, float(window), count, before)
            if ratio >= LIMIT:
                return i, NEW, window, found, count, before, ratio, LIMIT
    return -1, NOTHING, 0, 0.0, 0.0, 0.0, 0.0, 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def find(
    values: Numbers, bins: Bins, latest: Numbers, bin_of: Bins, counts: Counts, first_new: int
) -> _Found:
    """Return the first of some values that shows a fault.

    Parameters
    ----------
    values, bins
        Shape ``(n,)``: values that are judged, none of which is counted yet, and their bins.
    latest
        The values before them, at most `LONGEST_RUN`.
    bin_of
        The bin of each category number; empty for numbers.
    counts
        Values in each bin, those of `latest` among them.
    first_new
        First bin of what was not seen before; ``len(counts)`` where there is none.

    Returns
    -------
    tuple
        Index, -1 for none; what it is; how many of the latest values tell, and how many of these
        are alike, or new; of the values before them likewise how many were, and how many there
        were; statistic and limit.
    """
    nothing = -1, NOTHING, 0, 0.0, 0.0, 0.0, 0.0, 0.0
    may_be_new = False
    if first_new < len(counts):
        for i in range(len(bins)):
            may_be_new |= bins[i] >= first_new
    stays = nothing
    if may_stay(values, latest):
        stays = _find_stay(values, bins, latest, counts, first_new)
    if may_be_new:
        new = _find_new(bins, latest, bin_of, counts, first_new)
        if new[0] >= 0 and (stays[0] < 0 or new[0] < stays[0]):
            return new
    return stays


def fault_of(found: _Found) -> Fault | None:
    """Return what `find` has found; None where that is nothing."""
    row, what, values, those, count, before, statistic, limit = found
    if what == NOTHING:
        return None
    share = count / max(before, 1.0)
    return Fault(row, what, values, share, those / values, int(before), statistic, limit)
