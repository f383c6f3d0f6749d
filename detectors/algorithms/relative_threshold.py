"""Whether the mean of bounded losses lies above what follows from another mean, itself estimated.

If what is allowed were counted from the estimate, every reference that happened to be good would be
held against the model for ever. Let S(m) be the e-value of the reference's sample against "the
reference is at least m" (`detectors.algorithms.estimated_mean`), and M_t(b) the sum of the
statistics of `detectors.algorithms.mean_threshold` for a mean of at most b. With b(m) allowed where
the reference is m, the evidence is

    min over all m of S(m) M_t(b(m)),

which is at most that of the true m. The sample and what comes after it are independent, so in the
mean there are no more than T / limit alarms in T losses, for any T, however often it is looked at:
the uncertainty of the reference costs none of the level, only delay, and the less of it the more
losses there are. S grows with m and M falls, so a grid of m is enough: of each of its stretches S
at the begin and M at the end.
"""

from collections.abc import Callable, Sequence
from math import exp, log
from typing import Final

import numpy as np
from numba import njit

from detectors.algorithms.estimated_mean import EstimatedMean
from detectors.algorithms.mean_threshold import ODDS, Crossing, Rows
from detectors.arrays.column import Numbers, as_column
from detectors.snapshots.tree import State

_BETS: Final = len(ODDS)
_RATIOS: Final[Numbers] = np.array(ODDS)

_STRETCHES: Final = 16
"""Of the grid: a third of a standard error each, or so."""

_UNTOUCHED: Final = 0.1
"""The part of the wealth against the reference that is not staked: the e-value is never below."""

_LEAST_STATISTIC: Final = float(np.mean(1.0 / _RATIOS))
"""What M is at least after any loss, whatever is allowed."""

_MORE: Final = 10.0
"""Times what is needed that a statistic may be: what was won long ago must not last for ever."""

_MOST: Final = 1e12
"""Of a likelihood ratio, likewise."""

_LEAST: Final = 1e-6
"""Distance from 0 within which a mean is no other."""

# What stands where in the memory behind the statistics, one number a bet each, as of the reference
# as it was seen.
_LIKELIHOOD: Final = 0
_LOSSES: Final = _BETS
_SUM: Final = 2 * _BETS
_FIRST: Final = 3 * _BETS
_TRACKED: Final = 4 * _BETS


@njit(cache=True, nogil=True, error_model="numpy")
def feed_all(
    losses: Numbers,
    rows: Rows,
    ratios: Numbers,
    divisors: Numbers,
    needed: Numbers,
    memory: Numbers,
    tracked: Numbers,
) -> int:
    """Feed losses until all statistics have reached what is needed of each.

    Parameters
    ----------
    losses, rows
        Shape ``(n,)``: losses, each within [0, 1], and the rows that they are of.
    ratios
        Shape ``(K,)``: odds ratios c that are bet on.
    divisors
        Shape ``(m, K)``: 1 / (1 + b (c - 1)) of each mean b that may be allowed, the first of which
        is what is said to be.
    needed
        Shape ``(m,)``: what the sum of the statistics of each has to reach.
    memory, tracked
        Shapes ``(m, K)`` and ``(4 * K,)``, zeros at first.

    Returns
    -------
    int
        Index of the loss at which they have; -1 for none.
    """
    count = len(ratios)
    share = 1.0 / count
    gains = np.empty(count)
    for i in range(len(losses)):
        for k in range(count):
            gains[k] = 1.0 + losses[i] * (ratios[k] - 1.0)
        is_reached = True
        for j in range(len(needed)):
            total = 0.0
            most = _MORE * needed[j]
            for k in range(count):
                won = gains[k] * divisors[j, k]
                memory[j, k] = min((memory[j, k] + share) * won, most)
                total += memory[j, k]
            if total < needed[j]:
                is_reached = False
        for k in range(count):
            if tracked[_LIKELIHOOD + k] <= 1.0:
                tracked[_LIKELIHOOD + k] = 1.0
                tracked[_LOSSES + k] = tracked[_SUM + k] = 0.0
                tracked[_FIRST + k] = rows[i]
            won = gains[k] * divisors[0, k]
            tracked[_LIKELIHOOD + k] = min(tracked[_LIKELIHOOD + k] * won, _MOST)
            tracked[_LOSSES + k] += 1.0
            tracked[_SUM + k] += losses[i]
        if is_reached:
            return i
    return -1


