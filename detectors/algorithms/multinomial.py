"""Multinomial e-detector: whether the bins of a reference still have their shares.

Ranks say little of what is not a shift of the whole: of errors that become a little more frequent,
of two categories that swap their shares, of values that come rounded, of a second hump, of rare
outliers. All of these change the shares of bins. Each value bets on the shares of the latest values
against those of all values so far, with what the bets before it have won:

    e = recent share of its bin / share of its bin, at most 4,    M = (M + s) e,

where the recent share is smoothed towards the other one. Both shares are what values before this
one say, so that e has mean 1, at most, while nothing changes, and M grows in the mean by what is
put in, s (Shiryaev-Roberts with estimated densities): it takes `limit` values in the mean, at
least, until M reaches the limit by chance. Nothing is put in after a value of which half of all
were: a stream without a surprise would reach any limit by waiting. After another one
1 / (its share (bins - 1)) is put in, which comes to no more than 1 a value in the mean.

Where the shares are a reference's, they are estimates, and the bound holds as far as these do: it
was measured (docs/detection.md).

References
----------
Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", New
England Journal of Statistics in Data Science 2, 2023: the sum over all beginnings (section 3).
Krichevsky, Trofimov, "The performance of universal encoding", IEEE Transactions on Information
Theory 27, 1981: half a value in each bin beforehand. Recent counts are halved when there are
`RECENT_VALUES`, as adaptive codes do.
"""

from typing import Any, ClassVar, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.algorithms.e_detector import EDetector
from detectors.algorithms.value_faults import SHORTEST_RUN
from detectors.arrays.column import Numbers
from detectors.snapshots.tree import State

Bins = NDArray[np.int64]
Counts = NDArray[np.integer[Any]]
Recent = NDArray[np.uint16]

RECENT_VALUES: Final = 512
"""Values that make the recent counts be halved."""

ONE: Final = 16
"""What one value adds to the recent counts: so many times they can be halved to a last one."""

_FULL: Final = RECENT_VALUES * ONE

_SMOOTHING: Final = 100.0 * ONE
"""Values by the shares of the reference that the recent ones are mixed with."""

_LATE_SMOOTHING: Final = 10.0
"""The same, where it is known that they come after a change."""

_PRIOR: Final = 0.5
"""Values in each bin before the first one."""

MOST_WON: Final = 4.0
"""What one value multiplies the statistic by, at most: with more, a rare value that a producer says
a few times in a row would be a change. That is not more than e, so that the bound holds."""

MOST_STAKED: Final = 100.0
"""What is put in after one value, at most, likewise."""

FEW: Final = 3
"""Values of one bin in a row up to which nothing is waited for: with more, the next ones say
whether a value stays, which is told as such (`detectors.algorithms.value_faults`), or not."""

_FREQUENT: Final = 0.5
"""Share from which on a value is no surprise."""

_LIKELY: Final = 10.0
"""What bets may win by chance: a change is placed where they begin to win more."""

_FEWEST_BINS: Final = 2
"""With a single one there is nothing to tell."""

# What stands where in the memory of a column.
STATISTIC: Final = 0  # M
STAKE: Final = 1  # s, of the next value
LIKELIHOOD: Final = 2  # what the bets have won at best, of all times to begin
SINCE: Final = 3  # values since that was `_LIKELY` last
LAST: Final = 4  # bin of the latest value
RUN: Final = 5  # latest values that are all in that bin
RECENT: Final = 6  # sum of the recent counts
COUNTED: Final = 7  # values in the bins; 0 where they are to be summed up first
MEMORY: Final = 8
"""Numbers in the memory of a column."""

NAMES: Final = ("statistic", "stake", "likelihood", "since", "last", "run")
"""Of the first ones of these, in a state."""


