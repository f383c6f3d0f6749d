"""Seasons of one column in event time: the course of its days and weeks, learned and taken off.

Of each hour of a day, and of each day of a week (UTC), the mean of the values is kept: of the cycle
at hand, and of all that came before it. Where a cycle goes as those before it went there is a
season, and from then on values are judged without it: numbers less what their hour lies above a
day's level, and of booleans so many are turned, at random, as their hour has too many. What is left
has the values' own units. The course survives alarms and deployments: only levels begin anew.

Both are compared over the same hours; a day counts that was watched for half of its hours. What is
kept of a column is said here; `season_learning` learns it, and `season_removal` takes it off.
"""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.arrays.quantiles import quartiles
from detectors.reference.amounts import are_amounts, logarithms_of
from detectors.reference.told_season import NEVER, ToldSeason
from detectors.snapshots.tree import State
from schemas.tables.columns import Kind

Integers = NDArray[np.int64]
Means = NDArray[np.float32]

MS_PER_HOUR: Final = 3_600_000
"""Event time is in milliseconds."""

HOURS: Final = 24
DAYS: Final = 7

FEWEST_HOURS: Final = 12
"""Hours of a day in which it has values, at least, for it to count."""

FEWEST_DAYS: Final = 6
"""Days of a week, likewise."""

LIKE_DAY: Final = 5.0
LIKE_WEEK: Final = 7.0
"""Student's t of the correlation between a cycle and those before it that makes a season."""

MOST_CYCLES: Final = 28.0
"""Cycles that a mean remembers."""

REACH_OF: Final = 4.0
"""Robust deviations from the middle at which values are cut off before their mean is taken."""

LATE: Final = 48
"""Hours that event time may go back: of such rows nothing is learned. What is further back begins
the cycles at hand anew."""

# What is kept, in words of eight bytes:
MODE: Final = 0  # one of those below
HOUR: Final = 1  # at hand, since the epoch
SUM: Final = 2  # of the values in it, less the middle, cut off
COUNT: Final = 3  # of them
CENTRE: Final = 4  # the middle of values; figures are what they lie above it
REACH: Final = 5  # where they are cut off; 0 before the first burn-in is complete
GRAIN: Final = 6  # what values are rounded to; 0 where they are not
LEVEL: Final = 7  # mean of the days
DAYS_SEEN: Final = 8
DAY_KNOWN: Final = 9
WEEKS_SEEN: Final = 10
WEEK_KNOWN: Final = 11
SHAKEN: Final = 12  # whether the reference has begun anew today
SINCE: Final = 13  # event time at which the reference has begun, NaN where that is not known
SQUARES: Final = 14  # sum of the squares of what SUM is the sum of
# Whether values are the calendar's own (`detectors.reference.clock`):
LAST: Final = 15  # value, NaN before the first
VARIES: Final = 16  # whether two values of one hour were different
FALLS: Final = 17  # whether a value was below the one before
PAIRS: Final = 18  # values that were the one before, of the same hour
CHANGES: Final = 19  # values that were another one than the one of the hour before
RISES: Final = 20  # values that were above the one before
HEAD: Final = 21
# Then means of half the size: what the hours of the days, and the days of the weeks, before this
# one have above their level, and those of this one; NaN for what there is not.
DAY: Final = slice(0, HOURS)
TODAY: Final = slice(HOURS, 2 * HOURS)
WEEK: Final = slice(2 * HOURS, 2 * HOURS + DAYS)
THIS_WEEK: Final = slice(2 * HOURS + DAYS, 2 * (HOURS + DAYS))
SPREADS: Final = slice(2 * (HOURS + DAYS), 3 * HOURS + 2 * DAYS)  # mean squares within the hours
MEANS: Final = 3 * HOURS + 2 * DAYS
"""How many that is."""

# Then, of the hours of a week, what they have above the course of the days and the level of their
# own day; and of each day how like that was to what came before.
WEEK_HOURS: Final = slice(MEANS, MEANS + DAYS * HOURS)
PRODUCTS: Final = slice(MEANS + DAYS * HOURS, MEANS + DAYS * HOURS + DAYS)
POWERS: Final = slice(MEANS + DAYS * HOURS + DAYS, MEANS + DAYS * HOURS + 2 * DAYS)
ALL_MEANS: Final = MEANS + DAYS * HOURS + 2 * DAYS

# Of categories the most frequent ones, the slots, have in place of all these means the shares of
# the hours of days, slot by slot: those before this day, above their level, and those of this day.
SLOTS: Final = 5
SHARES: Final = slice(0, SLOTS * HOURS)
SHARES_TODAY: Final = slice(SLOTS * HOURS, 2 * SLOTS * HOURS)