class RelativeThreshold:
    """Watches the mean of losses beside an estimated one; the whole state is its own.

    Parameters
    ----------
    reference
        The estimate.
    allowed
        Gives what the mean must not exceed where the reference is a mean; it never falls.
    limit
        Losses from one false alarm to the next, at least, in the mean.

    Examples
    --------
    >>> reference = EstimatedMean()
    >>> reference.add(np.tile([0.0] * 19 + [1.0], 50))  # one in 20
    >>> watch = RelativeThreshold(reference, lambda mean: mean + 0.02, limit=100_000.0)
    >>> watch.update(np.tile([0.0] * 14 + [1.0], 1000), np.arange(15_000)) is None
    True
    >>> place, found = watch.update(np.tile([0.0] * 4 + [1.0], 100), np.arange(15_000, 15_500))
    >>> place, found.first_row, round(found.mean, 2)
    (144, 14999, 0.21)
    """

    _divisors: Numbers
    _wealth: Numbers
    _memory: Numbers
    _tracked: Numbers

    def __init__(
        self, reference: EstimatedMean, allowed: Callable[[float], float], limit: float
    ) -> None:
        self._reference = reference
        self._allowed = allowed
        self._limit = limit
        self._begin()

    def update(self, losses: Numbers, rows: Rows) -> tuple[int, Crossing] | None:
        """Feed losses as of `detectors.algorithms.mean_threshold.MeanThreshold.update`."""
        place = feed_all(
            as_column(losses),
            np.ascontiguousarray(rows),
            _RATIOS,
            self._divisors,
            self._limit / self._wealth,
            self._memory,
            self._tracked,
        )
        if place < 0:
            return None
        bet = int(np.argmax(self._memory[0]))
        count = self._tracked[_LOSSES + bet]
        found = Crossing(
            first_row=int(self._tracked[_FIRST + bet]),
            losses=int(count),
            mean=float(self._tracked[_SUM + bet] / count),
            statistic=float((self._memory.sum(axis=1) * self._wealth).min()),
            limit=self._limit,
        )
        self._memory[:], self._tracked[:] = 0.0, 0.0
        return place, found

    def allow(self, limit: float) -> None:
        """Go on by another limit; by one that the grid is too short for, anew."""
        self._limit = limit
        if limit > self._reach:
            self._begin()

    def state(self) -> State:
        """Return the whole state, but for the parameters."""
        return {
            "divisors": self._divisors.copy(),
            "wealth": self._wealth.copy(),
            "reach": self._reach,
            "memory": self._memory.copy(),
            "tracked": self._tracked.copy(),
        }

    def restore(self, state: State) -> None:
        """Take over a state of the same parameters, but for the limit."""
        self._divisors, self._wealth = state["divisors"].copy(), state["wealth"].copy()
        self._reach = state["reach"]
        self._memory, self._tracked = state["memory"].copy(), state["tracked"].copy()
        self.allow(self._limit)

    def _begin(self) -> None:
        reference = self._reference
        means = self._grid(max(reference.mean, _LEAST))
        staked = [reference.against_at_least(each) for each in means]
        wealth = [_UNTOUCHED + (1.0 - _UNTOUCHED) * exp(min(each, 700.0)) for each in staked]
        # Of what lies above the grid nothing is fed: the limit it would hold back is never reached.
        is_whole = means[-1] >= 1.0
        self._reach = float("inf") if is_whole else _LEAST_STATISTIC * wealth[-1]
        bounds = np.array([min(self._allowed(each), 1.0) for each in means])
        self._divisors = 1.0 / (1.0 + bounds[:, None] * (_RATIOS - 1.0))
        self._wealth = np.array([_UNTOUCHED, *wealth[:-1]])
        self._memory = np.zeros((len(means), _BETS))
        self._tracked = np.zeros(_TRACKED)

    def _grid(self, seen: float) -> Sequence[float]:
        """Return the means that the reference may be, from the one that was seen on."""
        goal = log(_MORE * self._limit / _LEAST_STATISTIC / (1.0 - _UNTOUCHED))
        last = self._reference.highest(goal)
        grid: list[float] = np.linspace(min(seen, last), last, _STRETCHES + 1).tolist()
        return grid
