"""A step that may be no more than the beginning of a weekend, in weeks that nobody knows yet.

Weekends begin and end at midnight, somewhere on earth. So a step at such an hour is held back for
longer than a weekend, and told if the level has not come back by then; a step at any other hour,
and any step once weeks are known or three of them have gone by, is told at once.
"""

from typing import Final, NamedTuple

import numpy as np

from detectors.alerts.drift import Drift
from detectors.arrays.column import Numbers
from detectors.reference import block_means, season
from detectors.reference.season import DAYS, HOURS
from detectors.reference.told_season import NEVER
from detectors.snapshots.tree import State
from schemas.events.durations import MS_PER_DAY, MS_PER_HOUR

KNOWN_FROM: Final = MS_PER_DAY
KNOWN_BY: Final = 22 * MS_PER_DAY
"""Event time since a column's first value between which its weeks may be unknown, and matter."""

LONGEST: Final = 3 * MS_PER_DAY
"""Event time that a step is held back at most."""

MOST_FURTHER: Final = 100.0
"""Rows by which a step may be placed further off than it took to find it."""

APART: Final = 3.0
"""Standard errors by which a level is another one."""

_MONDAY: Final = 3 * HOURS
"""Hours from the Monday before the epoch to it."""

_BEGINS: Final = (4 * HOURS + 10, 5 * HOURS + 12)
_ENDS: Final = (6 * HOURS + 10, 7 * HOURS + 12)
"""Hours of the week, UTC, between which Saturdays begin, and end Sundays, in all time zones."""


class Level(NamedTuple):
    """The level of values before a step.

    Attributes
    ----------
    mean
        In the values' own units.
    deviation
        Of values within blocks.
    values
        How many they are.
    """

    mean: float
    deviation: float
    values: float

    def is_at(self, mean: float, count: float) -> bool:
        """Tell whether so many values of a mean may be of this level."""
        error = self.deviation * np.sqrt(1.0 / max(self.values, 1.0) + 1.0 / max(count, 1.0))
        return bool(abs(mean - self.mean) <= APART * error)

    @classmethod
    def before(cls, blocks: Numbers, memory: Numbers) -> "Level":
        """Return the level of the blocks that are kept from before a step."""
        kept = slice(0, int(blocks[block_means.KEPT]))
        counts, sums = blocks[block_means.COUNTS][kept], blocks[block_means.SUMS][kept]
        squares = blocks[block_means.SUMS_OF_SQUARES][kept]
        total = max(float(counts.sum()), 1.0)
        within = float((squares - sums * sums / counts).sum()) / total
        mean = float(sums.sum()) / total + float(memory[season.CENTRE])
        return cls(mean, float(np.sqrt(max(within, 0.0))), float(counts.sum()))

    def state(self) -> State:
        """Return what `restored` takes."""
        return {"mean": self.mean, "deviation": self.deviation, "values": self.values}

    @classmethod
    def restored(cls, state: State | None) -> "Level | None":
        """Return what a state describes."""
        return None if state is None else cls(state["mean"], state["deviation"], state["values"])


def since_step(blocks: Numbers, memory: Numbers) -> tuple[float, float]:
    """Return the mean of the values since a step, and how many there are."""
    since = slice(int(blocks[block_means.KEPT]), int(blocks[block_means.USED]))
    count = float(blocks[block_means.COUNTS][since].sum() + blocks[block_means.COUNT])
    total = float(blocks[block_means.SUMS][since].sum() + blocks[block_means.SUM])
    return total / max(count, 1.0) + float(memory[season.CENTRE]), count


def may_be_weekend(drift: Drift, memory: Numbers, began: float, time: int) -> bool:
    """Tell whether a step may be the beginning or the end of a weekend.

    Parameters
    ----------
    drift
        The step.
    memory
        Of the season of its reference.
    began
        Event time of the column's first value.
    time
        Event time at which the step was found.
    """
    has_weeks = memory[season.MODE] in {season.NUMBERS, season.LOGARITHMS, season.BOOLEANS}
    has_weeks &= bool(memory[season.TOLD_WEEKS] != NEVER)
    if not has_weeks or memory[season.WEEK_KNOWN] > 0.0:
        return False
    if not KNOWN_FROM <= abs(time - began) < KNOWN_BY:
        return False
    pace = abs(time - float(memory[season.SINCE])) / max(drift.rows_observed * drift.stride, 1)
    if not np.isfinite(pace):
        return False
    # It may be placed as far off as it took to find it, and a step of half a deviation, which takes
    # some fifty rows, three times as far.
    since = drift.rows_since_change
    slack = since + min(2.0 * since, MOST_FURTHER) + 16.0
    first = int(np.ceil((time - (since + slack) * pace) / MS_PER_HOUR))
    last = int((time - max(since - slack, 0.0) * pace) // MS_PER_HOUR)
    return any(map(_is_edge, range(first, min(last, first + DAYS * HOURS) + 1)))


def _is_edge(hour: int) -> bool:
    """Tell whether weekends begin or end at an hour since the epoch."""
    of_week = (hour + _MONDAY) % (DAYS * HOURS)
    ends = of_week if of_week >= _ENDS[0] else of_week + DAYS * HOURS
    begins = _BEGINS[0] <= of_week <= _BEGINS[1]
    return begins or _ENDS[0] <= ends <= _ENDS[1]
