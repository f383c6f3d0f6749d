"""What is learned of the course of a column's days and weeks, value by value."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.reference.amounts import SMALLEST
from detectors.reference.block_means import SQUARES as OWN_SQUARES
from detectors.reference.block_means import SUM as OWN_SUM
from detectors.reference.block_means import add, until_next
from detectors.reference.clock import track
from detectors.reference.season import (
    BOOLEANS,
    CATEGORIES,
    CENTRE,
    CLOCK_SETTLED,
    COUNT,
    DAY,
    DAY_KNOWN,
    DAYS,
    DAYS_SEEN,
    FEWEST_DAYS,
    FEWEST_HOURS,
    HOUR,
    HOURS,
    LATE,
    LEVEL,
    LIKE_DAY,
    LIKE_WEEK,
    LOGARITHMS,
    MODE,
    MOST_CYCLES,
    NONE,
    POWERS,
    PRODUCTS,
    REACH,
    SHAKEN,
    SHARES_TODAY,
    SPREADS,
    SQUARES,
    STAYS,
    SUM,
    TALLIES,
    THIS_WEEK,
    TODAY,
    TOLD_WEEKS,
    WEEK,
    WEEK_HOURS,
    WEEK_KNOWN,
    WEEKS_SEEN,
    Integers,
    Means,
    means_of,
    spreads_today,
)
from detectors.reference.season_cycles import (
    end_level,
    follow,
    held,
    is_learned_from,
    is_searched,
    learn,
    level_of,
    likeness,
    or_zero,
    take_as_told,
)
from detectors.reference.season_shares import count_category, end_day, end_hour
from detectors.reference.told_season import SEARCHED, TOLD

_Sums = tuple[float, float, float, float]
"""Of values and of their squares, over an hour and over a block."""


@njit(cache=True, nogil=True, error_model="numpy")
def _end_week(memory: Numbers, week: Means, this_week: Means) -> bool:
    """Learn from a week; tell whether what is taken off changes."""
    if held(this_week) < FEWEST_DAYS:
        return False
    is_like = memory[WEEKS_SEEN] > 0.0 and likeness(week, this_week) >= LIKE_WEEK
    if memory[TOLD_WEEKS] == TOLD or (memory[TOLD_WEEKS] == SEARCHED and is_like):
        memory[WEEK_KNOWN] = 1.0
    learn(this_week, week, memory[WEEKS_SEEN])
    memory[WEEKS_SEEN] += 1.0
    return bool(memory[WEEK_KNOWN] > 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _learn_day_of_week(memory: Numbers, means: Means, day: int) -> None:
    """Learn what a day of the week has beside the course of the days, whatever its level.

    And how much of that has come again: the weight that it deserves.
    """
    course, hours = means[DAY], means[TODAY]
    earlier = means[WEEK_HOURS][day * HOURS : (day + 1) * HOURS]
    level = level_of(hours, course)
    weight = 1.0 / min(memory[WEEKS_SEEN] + 1.0, MOST_CYCLES)
    products, powers = 0.0, 0.0
    for hour in range(HOURS):
        if hours[hour] == hours[hour]:
            own = np.float64(hours[hour]) - level - or_zero(course[hour])
            before = np.float64(earlier[hour])
            if before == before:  # noqa: PLR0124
                products += own * before
                powers += before * before
                own = before + weight * (own - before)
            earlier[hour] = own
    if powers > 0.0:
        means[PRODUCTS][day] = or_zero(means[PRODUCTS][day]) + products
        means[POWERS][day] = or_zero(means[POWERS][day]) + powers


@njit(cache=True, nogil=True, error_model="numpy")
def _end_day(memory: Numbers, means: Means, today: int) -> bool:
    """Learn from a day, by its number since the epoch; tell whether what is taken off changes."""
    day, hours = means[DAY], means[TODAY]
    calm = memory[SHAKEN] == 0.0
    if held(hours) < FEWEST_HOURS:
        return False
    # A day on which the level has changed would say that it does so every day.
    learned = is_learned_from(memory)
    if is_searched(memory) and likeness(day, hours) >= LIKE_DAY:
        memory[DAY_KNOWN] = 1.0
    of_week = (today + 3) % DAYS
    unknown = memory[WEEK_KNOWN] == 0.0
    if calm or unknown:
        means[THIS_WEEK][of_week] = level_of(hours, day)
    # Of a day that has not come again yet an alert may tell what the hours of it are like.
    if calm or unknown or math.isnan(means[POWERS][of_week]):
        _learn_day_of_week(memory, means, of_week)
    if calm and memory[DAY_KNOWN] > 0.0:
        _learn_spreads(means[SPREADS], spreads_today(memory), memory[DAYS_SEEN])
    level = follow(hours, day, memory[LEVEL], memory)
    if learned:
        level += learn(hours, day, memory[DAYS_SEEN])
        memory[DAYS_SEEN] += 1.0
    memory[LEVEL] = level
    take_as_told(day, memory)
    end_level(memory)
    return bool(memory[DAY_KNOWN] + memory[WEEK_KNOWN] > 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _learn_spreads(spreads: Means, today: Means, days: float) -> None:
    """Take the mean squares within the hours of a day into those of the days before it."""
    weight = 1.0 / min(days + 1.0, MOST_CYCLES)
    for hour in range(HOURS):
        if today[hour] > 0.0 and spreads[hour] > 0.0:
            spreads[hour] += weight * (today[hour] - spreads[hour])


@njit(cache=True, nogil=True, error_model="numpy")
def _end_hour(memory: Numbers, today: Means, spreads: Means, hour: int) -> None:
    """Learn from an hour of the day."""
    count = memory[COUNT]
    mean = memory[SUM] / count
    today[hour] = mean
    if count <= 1.0:
        return
    square = max(memory[SQUARES] - count * mean * mean, 0.0) / (count - 1.0)
    if memory[DAY_KNOWN] > 0.0:
        # What is taken off changes with days alone.
        if memory[MODE] != BOOLEANS:
            spreads_today(memory)[hour] = square
        return
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
    means = means_of(memory)
    shares = memory[MODE] == CATEGORIES
    changes = False
    if memory[HOUR] == memory[HOUR]:
        before = int(memory[HOUR])
        if hour < before:
            means[SHARES_TODAY if shares else TODAY] = np.nan
            if not shares:
                means[THIS_WEEK] = np.nan
                spreads_today(memory)[:] = np.nan
        else:
            if memory[COUNT] > 0.0 and memory[REACH] > 0.0:
                if shares:
                    end_hour(memory, before % HOURS)
                else:
                    _end_hour(memory, means[TODAY], means[SPREADS], before % HOURS)
            today = before // HOURS
            if hour // HOURS != today:
                changes = end_day(memory) if shares else _end_day(memory, means, today)
                means[SHARES_TODAY if shares else TODAY] = np.nan
                if not shares:
                    spreads_today(memory)[:] = np.nan
                memory[SHAKEN] = 0.0
                if not shares and (hour // HOURS + 3) // DAYS != (today + 3) // DAYS:
                    changes |= _end_week(memory, means[WEEK], means[THIS_WEEK])
                    means[THIS_WEEK] = np.nan
    memory[HOUR] = hour
    if shares:
        memory[TALLIES] = 0.0
    memory[SUM] = memory[COUNT] = memory[SQUARES] = 0.0
    return changes


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _counted(value: float, stands: Numbers, memory: Numbers, mode: float) -> float:
    """Return the figure of a value, of a category once it is counted."""
    if mode == LOGARITHMS:
        return math.log(max(value, SMALLEST))  # as `detectors.reference.amounts.logarithms_of`
    return count_category(value, stands, memory) if mode == CATEGORIES else value


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _add_hour(
    values: Numbers, hours: Integers, begin: int, end: int, centre: float, reach: float, sums: _Sums
) -> tuple[int, _Sums]:
    """Add values to sums as long as their hour is that of the first; return where it ends."""
    total, squares, own_total, own_squares = sums
    hour, row = hours[begin], begin
    while row < end and hours[row] == hour:
        own = min(max(values[row] - centre, -reach), reach)
        total += own
        squares += own * own
        own_total += own
        own_squares += own * own
        row += 1
    return row, (total, squares, own_total, own_squares)


@njit(cache=True, nogil=True, error_model="numpy")
def note(  # noqa: C901 - one pass, which calls would slow down
    values: Numbers,
    flags: NDArray[np.uint8],
    times: Integers,
    hours: Integers,
    stands: Numbers,
    memory: Numbers,
    blocks: Numbers,
) -> int:
    """Learn from values, up to the first row with which what is taken off changes.

    Or before which it is to be looked at what has become of a change.

    Parameters
    ----------
    values
        Shape ``(n,)``.
    flags
        Shape ``(n,)``: their quality; empty where all are usable.
    times, hours
        Shape ``(n,)``: event times, and hours since the epoch.
    stands
        Shape ``(SLOTS,)``: what stands for the slots of categories among the values.
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
    tracked = memory[CLOCK_SETTLED] == 0.0
    centre, reach, mode = memory[CENTRE], memory[REACH], memory[MODE]
    plain, row = len(flags) == 0 and mode not in (CATEGORIES, LOGARITHMS), 0
    while row < len(values):
        if len(flags) > 0 and flags[row] != 0:
            row += 1
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
                row += 1
                continue
            memory[SUM], memory[COUNT], memory[SQUARES] = total, count, squares
            changes = turn(hour, memory)
            at, total, count, squares = memory[HOUR], 0.0, 0.0, 0.0
            if changes:
                add(room - until, own_total, own_squares, blocks)
                return row
        if plain and not tracked:
            # Nothing else is to be done with them, and that takes a third of the time.
            begin, end = row, row + math.ceil(min(float(len(values) - row), until))
            sums = total, squares, own_total, own_squares
            row, (total, squares, own_total, own_squares) = _add_hour(
                values, hours, begin, end, centre, reach, sums
            )
            count += row - begin
            until -= row - begin
            continue
        value = _counted(values[row], stands, memory, mode)
        if tracked:
            # Logarithms may be the same where amounts are not, and rise as these do.
            shown = values[row] if mode == LOGARITHMS else value
            track(shown, times[row], memory, count == 0.0)
            tracked = memory[CLOCK_SETTLED] == 0.0
        own = min(max(value - centre, -reach), reach)
        total += own
        squares += own * own
        own_total += own
        own_squares += own * own
        count += 1.0
        until -= 1.0
        row += 1
    memory[SUM], memory[COUNT], memory[SQUARES] = total, count, squares
    add(room - until, own_total, own_squares, blocks)
    return STAYS
