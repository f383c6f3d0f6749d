"""Residuals of dependent values: what of each value those before it do not say.

Ranks are independent only where the values are. Of a column of numbers whose neighbours depend on
each other the residuals are judged in place of the values,

    y = (value - centre) / scale, or that of its logarithm,
    expected = weights . the latest y + moving * the latest surprise + second * the one before,
    residual = (y - expected) / the root of the variance,
    variance = omega + arch * surprise^2 + garch * variance,

by coefficients that `detectors.reference.whitening` has fitted (ARMA with GARCH errors). However
far out a value is, its residual tells; but what follows is predicted by what was expected in its
place, so that one outlier is one outlier. Rounded values get back, at random, what rounding took.

Where tails have no bounds every value predicts, and the next outlier is larger than all that
weights were fitted to. What they may be off by, in parts of what they say, is the doubt; as b times
the scale of surprises it is lost in as much noise,

    (residual + b * noise) / (1 + b),

which has Cauchy's law if residuals and noise have it, as those of such tails nearly do. As the
doubt is small, a lasting shift shows through it, however large.

References
----------
Bollerslev, "Generalized autoregressive conditional heteroskedasticity", Journal of Econometrics 31,
1986.
"""

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers
from detectors.reference.column_block import RECENT
from detectors.reference.ranks import random_part

MOST_WEIGHTS: Final = 6
"""Values before one that it may be predicted by."""

LEVELS: Final = 31
"""Edges of the bins in which values are counted as they are, for the figures of an alert."""

CALMEST: Final = 9.0
"""Times the variance that a square counts at most in the next one."""

HEAVY: Final = 0.43
"""Scale of Cauchy's law over the deviation that bounded surprises of it have."""

_OTHER: Final = np.uint64(0x5851F42D4C957F2D)
"""Makes the random parts others than those of the ranks."""

_THIRD: Final = np.uint64(0x14057B7EF767814F)
"""And those of noise others again."""

# What stands where in the part of a column's block. First what was fitted:
ORDER: Final = 0  # how many weights there are
LOG: Final = 1  # 1 where logarithms are predicted
LEAST: Final = 2  # what smaller values count as, where they are
CENTRE: Final = 3
SCALE: Final = 4
GRAIN: Final = 5  # what values are rounded to; 0 where they are not
WIDEST: Final = 6  # scales from the centre beyond which a value predicts no more
MOVING: Final = 7
OMEGA: Final = 8
ARCH: Final = 9
GARCH: Final = 10
WEIGHTS: Final = 11
FITTED: Final = WEIGHTS + MOST_WEIGHTS
# Then what the latest values have left:
VARIANCE: Final = FITTED
SURPRISE: Final = FITTED + 1
PASSED: Final = FITTED + 2  # values so far
LAST: Final = FITTED + 3  # the latest ones, the latest first
# Of a cycle alone (`detectors.reference.cycle`); releases before had no such filter.
SECOND: Final = LAST + MOST_WEIGHTS  # fitted: the weight of the surprise before the latest
BEFORE: Final = SECOND + 1  # that surprise
# Of tails without bounds alone (`detectors.reference.heavy_weights`); likewise.
DOUBT: Final = BEFORE + 1  # fitted: in parts of what is expected
MEMORY: Final = DOUBT + 1
"""Numbers of a filter."""

LATEST_AT: Final = MEMORY  # residuals
LEVELS_AT: Final = LATEST_AT + RECENT  # the edges, infinite where there are fewer
TALLIES_AT: Final = LEVELS_AT + LEVELS  # values in the bins between them
PART: Final = TALLIES_AT + LEVELS + 1
"""Numbers of the whole part."""


