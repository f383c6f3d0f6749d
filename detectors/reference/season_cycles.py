"""Cycles of a season, as means of their hours or days: what one has in common with others."""

import math
from typing import Final

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers
from detectors.reference.season import (
    DAY_KNOWN,
    DAYS_SEEN,
    FEWEST_DAYS,
    HOURS,
    LEVEL_DAYS,
    MOST_CYCLES,
    MS_PER_HOUR,
    SHAKEN,
    SHAKEN_DAYS,
    TOLD_DAYS,
    VARIES,
    Means,
)
from detectors.reference.told_season import SEARCHED, TOLD

MOST_SHAKEN: Final = 2
"""Days in a row of which nothing is learned, as their level has changed: of more than these the
course itself may be another one."""

NEARLY_ALL: Final = 20
"""Hours of a day from which on one that is told is known: the first ones go into a burn-in."""

LATEST_HOURS: Final = 6
"""Hours that say what the level is at the end of a day on which it has changed."""


@njit(cache=True, nogil=True, error_model="numpy")
def likeness(means: Means, others: Means) -> float:
    """Return Student's t of the correlation of those that both have, 0 for none."""
    count, mean, other = 0, 0.0, 0.0
    for i in range(len(means)):
        if means[i] == means[i] and others[i] == others[i]:
            count += 1
            mean += means[i]
            other += others[i]
    if count < FEWEST_DAYS:
        return 0.0
    mean, other = mean / count, other / count
    both, own, others_own = 0.0, 0.0, 0.0
    for i in range(len(means)):
        if means[i] == means[i] and others[i] == others[i]:
            both += (means[i] - mean) * (others[i] - other)
            own += (means[i] - mean) ** 2
            others_own += (others[i] - other) ** 2
    if both <= 0.0:
        return 0.0
    correlation = both / math.sqrt(own * others_own)
    return correlation * math.sqrt((count - 2) / max(1.0 - correlation * correlation, 1e-9))


@njit(cache=True, nogil=True, error_model="numpy")
def level_of(means: Means, earlier: Means) -> float:
    """Return the mean of what the means of a cycle, one at least, lie above those before it.

    Over what both have, if there is any: else half a day would say that the other half is its own.
    """
    count, level, both, above = 0, 0.0, 0, 0.0
    for i in range(len(means)):
        if means[i] == means[i]:
            count += 1
            level += means[i]
            if earlier[i] == earlier[i]:
                both += 1
                above += means[i] - earlier[i]
    return above / both if both > 0 else level / count


@njit(cache=True, nogil=True, error_model="numpy")
def learn(means: Means, earlier: Means, cycles: float) -> float:
    """Take the means of a cycle into those before it; return by how much their level rises.

    Their middle is 0 before and after.
    """
    level = level_of(means, earlier)
    weight = 1.0 / min(cycles + 1.0, MOST_CYCLES)
    for i in range(len(means)):
        if means[i] == means[i]:
            own = np.float64(means[i]) - level
            if earlier[i] == earlier[i]:
                own = earlier[i] + weight * (own - earlier[i])
            earlier[i] = own
    middle, count = 0.0, 0
    for mean in earlier:
        if mean == mean:  # noqa: PLR0124
            middle += mean
            count += 1
    earlier -= np.float32(middle / count)
    return middle / count


@njit(cache=True, nogil=True, error_model="numpy")
def held(means: Means) -> int:
    """Return how many of the means there are."""
    count = 0
    for mean in means:
        count += mean == mean  # noqa: PLR0124
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def is_searched(memory: Numbers) -> bool:
    """Tell whether the day at hand may show that days go as those before them."""
    unknown = memory[DAY_KNOWN] == 0.0 and memory[TOLD_DAYS] == SEARCHED
    return bool(unknown and memory[DAYS_SEEN] > 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _bridge(day: Means) -> None:
    """Give hours of a course that have not been seen what lies between their neighbours'."""
    for hour in range(HOURS):
        if day[hour] == day[hour]:
            continue
        before, after = 1, 1
        while math.isnan(day[(hour - before) % HOURS]):
            before += 1
        while math.isnan(day[(hour + after) % HOURS]):
            after += 1
        left, right = day[(hour - before) % HOURS], day[(hour + after) % HOURS]
        day[hour] = (left * after + right * before) / (before + after)


@njit(cache=True, nogil=True, error_model="numpy")
def take_as_told(days: Means, memory: Numbers) -> None:
    """Take the course of the days for known where it is told, and nearly a whole one was seen.

    Parameters
    ----------
    days
        Shape ``(n * 24,)``: n courses.
    memory
        Of the column.
    """
    if memory[TOLD_DAYS] != TOLD or memory[DAY_KNOWN] > 0.0 or held(days[:HOURS]) < NEARLY_ALL:
        return
    memory[DAY_KNOWN] = 1.0
    for begin in range(0, len(days), HOURS):
        day = days[begin : begin + HOURS]
        if held(day) > 0:
            _bridge(day)


@njit(cache=True, nogil=True, error_model="numpy")
def is_learned_from(memory: Numbers) -> bool:
    """Tell whether the day at hand says how days go."""
    known = memory[DAY_KNOWN] > 0.0
    return bool(memory[SHAKEN] == 0.0 or not known or memory[SHAKEN_DAYS] >= MOST_SHAKEN)


@njit(cache=True, nogil=True, error_model="numpy")
def follow(hours: Means, earlier: Means, level: float, memory: Numbers) -> float:
    """Return the mean level of the days since it has last changed.

    Parameters
    ----------
    hours
        Shape ``(24,)``: means of the day that ends, one at least.
    earlier
        Shape ``(24,)``: the course of the days before it.
    level
        Their mean level.
    memory
        Of the column.
    """
    if memory[SHAKEN] == 0.0:
        own = level_of(hours, earlier)
        return float(level + (own - level) / min(memory[LEVEL_DAYS] + 1.0, MOST_CYCLES))
    first, found = HOURS, 0
    while first > 0 and found < LATEST_HOURS:
        first -= 1
        found += hours[first] == hours[first]
    return level_of(hours[first:], earlier[first:])


@njit(cache=True, nogil=True, error_model="numpy")
def end_level(memory: Numbers) -> None:
    """Count the days of a level, at the end of one that counts."""
    shaken = memory[SHAKEN] > 0.0
    memory[SHAKEN_DAYS] = memory[SHAKEN_DAYS] + 1.0 if shaken else 0.0
    memory[LEVEL_DAYS] = 0.0 if shaken else memory[LEVEL_DAYS] + 1.0


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def or_zero(mean: float) -> float:
    """Return a mean, 0 for none."""
    return 0.0 if math.isnan(mean) else mean


@njit(cache=True, nogil=True, error_model="numpy")
def course_at(time: int, day: Means, memory: Numbers) -> float:
    """Return what the course of the days has above their level.

    Parameters
    ----------
    time
        Event time.
    day
        Shape ``(24,)``: the course.
    memory
        Of the column.
    """
    hour = time // MS_PER_HOUR
    above = or_zero(day[hour % HOURS])
    if memory[VARIES] > 0.0:
        from_last = above - or_zero(day[(hour - 1) % HOURS])
        to_next = or_zero(day[(hour + 1) % HOURS]) - above
        if from_last * to_next > 0.0:
            slope = from_last if abs(from_last) < abs(to_next) else to_next
            above += slope * ((time - hour * MS_PER_HOUR) / MS_PER_HOUR - 0.5)
    return above
