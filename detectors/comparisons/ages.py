"""How old predictions were when their labels came, in stretches in which rows can be compared.

Of young predictions those labels are known that come early, often of one class. Rows of two
versions that did not serve at the same time have no hours in common; but rows whose labels took as
long were chosen alike, whenever it was.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.events.durations import MS_PER_HOUR

Integers = NDArray[np.int64]


BOUNDS: Final = np.array([1, 10, 60, 360, 1440, 4320, 10_080, 20_160, 43_200, 129_600]) * 60_000
"""Ends of the stretches, in milliseconds: a minute, ten, an hour, six, a day, three, a week, two,
thirty days, ninety; what is older is one more."""


def ages_as_hours(delays: Integers) -> Integers:
    """Return times, an hour of its own for each stretch of delays.

    `detectors.comparisons.matched.MatchedArms` compares rows of an hour of their predictions; given
    these in place of such hours it compares rows whose labels took as long.

    Parameters
    ----------
    delays
        Shape ``(n,)``: from predictions to their labels, in milliseconds.

    Examples
    --------
    >>> ages_as_hours(np.array([0, 59_999, 60_000, 10**12])) // MS_PER_HOUR
    array([ 0,  0,  1, 10])
    """
    return np.searchsorted(BOUNDS, delays, side="right") * MS_PER_HOUR