# Then words again:
SHAKEN_DAYS: Final = HEAD + ALL_MEANS // 2  # in a row
LEVEL_DAYS: Final = SHAKEN_DAYS + 1  # days of which LEVEL is the mean
FURTHER: Final = LEVEL_DAYS + 1
STANDS: Final = slice(FURTHER, FURTHER + SLOTS)  # what stands for the slots; NaN for none
TALLIES: Final = slice(FURTHER + SLOTS, FURTHER + 2 * SLOTS)  # of them in the hour at hand
LEVELS: Final = slice(FURTHER + 2 * SLOTS, FURTHER + 3 * SLOTS)  # mean shares of the days
LEARNED: Final = slice(SHAKEN_DAYS, FURTHER + 3 * SLOTS)
# There numbers, which have no slots, have the mean squares within the hours of this day, of half
# the size; what is none is not above 0.
SPREADS_TODAY: Final = slice(FURTHER, FURTHER + HOURS // 2)
TOLD_DAYS: Final = FURTHER + 3 * SLOTS  # by `detectors.reference.told_season`
TOLD_WEEKS: Final = TOLD_DAYS + 1
# And of the calendar's own values again, in the order of event times:
CLOCK_LATEST: Final = TOLD_WEEKS + 1  # event time of the last value
CLOCK_IS: Final = CLOCK_LATEST + 1  # whether values follow from the time alone
CLOCK_FLIPS: Final = CLOCK_LATEST + 2  # how often that has become otherwise
CLOCK_SETTLED: Final = CLOCK_LATEST + 3  # whether they do not, for good
CLOCK_WAY: Final = CLOCK_LATEST + 4  # of the last step: up or down
CLOCK_NEAR: Final = CLOCK_LATEST + 5  # values close to the start of a quarter of an hour
CLOCK_NEAR_CHANGES: Final = CLOCK_LATEST + 6  # of them other than the one before
CLOCK_FAR: Final = CLOCK_LATEST + 7  # all others
CLOCK_FAR_CHANGES: Final = CLOCK_LATEST + 8
CLOCK_HOURS: Final = CLOCK_LATEST + 9  # the first values of their hours
CLOCK_HOURS_CHANGES: Final = CLOCK_LATEST + 10
CLOCK_PAIRS: Final = CLOCK_LATEST + 11  # all others
CLOCK_PAIRS_CHANGES: Final = CLOCK_LATEST + 12
CLOCK_STEPS: Final = CLOCK_LATEST + 13  # values other than the one before
CLOCK_TURNS: Final = CLOCK_LATEST + 14  # of them the other way than the step before
CLOCK_LOW: Final = CLOCK_LATEST + 15  # of the values of this day
CLOCK_HIGH: Final = CLOCK_LATEST + 16
CLOCK_RANGE: Final = CLOCK_LATEST + 17  # of those of the day before
CLOCK_HITS: Final = CLOCK_LATEST + 18  # hours that began as they did on the day before
CLOCK_MISSES: Final = CLOCK_LATEST + 19  # and those that did not
CLOCK_DAY: Final = slice(CLOCK_LATEST + 20, CLOCK_LATEST + 32)  # how they began, of half the size
MEMORY: Final = CLOCK_LATEST + 32
"""Words of a column."""

CLOCK: Final = slice(CLOCK_LATEST, MEMORY)
_FLIPS: Final = slice(CLOCK_FLIPS, CLOCK_FLIPS + 1)

OFF: Final = -1.0
"""There is no season: somebody has said so."""

NONE: Final = 0.0
"""What a release before wrote of categories."""

NUMBERS: Final = 1.0
BOOLEANS: Final = 2.0
CATEGORIES: Final = 3.0
LOGARITHMS: Final = 4.0
"""Of numbers that are amounts: a course is a factor, and figures are what logarithms are."""

MODES: Final = {Kind.NUMBER: NUMBERS, Kind.BOOLEAN: BOOLEANS, Kind.CATEGORY: CATEGORIES}

UNKNOWN: Final = "unknown"
NAMES: Final = (UNKNOWN, "daily", "weekly", "daily+weekly", "none", "calendar")
"""What is known of a season: nothing, which cycles are taken off, that somebody has said that there
is none, or that the column is the calendar's own."""

STAYS: Final = -1
"""In place of a row: what is taken off does not change."""

_PAIRS: Final = 100
_CHANGES: Final = 3
_RISES: Final = 100
"""By which a release before called a column the calendar's."""

_LARGEST: Final = 1e30
"""Values beyond it have no means of half the size."""


def begin(memory: Numbers, mode: float) -> None:
    """Write that nothing is known.

    Parameters
    ----------
    memory
        Shape ``(MEMORY,)``.
    mode
        One of `MODES`.
    """
    memory[:] = 0.0
    memory[MODE] = mode
    memory[SINCE] = memory[HOUR] = memory[LAST] = memory[CLOCK_LATEST] = np.nan
    if mode == BOOLEANS:
        memory[REACH] = 1.0
    if mode == CATEGORIES:  # which do not rise
        memory[FALLS] = 1.0
    means_of(memory)[:] = np.nan
    memory[STANDS] = np.nan
    memory[CLOCK_DAY].view(np.float32)[:] = np.nan


def tell(memory: Numbers, told: ToldSeason) -> None:
    """Write which cycles there are; what is known of those that there are not is forgotten."""
    memory[TOLD_DAYS], memory[TOLD_WEEKS] = told.days, told.weeks
    memory[DAY_KNOWN] *= told.days != NEVER
    memory[WEEK_KNOWN] *= told.weeks != NEVER


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def means_of(memory: Numbers) -> Means:
    """Return the means of half the size."""
    return memory[HEAD:SHAKEN_DAYS].view(np.float32)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def spreads_today(memory: Numbers) -> Means:
    """Return the mean squares within the hours of this day, of numbers, shape ``(24,)``."""
    return memory[SPREADS_TODAY].view(np.float32)


def gauge(
    memory: Numbers, latest: Numbers, first: Numbers | None = None, *, by_factors: bool = False
) -> float:
    """Learn what values are like from the latest ones, at least one, once a burn-in is complete.

    Parameters
    ----------
    memory
        Of the column.
    latest
        Shape ``(n,)``: what says where its middle is, and how far it reaches.
    first
        Its first ones, which say whether they are amounts; None where there were others before.
    by_factors
        Whether they depend on those before them by factors, which amounts do: of such first ones
        skewness says little.

    Returns
    -------
    float
        By how much more the sums of earlier ones lie above the middle, which may be another one.
    """
    if memory[MODE] not in {NUMBERS, LOGARITHMS}:
        return 0.0
    if np.abs(latest).max() > _LARGEST:
        return 0.0
    if memory[REACH] == 0.0 and (by_factors or are_amounts(latest if first is None else first)):
        memory[MODE] = LOGARITHMS
    grain = grain_of(latest)
    if memory[MODE] == LOGARITHMS:
        latest = logarithms_of(latest)
    low, centre, high = quartiles(latest)
    reach = REACH_OF * (high - low) / 1.349 or _LARGEST
    moved = memory[CENTRE] - centre
    if memory[REACH] == 0.0:
        memory[SUM] = memory[COUNT] = memory[SQUARES] = 0.0
    memory[SQUARES] += moved * (2.0 * memory[SUM] + memory[COUNT] * moved)
    memory[SUM] += memory[COUNT] * moved
    means = means_of(memory)
    means[TODAY] += np.float32(moved)
    means[THIS_WEEK] += np.float32(moved)
    memory[LEVEL] += moved
    memory[CENTRE], memory[REACH] = centre, reach
    if not is_seasonal(memory):
        memory[GRAIN] = grain
    return float(moved)


def cut_off(values: Numbers, memory: Numbers) -> Numbers:
    """Return what values lie above their middle, as far as they count."""
    reach = memory[REACH]
    if memory[MODE] == LOGARITHMS:
        values = logarithms_of(values)
    above: Numbers = np.clip(values - memory[CENTRE], -reach, reach)
    return above


def grain_of(latest: Numbers) -> float:
    """Return what values are rounded to; 0 where hardly any two of the latest ones are the same."""
    values = np.unique(latest)
    if len(values) > len(latest) / 2:
        return 0.0
    return float(np.diff(values).min()) if len(values) > 1 else 1.0


def words(memory: Numbers) -> str:
    """Return the words for what is taken off; none where nothing is."""
    day, week = memory[DAY_KNOWN] > 0.0, memory[WEEK_KNOWN] > 0.0
    if day and week:
        return "the course of its days and weeks"
    return "the course of its days" if day else "the course of its weeks" if week else ""


def is_covered(memory: Numbers, time: int) -> bool:
    """Tell whether no course of a day or a week can be what has changed since the reference began.

    Because the hour is the same, or because it has lasted for two weeks, or for two days where it
    is said that there are no weeks.

    Parameters
    ----------
    memory
        Of the column.
    time
        Event time of the change.
    """
    if memory[MODE] == OFF:
        return True
    elapsed = abs(time - float(memory[SINCE]))
    days = DAYS if memory[TOLD_WEEKS] != NEVER else 1
    return elapsed <= MS_PER_HOUR or elapsed >= 2 * days * HOURS * MS_PER_HOUR


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def is_seasonal(memory: Numbers) -> bool:
    """Tell whether something is taken off."""
    return bool(memory[DAY_KNOWN] + memory[WEEK_KNOWN] > 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def is_calendar(memory: Numbers) -> bool:
    """Tell whether values follow from the time alone (`detectors.reference.clock`)."""
    return bool(memory[CLOCK_IS] > 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def keeps_to_calendar(before: Numbers, after: Numbers) -> bool:
    """Tell whether values followed from the time alone, or did not, at every row of some.

    Parameters
    ----------
    before, after
        Shape ``(MEMORY,)``: what was known before these rows, and after them.
    """
    return bool(before[CLOCK_FLIPS] == after[CLOCK_FLIPS])


@njit(cache=True, nogil=True, error_model="numpy")
def code_of(memory: Numbers) -> int:
    """Return which of `NAMES` says what is known."""
    if memory[MODE] == OFF:
        return 4
    if is_calendar(memory):
        return 5
    return int(memory[DAY_KNOWN] + 2.0 * memory[WEEK_KNOWN])


def is_gauged(memory: Numbers) -> bool:
    """Tell whether it is known what values are like, or need not be."""
    return bool(memory[MODE] in {OFF, NONE, BOOLEANS} or memory[REACH] > 0.0)


def is_learned(memory: Numbers) -> bool:
    """Tell whether values are learned from."""
    return bool(memory[MODE] > NONE)


def cycles(memory: Numbers) -> float:
    """Return how many cycles are taken off: the day, the week."""
    return float(memory[DAY_KNOWN] + memory[WEEK_KNOWN])


def state_of(memory: Numbers) -> State:
    """Return what is known, of which a release before knew nothing."""
    means = means_of(memory).astype(float)
    further = memory[LEARNED].copy()
    return {
        "head": memory[:HEAD].copy(),
        "means": means[:MEANS],
        "further": further,
        "week_hours": None if np.isnan(means[MEANS:]).all() else means[MEANS:],
        # Of what follows from no time for good nothing else is of use.
        "clock": memory[CLOCK if memory[CLOCK_SETTLED] == 0.0 else _FLIPS].copy(),
    }


def restore(memory: Numbers, state: State | None) -> None:
    """Restore what was known of the same kind of values; without that nothing is.

    Parameters
    ----------
    memory
        Shape ``(MEMORY,)``, as `begin` wrote it.
    state
        As `state_of` gave it; a release before wrote no ``further``, ``week_hours`` or ``clock``.
    """
    if state is None:
        return
    modes = {NUMBERS, LOGARITHMS} if memory[MODE] == NUMBERS else {float(memory[MODE])}
    if state["head"][MODE] not in modes:
        return
    memory[:HEAD] = state["head"]
    means_of(memory)[:MEANS] = state["means"]
    if state.get("week_hours") is not None:
        means_of(memory)[MEANS:] = state["week_hours"]
    _restore_clock(memory, state.get("clock"))
    further = state.get("further")
    if further is None:
        memory[LEVEL_DAYS] = min(memory[DAYS_SEEN], MOST_CYCLES)
    elif len(further) == len(memory[LEARNED]):
        memory[LEARNED] = further


def name_of(state: State | None) -> str:
    """Return which of `NAMES` says what is known in a state, as `state_of` gave it."""
    if state is None:
        return UNKNOWN
    memory = np.zeros(MEMORY)
    memory[:HEAD] = state["head"]
    _restore_clock(memory, state.get("clock"))
    return NAMES[code_of(memory)]


def _restore_clock(memory: Numbers, clock: Numbers | None) -> None:
    """Restore what is known of the calendar; a release before counted less of it."""
    if clock is not None:
        settled = len(clock) == 1
        if settled:
            memory[CLOCK] = 0.0
        memory[_FLIPS if settled else CLOCK] = clock
        memory[CLOCK_SETTLED] = settled
        return
    by_hour = not memory[VARIES] and memory[PAIRS] >= _PAIRS and memory[CHANGES] >= _CHANGES
    memory[CLOCK_IS] = by_hour or (not memory[FALLS] and memory[RISES] >= _RISES)
    if not memory[VARIES]:
        memory[CLOCK_HOURS] = memory[CLOCK_HOURS_CHANGES] = memory[CHANGES]
        memory[CLOCK_PAIRS] = memory[PAIRS]
