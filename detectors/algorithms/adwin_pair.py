"""Two ADWINs over the location and the spread of the same ranks, in one pass.

Their windows hold the same number of values, so that the same buckets become one at the same time:
what is to be done with a value is decided once for both. `detectors.algorithms.adwin.feed` does
with each what this does with both, and is the oracle of its tests.
"""

import math
from typing import Final, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.algorithms.adwin import HEAD, SURELY, cut, feed
from detectors.arrays.column import Numbers

Fired: TypeAlias = tuple[int, float, float, float, float]
"""As `detectors.algorithms.adwin.feed` returns it."""

_ROUNDING: Final = 1e-12
"""More than rounding may take from a sum of a window's buckets, one after the other."""


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _insert(
    one: float,
    other: float,
    width: int,
    buckets: int,
    window: NDArray[np.float64],
    other_window: NDArray[np.float64],
) -> None:
    """Put a value into row 0 of each window; two oldest buckets of a full row become one."""
    place = width + buckets - 1
    base = HEAD
    while place & 1 == 1 and place > 2 * buckets - 2:
        merged = window[base] + window[base + 1]
        other_merged = other_window[base] + other_window[base + 1]
        for slot in range(base, base + buckets - 2):
            window[slot] = window[slot + 2]
            other_window[slot] = other_window[slot + 2]
        window[base + buckets - 2] = one
        other_window[base + buckets - 2] = other
        one, other = merged, other_merged
        place >>= 1
        base += buckets
    at = base + min(place - (buckets - 1), buckets - 1)
    window[at] = one
    other_window[at] = other


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _fired(index: int, found: tuple[float, float, float, float]) -> Fired:
    """Return what a check at a value has found."""
    return (index if found[0] > 0.0 else -1), found[0], found[1], found[2], found[3]


@njit(cache=True, nogil=True, error_model="numpy")
def _are_calm(
    width: int,
    totals: tuple[float, float],
    variances: tuple[float, float],
    window: NDArray[np.float64],
    other_window: NDArray[np.float64],
    settings: NDArray[np.float64],
) -> bool:
    """Tell whether both windows certainly have no cut.

    `detectors.algorithms.adwin.cut` finds that out for one of them and takes most of the time. What
    depends on the lengths alone is the same for both, and of what lies after a cut the total minus
    what lies before it is exact enough here.
    """
    buckets, shortest, n = int(settings[2]), settings[3], float(width)
    half = SURELY * 2.0 * math.log(2.0 * math.log(width) / settings[0]) / n
    scale, other_scale = half * variances[0], half * variances[1]
    total, other_total = totals
    rounding, other_rounding = _ROUNDING * n * abs(total), _ROUNDING * n * abs(other_total)
    n0, u0, other_u0, calm = 0.0, 0.0, 0.0, True
    place = width + buckets - 1
    row = 0
    while place >> row >= 2 * buckets:
        row += 1
    while row >= 0:
        size, entered = float(1 << row), place >> row
        count = entered - (buckets - 1)
        if count >= buckets:
            count = buckets - 1 + (entered & 1)
        base = HEAD + row * buckets
        for slot in range(base, base + count):
            n0 += size
            u0 += window[slot]
            other_u0 += other_window[slot]
            n1 = n - n0
            a, b, product = n0 - shortest + 1.0, n1 - shortest + 1.0, n0 * n1
            left, right = a * b, (a + b) * product * product
            apart = abs(u0 * n - total * n0) + rounding
            other_apart = abs(other_u0 * n - other_total * n0) + other_rounding
            near = apart * apart * left < scale * right
            near &= other_apart * other_apart * left < other_scale * right
            calm &= near | (n0 < shortest) | (n1 < shortest)
        row -= 1
    return calm


@njit(cache=True, nogil=True, error_model="numpy")
def feed_pair(
    location: Numbers,
    spread: Numbers,
    window: NDArray[np.float64],
    other_window: NDArray[np.float64],
    settings: NDArray[np.float64],
) -> tuple[Fired, Fired]:
    """Feed the values of both until one of them fires, or both do.

    Parameters
    ----------
    location, spread
        Shape ``(n,)`` each; within [0, 1], as ranks are.
    window, other_window
        Of either; where one of them fires that of the other has no meaning any more.
    settings
        Of both.
    """
    quiet = (-1, 0.0, 0.0, 0.0, 0.0)
    if window[0] != other_window[0]:
        return feed(location, 0, window, settings), feed(spread, 0, other_window, settings)
    clock, buckets, grace = int(settings[1]), int(settings[2]), settings[4]
    width, total, variance = int(window[0]), window[1], window[2]
    other_total, other_variance = other_window[1], other_window[2]
    countdown = clock - width % clock
    for index in range(len(location)):
        one, other = location[index], spread[index]
        _insert(one, other, width, buckets, window, other_window)
        if width > 0:
            n = float(width)
            gap = one - total / n
            variance += n * gap * gap / (n + 1.0)
            gap = other - other_total / n
            other_variance += n * gap * gap / (n + 1.0)
        total += one
        other_total += other
        width += 1
        countdown -= 1
        if countdown == 0:
            countdown = clock
            totals, variances = (total, other_total), (variance, other_variance)
            if width > grace and not _are_calm(
                width, totals, variances, window, other_window, settings
            ):
                found = cut(width, total, variance, window, settings)
                other_found = cut(width, other_total, other_variance, other_window, settings)
                if found[0] > 0.0 or other_found[0] > 0.0:
                    window[:HEAD] = 0.0
                    other_window[:HEAD] = 0.0
                    return _fired(index, found), _fired(index, other_found)
    window[0], window[1], window[2] = width, total, variance
    other_window[0], other_window[1], other_window[2] = width, other_total, other_variance
    return quiet, quiet
