"""Whether the values of a column follow from the time alone: an hour, a weekday, a date, an age.

Such values drift with every row, and say nothing of drift. Each value is compared with the one
before it, in the order of event times:

- Values that change with quarters of an hour, as all zones have their hours and days by, or with
  hours where rows are few, hardly change in between. What changes with nearly each quarter goes one
  way: else it is made anew each time, and may drift. Changes close to a quarter's start may be
  a little late, or early: whoever reads the clock does it before the event has its time.
- Values that go up and up, as identifiers and times do.
- Values that go on as they went, up or down, but for few turns, and are at each hour what they were
  at that of the day before: minutes of a day, its hour as a decimal, its sine.
  What goes on its own way has as many turns as not, and what is as smooth does not come again.

Whether changes are close to starts, and turns rare, by more than chance is told by the likelihood
ratio of what was seen to what would be seen of any other column.

References
----------
Wallis, Moore, "A significance test for time series analysis", Journal of the American Statistical
Association 36, 1941 (turning points).
"""

import math
from typing import Final

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers
from detectors.reference.season import (
    CHANGES,
    CLOCK,
    CLOCK_DAY,
    CLOCK_FAR,
    CLOCK_FAR_CHANGES,
    CLOCK_FLIPS,
    CLOCK_HIGH,
    CLOCK_HITS,
    CLOCK_HOURS,
    CLOCK_HOURS_CHANGES,
    CLOCK_IS,
    CLOCK_LATEST,
    CLOCK_LOW,
    CLOCK_MISSES,
    CLOCK_NEAR,
    CLOCK_NEAR_CHANGES,
    CLOCK_PAIRS,
    CLOCK_PAIRS_CHANGES,
    CLOCK_RANGE,
    CLOCK_SETTLED,
    CLOCK_STEPS,
    CLOCK_TURNS,
    CLOCK_WAY,
    FALLS,
    HOURS,
    LAST,
    LATE,
    LOGARITHMS,
    MODE,
    MS_PER_HOUR,
    NUMBERS,
    PAIRS,
    RISES,
    VARIES,
)

MS_PER_DAY: Final = HOURS * MS_PER_HOUR
_QUARTER: Final = MS_PER_HOUR // 4
_CLOSE: Final = 2000
"""Milliseconds from a quarter's start in which a change belongs to it."""

_CERTAIN: Final = 14.0
"""Logarithm of the likelihood ratio from which on it is no chance: one in a million."""

_FEWEST: Final = 100
"""Values that were compared, at least."""

_FEWEST_RISES: Final = 100
_FEWEST_CHANGES: Final = 3
_LEAST_CLOSE: Final = 0.1
"""Share of the changes that are close to starts, at least: where rows are many, several of them
come between a start and the first that has read the clock after it."""

_LEAST_HOURLY: Final = 0.5
"""And that come with hours, where rows are few."""

_MOST_FAR: Final = 0.02
"""Share of the other values that change, at most."""

_QUARTERS: Final = 2.5
"""Changes an hour, at most, of what does not go one way, be they read off the clock too early."""

_MOST_TURNS: Final = 0.25
_MANY_TURNS: Final = 0.4
"""Share of the steps that turn: at most, and of what follows from no time."""

_HIT: Final = 0.02
"""Of the range of a day how far a value may be from that of the day before."""

_FEWEST_HOURS: Final = 12
_MOST_MISSES: Final = 0.15
"""Hours that are like those of the day before, at least, and share of the others, at most: an hour
in which a day begins anew may have its first value before that or after it."""

_HOURS_REMEMBERED: Final = 48
"""Hours until hits and misses are halved: a level that has changed shows within the day."""

_SOON: Final = 32
"""Steps from which on a column may be no clock for good."""

_REMEMBERED: Final = 256
"""Steps until all counts are halved: what a column has come to be shows within some of these."""


