"""Quantiles of a few values as `numpy.quantile` has them, without what its generality costs."""

import numpy as np

from detectors.arrays.column import Numbers


def quartiles(values: Numbers) -> tuple[float, float, float]:
    """Return the quartiles of values, shape ``(n,)``, n at least 1.

    Examples
    --------
    >>> quartiles(np.array([4.0, 1.0, 3.0, 2.0]))
    (1.75, 2.5, 3.25)
    """
    ascending = np.sort(values)
    return between(ascending, 0.25), between(ascending, 0.5), between(ascending, 0.75)


def between(ascending: Numbers, share: float) -> float:
    """Return a quantile of values in ascending order, between two of them where it lies there."""
    place = share * (len(ascending) - 1)
    at = int(place)
    low, part = float(ascending[at]), place - at
    if part == 0.0:
        return low
    high = float(ascending[at + 1])
    # As NumPy rounds it: from the nearer one.
    return high - (high - low) * (1.0 - part) if part >= 0.5 else low + (high - low) * part  # noqa: PLR2004