@njit(cache=True, nogil=True, error_model="numpy")
def residuals_of(
    values: Numbers, memory: Numbers, seed: np.uint64, residuals: Numbers, after: Numbers
) -> None:
    """Write the residuals of values, shape ``(n,)``, one after the other.

    Parameters
    ----------
    values
        Shape ``(n,)``.
    memory
        Shape ``(MEMORY,)`` or more: of the column, before them; it stays as it is.
    seed
        Seed of what is given back to rounded values.
    residuals, after
        Shapes ``(n,)`` and ``(MEMORY,)``: get the residuals, and the memory after them.
    """
    after[:] = memory[:MEMORY]
    order, logarithms = int(memory[ORDER]), memory[LOG] > 0.0
    least, centre, scale = memory[LEAST], memory[CENTRE], memory[SCALE]
    grain, widest, moving = memory[GRAIN], memory[WIDEST], memory[MOVING]
    omega, arch, garch = memory[OMEGA], memory[ARCH], memory[GARCH]
    variance, surprise, passed = memory[VARIANCE], memory[SURPRISE], memory[PASSED]
    second, before, doubt = memory[SECOND], memory[BEFORE], memory[DOUBT]
    for i in range(len(values)):
        expected = moving * surprise + second * before
        for k in range(order):
            expected += memory[WEIGHTS + k] * after[LAST + k]
        own = values[i]
        standing = math.log(max(own, least)) if logarithms else own
        standing = (standing - centre) / scale
        shown = standing
        if grain > 0.0:
            own += grain * (random_part(seed ^ _OTHER, np.uint64(passed)) - 0.5)
            shown = (math.log(max(own, least)) if logarithms else own) - centre
            shown /= scale
        residuals[i] = (shown - expected) / math.sqrt(variance)
        if doubt > 0.0:
            lost = doubt * abs(expected) / (HEAVY * math.sqrt(variance))
            part = random_part(seed ^ _THIRD, np.uint64(passed))
            noise = HEAVY * math.tan(math.pi * (part - 0.5))
            residuals[i] = (residuals[i] + lost * noise) / (1.0 + lost)
        if abs(standing) > widest:
            standing = expected
        for k in range(order - 1, 0, -1):
            after[LAST + k] = after[LAST + k - 1]
        if order > 0:
            after[LAST] = standing
        before, surprise = surprise, standing - expected
        variance = omega + arch * min(surprise * surprise, CALMEST * variance) + garch * variance
        passed += 1.0
    after[VARIANCE], after[SURPRISE], after[PASSED] = variance, surprise, passed
    after[BEFORE] = before if second != 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def keep_residuals(
    values: Numbers, residuals: Numbers, after: Numbers, part: Numbers, held: int
) -> None:
    """Take values and their residuals among the latest, and count the values.

    Parameters
    ----------
    values, residuals, after
        As `residuals_of` has them.
    part
        Shape ``(PART,)``: of the column.
    held
        How many of the latest values are kept before these.
    """
    part[:MEMORY] = after
    latest, new = part[LATEST_AT : LATEST_AT + RECENT], len(values)
    leaving = max(held + new - RECENT, 0)
    of_held = min(leaving, held)
    for i in range(of_held, held):
        latest[i - of_held] = latest[i]
    held -= of_held
    for i in range(leaving - of_held, new):
        latest[held] = residuals[i]
        held += 1
    levels = part[LEVELS_AT : LEVELS_AT + LEVELS]
    for value in values:
        count = 0
        for level in levels:
            count += level <= value
        part[TALLIES_AT + count] += 1.0


def kept_part(part: Numbers) -> Numbers:
    """Return a column's part as it is kept, without what it has no use for.

    That of which tails have no bounds has all of it, that of a cycle all but the doubt.
    """
    if part[DOUBT]:
        return part.copy()
    return np.delete(part, [DOUBT] if part[SECOND] else [SECOND, BEFORE, DOUBT])


def restored_part(kept: Numbers) -> Numbers:
    """Return a column's part from what is kept of it."""
    lacking = PART - len(kept)
    if not lacking:
        return kept.copy()
    return np.insert(kept, DOUBT + 1 - lacking, np.zeros(lacking))


def levels_of(part: Numbers) -> Numbers:
    """Return the edges of the bins of values, shape ``(m,)``, of a column's part."""
    levels = part[LEVELS_AT : LEVELS_AT + LEVELS]
    return levels[np.isfinite(levels)]


def tallies_of(part: Numbers) -> NDArray[np.int64]:
    """Return how many values are in each of these, shape ``(m + 1,)``."""
    tallies = part[TALLIES_AT : TALLIES_AT + len(levels_of(part)) + 1]
    return tallies.astype(np.int64)