@njit(cache=True, nogil=True, error_model="numpy")
def feed(
    bins: Bins, counts: Counts, memory: Numbers, recent: Recent, limit: float
) -> tuple[int, float, float, float, float]:
    """Feed values by their bins until the statistic reaches its limit.

    Parameters
    ----------
    bins
        Shape ``(n,)``: of each value, none of which is counted yet.
    counts
        Shape ``(k,)``: values in each bin up to now; they stay as they are, for whoever ranks the
        values counts them.
    memory, recent
        Shapes ``(MEMORY,)`` and ``(k,)``: zeros at first. After a detection they mean nothing.
    limit
        What the statistic must reach; 0 for nothing to be done.

    Returns
    -------
    tuple
        Index (-1: none), statistic, two numbers without a meaning, values since the change.
    """
    size = len(counts)
    if size < _FEWEST_BINS or limit <= 0.0:
        return -1, 0.0, 0.0, 0.0, 0.0
    total = memory[COUNTED]
    if total == 0.0:
        for count in counts:
            total += count
    statistic, stake = memory[STATISTIC], memory[STAKE]
    likelihood, since, held = memory[LIKELIHOOD], memory[SINCE], memory[RECENT]
    last, run = int(memory[LAST]), memory[RUN]
    at, end = -1, len(bins)
    for i in range(len(bins)):
        own = bins[i]
        share = (counts[own] + _PRIOR) / (total + _PRIOR * size)
        ratio = min((recent[own] / share + _SMOOTHING) / (held + _SMOOTHING), MOST_WON)
        statistic = (statistic + stake) * ratio
        likelihood = max(likelihood, 1.0) * ratio
        since = since + 1.0 if likelihood > _LIKELY else 0.0
        stake = 0.0 if share >= _FREQUENT else min(1.0 / (share * (size - 1)), MOST_STAKED)
        recent[own] += ONE
        held += ONE
        if held >= _FULL:
            held = 0.0
            for each in range(size):
                recent[each] >>= 1
                held += recent[each]
        counts[own] += 1
        total += 1.0
        run = run + 1.0 if own == last else 1.0
        last = own
        if statistic >= limit and not FEW < run < SHORTEST_RUN:
            at, end = i, i + 1
            break
    for i in range(end):
        counts[bins[i]] -= 1
    memory[STATISTIC], memory[STAKE] = statistic, stake
    memory[LIKELIHOOD], memory[SINCE] = likelihood, since
    memory[LAST], memory[RUN] = last, run
    memory[RECENT], memory[COUNTED] = held, total
    if at < 0:
        return -1, 0.0, 0.0, 0.0, 0.0
    return at, statistic, np.nan, np.nan, max(since, 1.0)


def log_ratios(bins: Bins, counts: Counts, after: int) -> Numbers:
    """Return how much likelier a change has made the bins of some values.

    Parameters
    ----------
    bins
        Shape ``(n,)``: of the latest values, which are counted.
    counts
        Shape ``(k,)``: values in each bin.
    after
        How many of the latest are known to have come after the change; 0 for none.

    Returns
    -------
    Numbers
        Logarithms of the ratios of a bin's smoothed share after the change and its share before,
        shape ``(n,)``.
    """
    late = np.bincount(bins[len(bins) - min(after, len(bins)) :], minlength=len(counts))
    earlier = counts.astype(np.int64) - late
    before = (earlier + _PRIOR) / (earlier.sum() + _PRIOR * len(counts))
    now = (late + before * _LATE_SMOOTHING) / (late.sum() + _LATE_SMOOTHING)
    ratios: Numbers = np.log(now / before)[bins]
    return ratios


def state_of(memory: Numbers, recent: Recent) -> State:
    """Return what `restore` takes."""
    numbers: State = dict(zip(NAMES, memory[: len(NAMES)].tolist(), strict=True))
    return numbers | {"recent": recent.copy()}


def restore(memory: Numbers, recent: Recent, state: State | None) -> None:
    """Take over a state; with none, begin anew."""
    memory[:] = 0.0
    recent[:] = 0
    # Of other bins it says nothing.
    if state is not None and len(state["recent"]) == len(recent):
        memory[: len(NAMES)] = [state[name] for name in NAMES]
        recent[:] = state["recent"]
        memory[RECENT] = recent.sum()


class Multinomial(EDetector):
    """The multinomial e-detector as an alert names it.

    Parameters
    ----------
    limit
        Values of a column from one false alarm to the next, at least.

    Examples
    --------
    >>> memory, recent = np.zeros(MEMORY), np.zeros(2, dtype=np.uint16)
    >>> errors = np.tile([0, 0, 0, 1], 100)  # one in four, before one in twenty
    >>> feed(errors, np.array([950, 50]), memory, recent, 2e6)[0]
    99
    """

    kind: ClassVar = "multinomial"
