"""How a run of the demo spends its time."""

import math
from dataclasses import dataclass
from typing import Final

from app.demo.traffic import LATEST_LABEL

BURN_IN: Final = 1000
"""Values of a column before it is judged; the worker is told so."""

DEFAULT_RATE: Final = 300.0
FASTEST: Final = 2000.0
"""Predictions a second: what a run without a stated rate uses, and the most it is raised to."""

STORY_SECONDS: Final = 75.0
"""The length of a run that was given none."""

_START: Final = 8.0  # the group's first join alone takes the embedded broker 3 s
_STOP: Final = 2.0
_BURN_ROWS: Final = math.ceil(BURN_IN / 0.96)  # not every prediction gets a label
_QUIET_ROWS: Final = 600  # judged and found unchanged before the shift
_FOUND_ROWS: Final = 700  # the slowest column takes some 150, and some more
_PIPELINE: Final = 1.5  # seconds from the last row to its retrain request


class TooShort(ValueError):
    """A run that cannot hold the burn-in, a quiet time, the shift and its detection."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The plan of the traffic.

    Attributes
    ----------
    rate
        Predictions a second.
    shift_row
        Number of the prediction, from 0, before which the world changes.
    seconds
        Length of the traffic.
    """

    rate: float
    shift_row: int
    seconds: float

    @property
    def shift_after(self) -> float:
        """Seconds of traffic before the shift."""
        return self.shift_row / self.rate


def shortest(rate: float) -> float:
    """Return the fewest seconds of traffic that hold the whole story at a rate."""
    return _before(rate) + _after(rate)


def check_length(seconds: float, rate: float | None) -> None:
    """Refuse a run that cannot hold the story.

    Parameters
    ----------
    seconds
        Length of the whole run.
    rate
        Predictions a second; None where the run may choose up to `FASTEST`.

    Raises
    ------
    TooShort
        Saying how long it would have to be, or how fast.
    """
    needed = _START + shortest(rate or FASTEST) + _STOP
    if seconds < needed:
        hint = "" if rate is None else f", or a rate above {rate:g} a second"
        raise TooShort(
            f"{seconds:g} s are too short: starting, {BURN_IN} rows to learn from, a quiet time, "
            f"the shift and its detection take {math.ceil(needed)} s or more{hint}"
        )


def plan(remaining: float, rate: float | None) -> Schedule:
    """Return the plan of the traffic for the time that is left once the worker is ready.

    Parameters
    ----------
    remaining
        Seconds until the run should be over. Where they are too few at the fastest allowed rate,
        the plan is longer.
    rate
        Predictions a second; None for `DEFAULT_RATE`, or as many more as the time asks for.
    """
    available = remaining - _STOP
    chosen = rate or DEFAULT_RATE
    if rate is None:
        while shortest(chosen) > available and chosen < FASTEST:
            chosen = min(chosen * 1.1, FASTEST)
    seconds = max(available, shortest(chosen))
    spare = seconds - shortest(chosen)
    quiet = _before(chosen) + spare / 2
    return Schedule(rate=chosen, shift_row=math.ceil(quiet * chosen), seconds=seconds)


def _before(rate: float) -> float:
    return (_BURN_ROWS + _QUIET_ROWS) / rate + LATEST_LABEL


def _after(rate: float) -> float:
    return LATEST_LABEL + _FOUND_ROWS / rate + _PIPELINE
