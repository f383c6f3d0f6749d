"""Values without the course of their days and weeks, as far as it is known.

Within an hour the course goes on as its neighbours say, if both say the same, so that a step stays
one. Where values of an hour are further apart than those of others, they are drawn together too.

References
----------
Limited slopes: van Leer, "Towards the ultimate conservative difference scheme V", Journal of
Computational Physics 32, 1979.
"""

import math
from typing import Final

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers
from detectors.reference.ranks import random_part
from detectors.reference.season import (
    CATEGORIES,
    CENTRE,
    DAY,
    DAY_KNOWN,
    DAYS,
    DAYS_SEEN,
    GRAIN,
    HOURS,
    LEVEL,
    LOGARITHMS,
    MODE,
    MS_PER_HOUR,
    NUMBERS,
    POWERS,
    PRODUCTS,
    SPREADS,
    WEEK,
    WEEK_HOURS,
    WEEK_KNOWN,
    Integers,
    Means,
    means_of,
)
from detectors.reference.season_cycles import course_at, or_zero
from detectors.reference.season_shares import without_course

DIFFERENT: Final = 2.0
"""Times the least mean square within an hour from which on hours differ: values that lie off the
level that is known would be drawn off it."""

FURTHEST: Final = 10.0
"""Times as far as they are that values of an hour are drawn apart, at most: of an hour all of whose
values were cut off, or the same, nothing is known but that."""

YOUNG: Final = 2.0
"""Days after which hours are to differ by twice as much as after many: of values that depend on
each other two days say little of how far apart they are."""

_TURNS: Final = np.uint64(0x5EA50)
"""Sets its random parts apart from those of ranks."""


@njit(cache=True, nogil=True, error_model="numpy")
def _above(time: int, means: Means, memory: Numbers) -> float:
    """Return what values of an event time lie above their level."""
    above = 0.0
    if memory[DAY_KNOWN] > 0.0:
        above += course_at(time, means[DAY], memory)
    if memory[WEEK_KNOWN] > 0.0:
        hour = time // MS_PER_HOUR
        day = (hour // HOURS + 3) % DAYS
        above += or_zero(means[WEEK][day])
        own = or_zero(means[WEEK_HOURS][day * HOURS + hour % HOURS])
        above += _coming_again(day, means) * own
    return above


@njit(cache=True, nogil=True, error_model="numpy")
def _coming_again(day: int, means: Means) -> float:
    """Return how much of what a day of the week has besides comes again, by all days at first."""
    products, powers = means[PRODUCTS][day], means[POWERS][day]
    if math.isnan(powers):
        products, powers = np.nansum(means[PRODUCTS]), np.nansum(means[POWERS])
    return min(max(products / powers, 0.0), 1.0) if powers > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _usual(spreads: Means, days: float) -> float:
    """Return the mean square within an hour, 0 where hours hardly differ in it."""
    count, usual, lowest, highest = 0, 0.0, np.inf, 0.0
    for spread in spreads:
        if not math.isnan(spread):
            count += 1
            usual += spread
            lowest, highest = min(lowest, spread), max(highest, spread)
    different = DIFFERENT * (1.0 + YOUNG / max(days, 1.0))
    return usual / count if highest > different * lowest else 0.0


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _drawn(figure: float, standing: float, factor: float) -> float:
    """Return a figure drawn towards where values stand, or away from it."""
    return figure if factor == 1.0 else standing + (figure - standing) * factor


@njit(cache=True, nogil=True, error_model="numpy")
def take_off(
    values: Numbers, times: Integers, first: int, seed: int, memory: Numbers, left: Numbers
) -> None:
    """Write what values are without the season.

    Parameters
    ----------
    values
        Shape ``(n,)``: finite, or of no meaning.
    times
        Shape ``(n,)``: their event times.
    first
        Number of the first one's row; the others follow.
    seed
        Of the random parts.
    memory
        Of the column.
    left
        Shape ``(n,)``: gets it.
    """
    means, level = means_of(memory), memory[LEVEL]
    spreads, usual = means[SPREADS], _usual(means[SPREADS], memory[DAYS_SEEN])
    for i in range(len(values)):
        random = random_part(np.uint64(seed) ^ _TURNS, np.uint64(first + i))
        if memory[MODE] == CATEGORIES:
            left[i] = without_course(values[i], times[i], random, memory)
            continue
        above = _above(times[i], means, memory)
        if memory[MODE] == NUMBERS or memory[MODE] == LOGARITHMS:
            own = or_zero(spreads[times[i] // MS_PER_HOUR % HOURS])
            different = usual > 0.0 and memory[DAY_KNOWN] > 0.0 and own > 0.0
            factor = min(math.sqrt(usual / own), FURTHEST) if different else 1.0
            shown = values[i] + memory[GRAIN] * (random - 0.5)
            if memory[MODE] == NUMBERS:
                left[i] = _drawn(shown - above, level + memory[CENTRE], factor)
            elif values[i] > 0.0 and shown > 0.0:
                left[i] = math.exp(_drawn(math.log(shown) - above, level + memory[CENTRE], factor))
            else:  # no amount, and of no hour
                left[i] = values[i]
            continue
        share = min(max(level + above, 0.0), 1.0)
        left[i] = values[i]
        if above > 0.0 and values[i] > 0.0:
            left[i] = 1.0 if random * share < level else 0.0
        elif above < 0.0 and values[i] == 0.0:
            left[i] = 1.0 if random * (1.0 - share) < level - share else 0.0
