"""Count, mean and squared deviations of a stream, one value at a time (Welford, 1962)."""

import numba
import numpy as np
from numpy.typing import NDArray

Moments = tuple[int, float, float]
"""Number of values, their mean, the sum of their squared deviations from it."""


@numba.njit(cache=True, nogil=True)
def _with(count: int, mean: float, squares: float, values: NDArray[np.float64]) -> Moments:
    # One at a time, so that the sums do not depend on how a stream was cut into batches.
    for value in values:
        count += 1
        difference = value - mean
        mean += difference / count
        squares += difference * (value - mean)
    return count, mean, squares


def with_values(count: int, mean: float, squares: float, values: NDArray[np.float64]) -> Moments:
    """Return the moments after further values, shape ``(n,)``.

    Examples
    --------
    >>> with_values(0, 0.0, 0.0, np.array([1.0, 3.0]))
    (2, 2.0, 2.0)
    """
    count, mean, squares = _with(count, mean, squares, np.ascontiguousarray(values))
    return int(count), float(mean), float(squares)
