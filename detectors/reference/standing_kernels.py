"""What ranks of values among themselves, and how they depend on those before them, come to.

Compiled, for `detectors.reference.dependence`: a burn-in ends for all columns of a model within a
few rows, and with NumPy each of these figures was a dozen calls on a thousand values.
"""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.arrays.column import Numbers

LAGS: Final = 8
"""Values are at least so many times the lags that are looked at."""

NOTHING: Final = 1e-12
"""What squares add up to at most where there is nothing to vary, but for rounding."""


@njit(cache=True, nogil=True, error_model="numpy")
def mean_ranks(values: Numbers, order: NDArray[np.int64]) -> Numbers:
    """Return the mean ranks of values among themselves, within (0, 1), shape ``(n,)``.

    Parameters
    ----------
    values, order
        Shape ``(n,)`` each: the values, and what sorts them.
    """
    size = len(values)
    ranks = np.empty(size)
    begin = 0
    while begin < size:
        value, end = values[order[begin]], begin + 1
        while end < size and values[order[end]] == value:
            end += 1
        rank = (end - 0.5 * (end - begin)) / size
        for i in range(begin, end):
            ranks[order[i]] = rank
        begin = end
    return ranks


@njit(cache=True, nogil=True, error_model="numpy")
def centred(values: Numbers, trend: bool) -> tuple[Numbers, float]:
    """Return values less their mean, and less a parabola where ``trend`` says so; and their power.

    Parameters
    ----------
    values
        Shape ``(n,)``.
    trend
        Whether a parabola of time is taken out as well.
    """
    size = len(values)
    left = values - values.mean()
    if trend:
        # Both courses and the mean are orthogonal, since the times are symmetrical.
        middle, bend = (size - 1) / 2.0, (size * size - 1.0) / 12.0
        for is_bend in (False, True):
            power, lean = 0.0, 0.0
            for i in range(size):
                time = i - middle
                course = time * time - bend if is_bend else time
                power += course * course
                lean += course * left[i]
            if power > 0.0:
                slope = lean / power
                for i in range(size):
                    time = i - middle
                    left[i] -= slope * (time * time - bend if is_bend else time)
    power = 0.0
    for each in left:
        power += each * each
    return left, power


@njit(cache=True, nogil=True, error_model="numpy")
def products(values: Numbers, lags: int) -> Numbers:
    """Return the sums of products of values with those 0 to ``lags`` before them, one by one.

    As a Fourier transform gives them, and faster than that for some thousand values.
    """
    size = len(values)
    found = np.zeros(lags + 1)
    # Lags in the inner loop: they are independent of each other, so that several are added at once.
    for i in range(size - lags):
        own, later = values[i], values[i : i + lags + 1]
        for lag in range(lags + 1):
            found[lag] += own * later[lag]
    for i in range(max(size - lags, 0), size):
        for lag in range(size - i):
            found[lag] += values[i] * values[i + lag]
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def band_sums(correlations: Numbers, bands: NDArray[np.int64], size: int) -> Numbers:
    """Return sums over the first lags of each band, in standard errors of independent values.

    Parameters
    ----------
    correlations
        At the lags from 1 on, shape ``(m,)``.
    bands
        Shape ``(b,)``: each with a lag at least; of more lags than there are, all are taken.
    size
        Of how many values.
    """
    result = np.empty(len(bands))
    for number, wanted in enumerate(bands):
        band = min(wanted, len(correlations))
        # Of the weights 1 - k / (band + 1), whose sums are known.
        plain, rising = 0.0, 0.0
        for k in range(band):
            plain += correlations[k]
            rising += (k + 1) * correlations[k]
        found = plain - rising / (band + 1)
        # A mean and a trend that were taken out leave a little less than nothing.
        bias = -3.0 * (band / 2.0) / size
        error = np.sqrt(band * (2.0 * band + 1.0) / (6.0 * (band + 1.0)) / size)
        result[number] = (found - bias) / error
    return result
