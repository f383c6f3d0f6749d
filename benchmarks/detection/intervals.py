"""Intervals of 95 % around what was counted or measured."""

from collections.abc import Callable, Sized
from typing import Final

import numpy as np
from numpy.typing import NDArray

RESAMPLES: Final = 1000

_Z: Final = 1.96


def poisson(count: int) -> tuple[float, float]:
    """Return between which means a Poisson count is likely.

    By Wilson and Hilferty's cube, within a hundredth of the exact interval from 1 on.
    """
    low = 0.0
    if count > 0:
        low = count * (1 - 1 / (9 * count) - _Z / (3 * count**0.5)) ** 3
    above = count + 1
    return low, above * (1 - 1 / (9 * above) + _Z / (3 * above**0.5)) ** 3


def bootstrap(
    samples: Sized, statistic: Callable[[NDArray[np.int64]], float]
) -> tuple[float, float]:
    """Return the interval of a statistic over samples that are drawn anew from the given ones.

    Parameters
    ----------
    samples
        At least one.
    statistic
        Of the samples at some indices; it may be infinite.
    """
    random = np.random.default_rng(0)
    draws = random.integers(0, len(samples), (RESAMPLES, len(samples)))
    found = np.sort([statistic(draw) for draw in draws])
    return float(found[int(0.025 * RESAMPLES)]), float(found[int(0.975 * RESAMPLES) - 1])
