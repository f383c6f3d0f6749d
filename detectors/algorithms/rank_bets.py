"""Rank e-detector: whether ranks are still uniform, by bets on where they lie.

While nothing changes, randomised ranks are independent and uniform on (0, 1), whatever the column.
A bet on a rank u multiplies what it has won by a polynomial of it whose mean is 1 then:

    e = 1 + a x + b (3 x^2 - 1) / 2,    x = 2 u - 1,    M = (M + 1) e,

with a for the location, up and down, and b for the spread, in several strengths. The 1 that is put
in with each value makes M the sum over all beginnings (Shiryaev-Roberts): without a change it grows
by 1 a value in the mean, and so does the mean of the M. So it takes `limit` values in the mean, at
least, until that reaches the limit by chance; for any distribution, and exactly.

References
----------
Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", New
England Journal of Statistics in Data Science 2, 2023: e-SR, and the mean of several (section 3).
Vovk, "Testing randomness online", Statistical Science 36, 2021: bets on ranks.
"""

from typing import ClassVar, Final

import numpy as np
from numba import njit

from detectors.algorithms.e_detector import EDetector
from detectors.arrays.column import Numbers
from detectors.snapshots.tree import State
from schemas.events.detector_report import Stream

# Twelve, so that they fill whole vector registers. Of several sets of this size this one lost
# least against the best of each change: shifts of 0.25 to 2 sd, spreads doubled and halved. No
# rank wins more than 2.4-fold: fewer than sixteen of a kind in a row are no change.
_SLOPES: Final = np.array([0.25, -0.25, 0.5, -0.5, 1.0, -1.0, 1.2, -1.2, 0.0, 0.0, 0.0, 0.0])
_CURVES: Final = np.array([0.0, 0.0, 0.0, 0.0, 0.15, 0.15, 0.2, 0.2, -1.0, -0.9, 0.5, 1.2])
BETS: Final = len(_SLOPES)
"""How many bets there are."""

_USUAL: Final = 72.0
"""Median of the mean of the bets while nothing changes."""

_CALM: Final = 300.0
"""What that mean is below nine times out of ten."""

_START: Final = 10.0
"""What each bet begins with: they would win it within a hundred values, and find nothing before."""

SINCE: Final = BETS  # values since the mean was last below `_CALM`
MEMORY: Final = BETS + 1
"""Numbers in the memory of a column: what each bet has won, and `SINCE`."""


@njit(cache=True, nogil=True, error_model="numpy")
def feed(ranks: Numbers, memory: Numbers, limit: float) -> tuple[int, float, float, float, float]:
    """Feed ranks until the mean of the bets reaches its limit.

    Parameters
    ----------
    ranks
        Shape ``(n,)``, within (0, 1).
    memory
        Shape ``(MEMORY,)``, as `begin` leaves it at first. After a detection it means nothing.
    limit
        What the mean must reach; 0 for nothing to be done.

    Returns
    -------
    tuple
        Index (-1: none), mean of the bets, number of the one that has won most, a number without a
        meaning, values since the change.
    """
    if limit <= 0.0:
        return -1, 0.0, 0.0, 0.0, 0.0
    enough, calm = limit * BETS, _CALM * BETS
    since = memory[SINCE]
    for i in range(len(ranks)):
        x = 2.0 * ranks[i] - 1.0
        curve = 1.5 * x * x - 0.5
        total = 0.0
        for bet in range(BETS):
            won = (memory[bet] + 1.0) * (1.0 + _SLOPES[bet] * x + _CURVES[bet] * curve)
            memory[bet] = won
            total += won
        since = since + 1.0 if total > calm else 0.0
        if total >= enough:
            most, mean = np.argmax(memory[:BETS]), total / BETS
            if since > 0.0:
                # It has grown at one pace since the change, from what it is without one.
                since *= np.log(mean / _USUAL) / np.log(mean / _CALM)
            return i, mean, float(most), np.nan, max(since, 1.0)
    memory[SINCE] = since
    return -1, 0.0, 0.0, 0.0, 0.0


@njit(cache=True, nogil=True)
def is_on_spread(bet: float) -> bool:
    """Tell whether a bet is on the spread, and not on the location, by its number."""
    return bool(_SLOPES[int(bet)] == 0.0)


def begin(memory: Numbers) -> None:
    """Begin with a reference, as if ranks had come before that are uniform."""
    memory[:] = _START
    memory[SINCE] = 0.0


def state_of(memory: Numbers) -> State:
    """Return what `restore` takes."""
    return {"won": memory[:BETS].copy(), "since": float(memory[SINCE])}


def restore(memory: Numbers, state: State | None) -> None:
    """Take over a state; with none, or that of other bets, begin anew."""
    begin(memory)
    if state is not None and len(state["won"]) == BETS:
        memory[:BETS] = state["won"]
        memory[SINCE] = state["since"]


class RankBets(EDetector):
    """The rank e-detector as an alert names it.

    Parameters
    ----------
    limit
        Values of a column from one false alarm to the next, at least; 0 for no alarm at all.

    Examples
    --------
    >>> memory = np.empty(MEMORY)
    >>> begin(memory)
    >>> found = feed(np.linspace(0.6, 1.0, 100), memory, 2e6)
    >>> found[0], str(RankBets.stream(found[2]))
    (43, 'location')
    """

    kind: ClassVar = "rank_bets"

    @staticmethod
    def stream(bet: float) -> Stream:
        """Return what a bet is on, by its number as `feed` returns it."""
        return Stream.SPREAD if is_on_spread(bet) else Stream.LOCATION
