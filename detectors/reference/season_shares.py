"""Shares of a column's most frequent categories by the hour of the day, learned and taken off.

A category that an hour has too many of gives way, as often as it is too many, to those that the
hour has too few of. What is left has the shares of a whole day at every hour while nothing changes,
so that all that watches the column may go on as if there were no hours. Shares are among the slots
(`detectors.reference.season_slots`) alone: other categories stay as they came.
"""

from typing import Final

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers
from detectors.reference.season import (
    DAY_KNOWN,
    DAYS_SEEN,
    FEWEST_HOURS,
    HOURS,
    LEVELS,
    LIKE_DAY,
    SHARES,
    SHARES_TODAY,
    SLOTS,
    STANDS,
    TALLIES,
    means_of,
)
from detectors.reference.season_cycles import (
    course_at,
    end_level,
    follow,
    held,
    is_learned_from,
    is_searched,
    learn,
    take_as_told,
)
from detectors.reference.season_cycles import likeness as likeness_of

_STRIDE: Final = 0.6180339887498949
"""Times the number of a slot, without its whole part: a number that a course of any of the slots
moves."""


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def slot_of(value: float, stands: Numbers) -> int:
    """Return the slot that a value stands for, `SLOTS` for none."""
    for slot in range(SLOTS):
        if stands[slot] == value:
            return slot
    return SLOTS


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def figure_of(slot: int) -> float:
    """Return the number in place of a slot, of which means of blocks are taken."""
    return (slot * _STRIDE) % 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def count_category(value: float, stands: Numbers, memory: Numbers) -> float:
    """Count a value in the hour at hand; return its figure."""
    slot = slot_of(value, stands)
    if slot < SLOTS:
        memory[TALLIES][slot] += 1.0
    return figure_of(slot)


@njit(cache=True, nogil=True, error_model="numpy")
def end_hour(memory: Numbers, hour: int) -> None:
    """Learn from an hour of the day."""
    today, tallies = means_of(memory)[SHARES_TODAY], memory[TALLIES]
    total = tallies.sum()
    if total > 0.0:
        for slot in range(SLOTS):
            today[slot * HOURS + hour] = tallies[slot] / total


@njit(cache=True, nogil=True, error_model="numpy")
def end_day(memory: Numbers) -> bool:
    """Learn from a day; tell whether what is taken off changes."""
    means = means_of(memory)
    shares, today = means[SHARES], means[SHARES_TODAY]
    if held(today[:HOURS]) < FEWEST_HOURS:
        return False
    learned = is_learned_from(memory)
    if is_searched(memory):
        for slot in range(SLOTS):
            hours = slice(slot * HOURS, (slot + 1) * HOURS)
            if likeness_of(shares[hours], today[hours]) >= LIKE_DAY:
                memory[DAY_KNOWN] = 1.0
    for slot in range(SLOTS):
        hours = slice(slot * HOURS, (slot + 1) * HOURS)
        level = follow(today[hours], shares[hours], memory[LEVELS][slot], memory)
        if learned:
            level += learn(today[hours], shares[hours], memory[DAYS_SEEN])
        memory[LEVELS][slot] = level
    memory[DAYS_SEEN] += learned
    take_as_told(shares, memory)
    end_level(memory)
    return bool(memory[DAY_KNOWN] > 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def without_course(value: float, time: int, random: float, memory: Numbers) -> float:
    """Return the category that takes the place of one, or this one.

    Parameters
    ----------
    value
        What stands for it.
    time
        Its event time.
    random
        Uniform on [0, 1).
    memory
        Of the column; its days are known.
    """
    own = slot_of(value, memory[STANDS])
    if own == SLOTS:
        return value
    shares = means_of(memory)[SHARES]
    usual, hourly = np.empty(SLOTS), np.empty(SLOTS)
    for slot in range(SLOTS):
        usual[slot] = max(memory[LEVELS][slot], 0.0)
        course = course_at(time, shares[slot * HOURS : (slot + 1) * HOURS], memory)
        hourly[slot] = max(usual[slot] + course, 0.0)
    usual /= max(usual.sum(), 1e-9)
    hourly /= max(hourly.sum(), 1e-9)
    if hourly[own] <= usual[own] or random * hourly[own] < usual[own]:
        return value
    # So much of what the hour has too few of, one slot after the other.
    kept = usual[own] / hourly[own]
    missing = np.maximum(usual - hourly, 0.0)
    left = (random - kept) / (1.0 - kept) * missing.sum()
    for slot in range(SLOTS):
        left -= missing[slot]
        if left < 0.0 and memory[STANDS][slot] == memory[STANDS][slot]:
            return float(memory[STANDS][slot])
    return value
