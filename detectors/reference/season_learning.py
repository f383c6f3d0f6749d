"""What is learned of the course of a column's days and weeks, value by value."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.reference.block_means import SQUARES as OWN_SQUARES
from detectors.reference.block_means import SUM as OWN_SUM
from detectors.reference.block_means import add, until_next
from detectors.reference.season import (
    CENTRE,
    CHANGES,
    COUNT,
    DAY,
    DAY_KNOWN,
    DAYS,
    DAYS_SEEN,
    FALLS,
    FEWEST_DAYS,
    FEWEST_HOURS,
    HEAD,
    HOUR,
    HOURS,
    LAST,
    LATE,
    LEVEL,
    LIKE_DAY,
    LIKE_WEEK,
    MODE,
    MOST_CYCLES,
    NONE,
    PAIRS,
    REACH,
    RISES,
    SHAKEN,
    SPREADS,
    SQUARES,
    STAYS,
    SUM,
    THIS_WEEK,
    TODAY,
    VARIES,
    WEEK,
    WEEK_KNOWN,
    WEEKS_SEEN,
    Integers,
    Means,
)


@njit(cache=True, nogil=True, error_model="numpy")
def _likeness(means: Means, others: Means) -> float:
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
def _level(means: Means, earlier: Means) -> float:
    """Return the mean of what the means of a cycle, one at least, lie above those before it."""
    count, level = 0, 0.0
    for i in range(len(means)):
        if means[i] == means[i]:
            count += 1
            level += means[i]
            if earlier[i] == earlier[i]:
                level -= earlier[i]
    return level / count


@njit(cache=True, nogil=True, error_model="numpy")
def _learn(means: Means, earlier: Means, cycles: float) -> float:
    """Take the means of a cycle into those before it; return their level above these."""
    level = _level(means, earlier)
    weight = 1.0 / min(cycles + 1.0, MOST_CYCLES)
    for i in range(len(means)):
        if means[i] == means[i]:
            own = np.float64(means[i]) - level
            if earlier[i] == earlier[i]:
                own = earlier[i] + weight * (own - earlier[i])
            earlier[i] = own
    return level


@njit(cache=True, nogil=True, error_model="numpy")
def _held(means: Means) -> int:
    count = 0
    for mean in means:
        count += mean == mean  # noqa: PLR0124
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _end_week(memory: Numbers, week: Means, this_week: Means) -> bool:
    """Learn from a week; tell whether what is taken off changes."""
    if _held(this_week) < FEWEST_DAYS:
        return False
    if memory[WEEKS_SEEN] > 0.0 and _likeness(week, this_week) >= LIKE_WEEK:
        memory[WEEK_KNOWN] = 1.0
    _learn(this_week, week, memory[WEEKS_SEEN])
    memory[WEEKS_SEEN] += 1.0
    return bool(memory[WEEK_KNOWN] > 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _end_day(memory: Numbers, means: Means, today: int) -> bool:
    """Learn from a day, by its number since the epoch; tell whether what is taken off changes."""
    day, hours = means[DAY], means[TODAY]
    calm = memory[SHAKEN] == 0.0
    if _held(hours) < FEWEST_HOURS:
        return False
    known = memory[DAY_KNOWN] > 0.0
    if not known and memory[DAYS_SEEN] > 0.0 and _likeness(day, hours) >= LIKE_DAY:
        memory[DAY_KNOWN] = 1.0
    if calm or memory[WEEK_KNOWN] == 0.0:
        means[THIS_WEEK][(today + 3) % DAYS] = _level(hours, day)
    # A day on which the level has changed would say that it does so every day.
    if known and not calm:
        return False
    level = _learn(hours, day, memory[DAYS_SEEN])
    memory[DAYS_SEEN] += 1.0
    memory[LEVEL] += (level - memory[LEVEL]) / min(memory[DAYS_SEEN], MOST_CYCLES)
    return bool(memory[DAY_KNOWN] > 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _end_hour(memory: Numbers, today: Means, spreads: Means, hour: int) -> None:
    """Learn from an hour of the day."""
    count = memory[COUNT]
    mean = memory[SUM] / count
    today[hour] = mean
    # What is taken off changes with days alone, and so what is known of spreads then remains.
    if count > 1.0 and memory[DAY_KNOWN] == 0.0:
        square = max(memory[SQUARES] - count * mean * mean, 0.0) / (count - 1.0)
        weight = 1.0 / min(memory[DAYS_SEEN] + 1.0, MOST_CYCLES)
        earlier = np.float64(spreads[hour])
        if earlier == earlier:  # noqa: PLR0124
            square = earlier + weight * (square - earlier)
        spreads[hour] = square


@njit(cache=True, nogil=True, error_model="numpy")
def turn(hour: int, memory: Numbers) -> bool:
    """Go on to another hour; tell whether what is taken off changes with it.

    Parameters
    ----------
    hour
        Since the epoch.
    memory
        Of the column.
    """
    means = memory[HEAD:].view(np.float32)
    changes = False
    if memory[HOUR] == memory[HOUR]:
        before = int(memory[HOUR])
        if hour < before:
            means[TODAY] = np.nan
            means[THIS_WEEK] = np.nan
        else:
            if memory[COUNT] > 0.0 and memory[REACH] > 0.0:
                _end_hour(memory, means[TODAY], means[SPREADS], before % HOURS)
            today = before // HOURS
            if hour // HOURS != today:
                changes = _end_day(memory, means, today)
                means[TODAY] = np.nan
                memory[SHAKEN] = 0.0
                if (hour // HOURS + 3) // DAYS != (today + 3) // DAYS:
                    changes |= _end_week(memory, means[WEEK], means[THIS_WEEK])
                    means[THIS_WEEK] = np.nan
    memory[HOUR] = hour
    memory[SUM] = memory[COUNT] = memory[SQUARES] = 0.0
    return changes


@njit(cache=True, nogil=True, error_model="numpy")
def _track(value: float, memory: Numbers, first: bool) -> None:
    """Learn what a value, the first of its hour or another one, says of the calendar."""
    last = memory[LAST]
    memory[LAST] = value
    memory[RISES] += value > last
    if value < last:
        memory[FALLS] = 1.0
    if first:
        memory[CHANGES] += value < last or value > last
    elif value == last:
        memory[PAIRS] += 1.0
    else:
        memory[VARIES] = 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def note(
    values: Numbers, flags: NDArray[np.uint8], hours: Integers, memory: Numbers, blocks: Numbers
) -> int:
    """Learn from values, up to the first row with which what is taken off changes.

    Or before which it is to be looked at what has become of a change.

    Parameters
    ----------
    values
        Shape ``(n,)``.
    flags
        Shape ``(n,)``: their quality; empty where all are usable.
    hours
        Shape ``(n,)``: since the epoch.
    memory
        Of the column.
    blocks
        Its `detectors.reference.block_means`.

    Returns
    -------
    int
        That row, of which nothing is learned yet, but that it has come; `STAYS` for none.
    """
    if memory[MODE] <= NONE:
        return STAYS
    at, total, count, squares = memory[HOUR], memory[SUM], memory[COUNT], memory[SQUARES]
    own_total, own_squares = blocks[OWN_SUM], blocks[OWN_SQUARES]
    until = room = until_next(blocks)
    tracked = memory[VARIES] == 0.0 or memory[FALLS] == 0.0
    centre, reach = memory[CENTRE], memory[REACH]
    for row in range(len(values)):
        if len(flags) > 0 and flags[row] != 0:
            continue
        if until <= 0.0:
            add(room - until, own_total, own_squares, blocks)
            own_total, own_squares = blocks[OWN_SUM], blocks[OWN_SQUARES]
            until = room = until_next(blocks)
            if until <= 0.0:
                memory[SUM], memory[COUNT], memory[SQUARES] = total, count, squares
                return row
        hour = hours[row]
        if hour != at:
            if at - LATE < hour < at:
                continue
            memory[SUM], memory[COUNT], memory[SQUARES] = total, count, squares
            changes = turn(hour, memory)
            at, total, count, squares = memory[HOUR], 0.0, 0.0, 0.0
            if changes:
                add(room - until, own_total, own_squares, blocks)
                return row
        if tracked:
            _track(values[row], memory, first=count == 0.0)
            tracked = memory[VARIES] == 0.0 or memory[FALLS] == 0.0
        own = min(max(values[row] - centre, -reach), reach)
        total += own
        squares += own * own
        own_total += own
        own_squares += own * own
        count += 1.0
        until -= 1.0
    memory[SUM], memory[COUNT], memory[SQUARES] = total, count, squares
    add(room - until, own_total, own_squares, blocks)
    return STAYS