@njit(cache=True, nogil=True, error_model="numpy")
def track(value: float, time: int, memory: Numbers, first: bool) -> None:
    """Learn what a value says.

    Parameters
    ----------
    value, time
        With its event time.
    memory
        Shape ``(detectors.reference.season.MEMORY,)``: of the column.
    first
        Whether it is the first of its hour.
    """
    last, before = memory[LAST], memory[CLOCK_LATEST]
    if time < before and time >= before - LATE * MS_PER_HOUR:
        return
    memory[LAST], memory[CLOCK_LATEST] = value, time
    if math.isnan(last) or math.isnan(before) or time < before:
        return
    memory[RISES] += value > last
    if value < last:
        memory[FALLS] = 1.0
    if memory[MODE] == NUMBERS or memory[MODE] == LOGARITHMS:
        _compare(value, time, int(before), first, memory)
    changed = value != last
    earlier = int(before) // _QUARTER
    past = time % _QUARTER
    if time // _QUARTER != earlier or past < _CLOSE or past >= _QUARTER - _CLOSE:
        memory[CLOCK_NEAR] += 1.0
        memory[CLOCK_NEAR_CHANGES] += changed
    else:
        memory[CLOCK_FAR] += 1.0
        memory[CLOCK_FAR_CHANGES] += changed
    # PAIRS and CHANGES are for a release before, which may read this state during an upgrade.
    if first:
        memory[CHANGES] += changed
        memory[CLOCK_HOURS] += 1.0
        memory[CLOCK_HOURS_CHANGES] += changed
    else:
        memory[PAIRS] += not changed
        if changed:
            memory[VARIES] = 1.0
        memory[CLOCK_PAIRS] += 1.0
        memory[CLOCK_PAIRS_CHANGES] += changed
    if changed:
        _step(1.0 if value > last else -1.0, memory)


@njit(cache=True, nogil=True, error_model="numpy")
def _compare(value: float, time: int, before: int, first: bool, memory: Numbers) -> None:
    """Compare the first value of an hour with that of the day before, by how far a day goes."""
    if time // MS_PER_DAY != before // MS_PER_DAY:
        memory[CLOCK_RANGE] = memory[CLOCK_HIGH] - memory[CLOCK_LOW]
        memory[CLOCK_LOW] = memory[CLOCK_HIGH] = value
    memory[CLOCK_LOW] = min(memory[CLOCK_LOW], value)
    memory[CLOCK_HIGH] = max(memory[CLOCK_HIGH], value)
    if not first:
        return
    hours = memory[CLOCK_DAY].view(np.float32)
    hour = time // MS_PER_HOUR % HOURS
    if memory[CLOCK_RANGE] > 0.0 and hours[hour] == hours[hour]:
        off = abs(value - np.float64(hours[hour]))
        if off <= _HIT * memory[CLOCK_RANGE]:
            memory[CLOCK_HITS] += 1.0
        else:
            memory[CLOCK_MISSES] += 1.0
        if memory[CLOCK_HITS] + memory[CLOCK_MISSES] >= _HOURS_REMEMBERED:
            memory[CLOCK_HITS] *= 0.5
            memory[CLOCK_MISSES] *= 0.5
    hours[hour] = value


@njit(cache=True, nogil=True, error_model="numpy")
def _step(way: float, memory: Numbers) -> None:
    """Learn from a value that is another one than that before it."""
    memory[CLOCK_STEPS] += 1.0
    memory[CLOCK_TURNS] += memory[CLOCK_WAY] * way < 0.0
    memory[CLOCK_WAY] = way
    if memory[CLOCK_STEPS] >= _REMEMBERED:
        memory[CLOCK_NEAR : CLOCK_TURNS + 1] *= 0.5
    decide(memory)
    if memory[CLOCK_IS] == 0.0 and memory[CLOCK_STEPS] >= _SOON:
        close, near = memory[CLOCK_NEAR_CHANGES], memory[CLOCK_NEAR]
        hourly, hours = memory[CLOCK_HOURS_CHANGES], memory[CLOCK_HOURS]
        by_quarters = _is_close(close, memory[CLOCK_FAR_CHANGES], near, memory[CLOCK_FAR])
        by_hours = _is_close(hourly, memory[CLOCK_PAIRS_CHANGES], hours, memory[CLOCK_PAIRS])
        turns = memory[CLOCK_TURNS] > _MANY_TURNS * memory[CLOCK_STEPS]
        if turns and memory[VARIES] > 0.0 and not by_quarters and not by_hours:
            flips = memory[CLOCK_FLIPS]
            memory[CLOCK] = 0.0
            memory[CLOCK_SETTLED], memory[CLOCK_FLIPS] = 1.0, flips


