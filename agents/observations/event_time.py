"""Whose clock counts: an event's own time, bounded by its record's."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]

UNKNOWN: Final = -1
"""The time of a record whose producer gave none: it bounds nothing."""


def bounded(
    times: Times, record_times: Times, tolerance: int, rows: NDArray[np.bool_]
) -> tuple[Times, int]:
    """Return event times with the record's own in place of those that run ahead of it.

    Parameters
    ----------
    times, record_times
        Shape ``(n,)``, milliseconds.
    tolerance
        Milliseconds by which an event may be ahead.
    rows
        Shape ``(n,)``: which ones count.

    Returns
    -------
    tuple
        The times, and how many of ``rows`` were ahead.

    Examples
    --------
    >>> rows = np.array([True, True])
    >>> bounded(np.array([5, 50]), np.array([4, 4]), 10, rows)
    (array([5, 4]), 1)
    """
    ahead = (record_times >= 0) & (times - tolerance > record_times)
    if not ahead.any():
        return times, 0
    return np.where(ahead, record_times, times), int((ahead & rows).sum())


def bounded_time(time: int, record_time: int, tolerance: int) -> tuple[int, bool]:
    """Return one event's time, bounded likewise, and whether it ran ahead."""
    if 0 <= record_time < time - tolerance:
        return record_time, True
    return time, False


def ages(times: Times, record_times: Times) -> Times:
    """Return the times by which what waits grows old: no later than the record's own.

    Examples
    --------
    >>> ages(np.array([5, 5, 5]), np.array([3, 9, UNKNOWN])).tolist()
    [3, 5, 5]
    """
    ahead = (record_times >= 0) & (record_times < times)
    return np.where(ahead, record_times, times)
