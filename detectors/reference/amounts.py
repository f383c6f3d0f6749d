"""Amounts: numbers above 0 that differ by factors, as prices, durations and sizes do."""

import math
from typing import Final

import numpy as np

from detectors.arrays.column import Numbers
from detectors.arrays.quantiles import between

FEWEST: Final = 100
"""Values that tell whether they are amounts."""

SKEWED: Final = 1.4
"""Times as far from the middle the upper tail of amounts lies as the lower one does."""

SMALLEST: Final = 1e-300
"""What values that are no amounts count as."""


def are_amounts(values: Numbers) -> bool:
    """Tell whether numbers are amounts: above 0, skewed, and much less so by their logarithms.

    Parameters
    ----------
    values
        Shape ``(n,)``.

    Examples
    --------
    >>> normal = np.random.default_rng(1).normal(size=1000)
    >>> are_amounts(np.exp(normal)), are_amounts(100.0 + normal)
    (True, False)
    """
    if len(values) < FEWEST or values.min() <= 0.0:
        return False
    skews = []
    ascending = np.sort(values)
    for each in (ascending, np.log(ascending)):
        low, middle, high = (between(each, share) for share in (0.05, 0.5, 0.95))
        if not low < middle < high:
            return False
        skews.append(math.log((high - middle) / (middle - low)))
    return skews[0] > math.log(SKEWED) and abs(skews[1]) < 0.5 * skews[0]


def logarithms_of(values: Numbers) -> Numbers:
    """Return the logarithms of amounts; of what is none, that of a very small one."""
    result: Numbers = np.log(np.maximum(values, SMALLEST))
    return result
