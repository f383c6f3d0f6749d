"""Mean-threshold e-detector: whether the mean of a bounded loss lies above a stated threshold.

A running mean that dips below a threshold is no evidence, and one over everything so far hardly
moves when a model goes bad after a good year. Here each loss x in [0, 1] is a bet against the
statement "the mean is at most t":

    e_k = 1 + l_k (x - t),    l_k = (q_k - t) / (t (1 - t)),    M_k = (M_k + 1 / K) e_k,

one for each of K means q_k that there may be instead, which lie at odds of 1.1 to 10 times those of
t. For losses of 0 and 1 e_k is the likelihood ratio of q_k and t; for any others its mean is at
most 1 as long as theirs is at most t, whatever their distribution. So the sum of all M_k grows by
no more than 1 a loss in the mean, and reaches `limit` by chance after as many losses, at least,
however often it is looked at. It begins anew at every loss, as it were: what was good for long
holds up nothing.

References
----------
Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", New
England Journal of Statistics in Data Science 2, 2023: section 3, Shiryaev-Roberts e-detectors.
Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", Journal of the
Royal Statistical Society B 86, 2024: the bets of section 4.
"""

from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers, as_column
from detectors.snapshots.tree import State

Rows: TypeAlias = NDArray[np.int64]

ODDS: Final = (1.1, 1.2, 1.35, 1.6, 2.0, 3.0, 5.0, 10.0)
"""How the means that are bet on differ from the threshold."""

# What stands where in the memory, one number a bet each.
_STATISTIC: Final = 0  # M
_LIKELIHOOD: Final = len(ODDS)  # what it has won at best, of all losses to begin with
_LOSSES: Final = 2 * len(ODDS)  # how many there were since that one
_SUM: Final = 3 * len(ODDS)  # of them
_FIRST: Final = 4 * len(ODDS)  # the row of that one
MEMORY: Final = 5 * len(ODDS)
"""Numbers in the memory of a stream."""


class Crossing(NamedTuple):
    """A mean that lies above its threshold.

    Attributes
    ----------
    first_row
        Row of the first loss since the mean is estimated to lie above.
    losses
        How many there are since then, at least 1.
    mean
        Of these.
    statistic, limit
        What was reached, and what had to be.
    """

    first_row: int
    losses: int
    mean: float
    statistic: float
    limit: float


@njit(cache=True, nogil=True, error_model="numpy")
def feed(
    losses: Numbers,
    rows: Rows,
    threshold: float,
    limit: float,
    bets: Numbers,
    memory: Numbers,
) -> tuple[int, int]:
    """Feed losses until the sum of the statistics reaches its limit.

    Parameters
    ----------
    losses, rows
        Shape ``(n,)``: losses, each within [0, 1], and the rows that they are of.
    threshold, limit
        As of `MeanThreshold`.
    bets
        Shape ``(K,)``: what is staked for each mean.
    memory
        Shape ``(MEMORY,)``, zeros at first. After a detection the next loss begins anew.

    Returns
    -------
    tuple
        Index of the loss at which it did, and which bet had won most; -1 for none.
    """
    count = len(bets)
    for i in range(len(losses)):
        total = 0.0
        for k in range(count):
            won = 1.0 + bets[k] * (losses[i] - threshold)
            memory[_STATISTIC + k] = (memory[_STATISTIC + k] + 1.0 / count) * won
            total += memory[_STATISTIC + k]
            if memory[_LIKELIHOOD + k] <= 1.0:
                memory[_LIKELIHOOD + k] = 1.0
                memory[_LOSSES + k] = memory[_SUM + k] = 0.0
                memory[_FIRST + k] = rows[i]
            memory[_LIKELIHOOD + k] *= won
            memory[_LOSSES + k] += 1.0
            memory[_SUM + k] += losses[i]
        if total >= limit:
            return i, int(np.argmax(memory[:count]))
    return -1, -1


class MeanThreshold:
    """Watches the mean of losses; the whole state is its own.

    Parameters
    ----------
    threshold
        What the mean must not exceed, within (0, 1).
    limit
        Losses from one false alarm to the next, at least, in the mean.

    Examples
    --------
    >>> watch = MeanThreshold(0.06, limit=100_000.0)
    >>> watch.update(np.tile([0.0] * 19 + [1.0], 1000), np.arange(20_000)) is None  # one in 20
    True
    >>> place, found = watch.update(np.tile([0.0] * 7 + [1.0], 100), np.arange(20_000, 20_800))
    >>> place, found.first_row, round(found.mean, 2)
    (295, 19999, 0.13)
    """

    def __init__(self, threshold: float, limit: float) -> None:
        if not 0.0 < threshold < 1.0:
            raise ValueError(f"a threshold lies between 0 and 1, not at {threshold}")
        self._threshold = threshold
        self._limit = limit
        self._memory = np.zeros(MEMORY)

    def update(self, losses: Numbers, rows: Rows) -> tuple[int, Crossing] | None:
        """Feed losses and their rows, shape ``(n,)``, up to the first crossing.

        Returns
        -------
        tuple or None
            Which of the losses it was found at, and the crossing. What comes after it is not taken;
            the next loss begins anew.
        """
        memory = self._memory
        place, bet = feed(
            as_column(losses),
            np.ascontiguousarray(rows),
            self._threshold,
            self._limit,
            _bets(self._threshold),
            memory,
        )
        if place < 0:
            return None
        count = memory[_LOSSES + bet]
        found = Crossing(
            first_row=int(memory[_FIRST + bet]),
            losses=int(count),
            mean=float(memory[_SUM + bet] / count),
            statistic=float(memory[:_LIKELIHOOD].sum()),
            limit=self._limit,
        )
        memory[:] = 0.0
        return place, found

    def allow(self, limit: float) -> None:
        """Go on by another limit."""
        self._limit = limit

    def state(self) -> State:
        """Return the whole state."""
        return {"memory": self._memory.copy()}

    def restore(self, state: State) -> None:
        """Take over a state of the same parameters."""
        self._memory[:] = state["memory"]


@lru_cache(maxsize=256)
def _bets(threshold: float) -> Numbers:
    odds = np.array(ODDS) * threshold / (1.0 - threshold)
    means = odds / (1.0 + odds)
    bets: Numbers = (means - threshold) / (threshold * (1.0 - threshold))
    return bets
