"""Count, mean and squared deviations of a stream, one value at a time (Welford, 1962)."""

import numba
import numpy as np
from numpy.typing import NDArray

Moments = tuple[int, float, float]
"""Number of values, their mean, the sum of their squared deviations from it."""


@numba.njit(cache=True, nogil=True)
def with_each(count: int, mean: float, squares: float, values: NDArray[np.float64]) -> Moments:
    """Do `with_values` within a kernel."""
    # One at a time, so that the sums do not depend on how a stream was cut into batches.
    for value in values:
        count += 1
        difference = value - mean
        mean += difference / count
        squares += difference * (value - mean)
    return count, mean, squares


@numba.njit(cache=True, nogil=True)
def keep_latest(
    values: NDArray[np.float64],
    rows: NDArray[np.int64],
    latest: NDArray[np.float64],
    latest_rows: NDArray[np.int64],
    held: int,
    count: int,
    mean: float,
    squares: float,
) -> tuple[int, int, float, float]:
    """Take values and their rows among the latest; return how many these are, and the moments.

    The first ``held`` places of ``latest`` and ``latest_rows``, both of the same shape, are in use.
    Values for which there is no room any more go over into the moments, the oldest first. Where
    ``latest_rows`` is empty the rows are not kept.
    """
    room, new, with_rows = len(latest), len(values), len(latest_rows) > 0
    leaving = max(held + new - room, 0)
    of_held = min(leaving, held)
    count, mean, squares = with_each(count, mean, squares, latest[:of_held])
    count, mean, squares = with_each(count, mean, squares, values[: leaving - of_held])
    for i in range(of_held, held):
        latest[i - of_held] = latest[i]
        if with_rows:
            latest_rows[i - of_held] = latest_rows[i]
    held -= of_held
    for i in range(leaving - of_held, new):
        latest[held] = values[i]
        if with_rows:
            latest_rows[held] = rows[i]
        held += 1
    return held, count, mean, squares


def with_values(count: int, mean: float, squares: float, values: NDArray[np.float64]) -> Moments:
    """Return the moments after further values, shape ``(n,)``.

    Examples
    --------
    >>> with_values(0, 0.0, 0.0, np.array([1.0, 3.0]))
    (2, 2.0, 2.0)
    """
    count, mean, squares = with_each(count, mean, squares, np.ascontiguousarray(values))
    return int(count), float(mean), float(squares)
