"""Two ADWINs over the location and the spread of the same ranks, in one pass.

Their windows hold the same number of values, so that the same buckets become one at the same time:
what is to be done with a value is decided once for both. `detectors.algorithms.adwin.feed` does
with each what this does with both, and is the oracle of its tests.
"""

from typing import TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.algorithms.adwin import HEAD, cut, feed
from detectors.arrays.column import Numbers

Fired: TypeAlias = tuple[int, float, float, float, float]
"""As `detectors.algorithms.adwin.feed` returns it."""


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
        Shape ``(n,)`` each.
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
            if width > grace:
                found = cut(width, total, variance, window, settings)
                other_found = cut(width, other_total, other_variance, other_window, settings)
                if found[0] > 0.0 or other_found[0] > 0.0:
                    window[:HEAD] = 0.0
                    other_window[:HEAD] = 0.0
                    return _fired(index, found), _fired(index, other_found)
    window[0], window[1], window[2] = width, total, variance
    other_window[0], other_window[1], other_window[2] = width, other_total, other_variance
    return quiet, quiet