@njit(cache=True, nogil=True, error_model="numpy")
def _is_close(close: float, others: float, near: float, far: float) -> bool:
    """Tell whether changes are closer to starts than those of others would be, be it by chance."""
    chance = near / max(near + far, 1.0)
    return close >= (1.0 + 3.0 * chance) / 4.0 * (close + others)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _information(share: float, chance: float) -> float:
    """Return the divergence of Bernoulli's law with a share from that with another one."""
    found = 0.0
    if share > 0.0:
        found += share * math.log(share / chance)
    if share < 1.0:
        found += (1.0 - share) * math.log((1.0 - share) / (1.0 - chance))
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _goes_by_starts(close: float, others: float, near: float, far: float, least: float) -> bool:
    """Tell whether values change with starts, and hardly between them."""
    if near + far < _FEWEST or close < _FEWEST_CHANGES or far == 0.0:
        return False
    share, chance = close / (close + others), near / (near + far)
    if share < max(least, chance) or others > _MOST_FAR * far:
        return False
    return (close + others) * _information(share, chance) >= _CERTAIN


@njit(cache=True, nogil=True, error_model="numpy")
def _goes_by_days(memory: Numbers) -> bool:
    """Tell whether values go on as they went, but for few turns, as they did on the days before."""
    if memory[MODE] != NUMBERS and memory[MODE] != LOGARITHMS:
        return False
    hits, misses, steps = memory[CLOCK_HITS], memory[CLOCK_MISSES], memory[CLOCK_STEPS]
    if steps < _SOON or hits < _FEWEST_HOURS or misses > _MOST_MISSES * (hits + misses):
        return False
    # Of batches at one hour the first value may be the least one of each.
    seen = 0
    for start in memory[CLOCK_DAY].view(np.float32):
        seen += start == start  # noqa: PLR0124
    if seen < _FEWEST_HOURS:
        return False
    share = memory[CLOCK_TURNS] / steps
    return bool(share <= _MOST_TURNS and steps * _information(share, 0.5) >= _CERTAIN)


@njit(cache=True, nogil=True, error_model="numpy")
def decide(memory: Numbers) -> None:
    """Decide anew whether values follow from the time alone, by what is known."""
    rises = memory[FALLS] == 0.0 and memory[RISES] >= _FEWEST_RISES
    found = rises or _goes_by_days(memory)
    few = memory[CLOCK_NEAR_CHANGES] <= _QUARTERS * memory[CLOCK_HOURS] + _FEWEST_CHANGES
    if not found and (few or memory[CLOCK_TURNS] <= _MOST_TURNS * memory[CLOCK_STEPS]):
        found = _goes_by_starts(
            memory[CLOCK_NEAR_CHANGES],
            memory[CLOCK_FAR_CHANGES],
            memory[CLOCK_NEAR],
            memory[CLOCK_FAR],
            _LEAST_CLOSE,
        )
    if not found:
        found = _goes_by_starts(
            memory[CLOCK_HOURS_CHANGES],
            memory[CLOCK_PAIRS_CHANGES],
            memory[CLOCK_HOURS],
            memory[CLOCK_PAIRS],
            _LEAST_HOURLY,
        )
    if found != (memory[CLOCK_IS] > 0.0):
        memory[CLOCK_IS] = 1.0 if found else 0.0
        memory[CLOCK_FLIPS] += 1.0
