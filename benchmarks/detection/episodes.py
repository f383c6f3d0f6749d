"""Scores of alarms around known drifts, with the definitions of CapyMOA's EvaluateDriftDetector.

An alarm counts as right from the beginning of a drift to ``max_delay`` rows after its end, each
one that lies there; any other one is false; and a drift without a right alarm is missed.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Episode(NamedTuple):
    """A stretch of rows with one drift.

    Attributes
    ----------
    alarms
        Rows at which there was one, ascending.
    start, end
        Rows at which the drift begins and is complete; the same for an abrupt one.
    """

    alarms: Sequence[int]
    start: int
    end: int


class Score(NamedTuple):
    """How well the alarms of some episodes fit.

    Attributes
    ----------
    right, false, missed
        Alarms that are right, those that are not, and drifts without a right one.
    found
        Share of drifts with a right alarm (episode recall).
    delay
        Mean of rows from a drift's beginning to its first right alarm; NaN without any.
    """

    right: int
    false: int
    missed: int
    found: float
    delay: float

    @property
    def f1(self) -> float:
        """Harmonic mean of the alarms' precision and recall; 0 without a right one."""
        if self.right == 0:
            return 0.0
        return 2 * self.right / (2 * self.right + self.false + self.missed)


def score(episodes: Sequence[Episode], max_delay: int) -> Score:
    """Return how well the alarms of some episodes fit.

    Parameters
    ----------
    episodes
        At least one.
    max_delay
        Rows after a drift's end up to which an alarm is right.
    """
    right = false = 0
    delays = []
    for episode in episodes:
        alarms = np.asarray(episode.alarms, dtype=np.int64)
        fits = (alarms >= episode.start) & (alarms <= episode.end + max_delay)
        right += int(fits.sum())
        false += int((~fits).sum())
        if fits.any():
            delays.append(int(alarms[fits][0]) - episode.start)
    missed = len(episodes) - len(delays)
    mean = float(np.mean(delays)) if delays else float("nan")
    return Score(right, false, missed, len(delays) / len(episodes), mean)
