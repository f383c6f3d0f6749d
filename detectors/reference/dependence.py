"""Whether values depend on those before them, and how far apart they do not.

Ranks are independent only where the values are. What counts is the sum of the autocorrelations, by
which the variance of a mean of many exceeds that of independent ones, not any single one: a lag
that stands out by chance adds next to nothing, many small ones add up, and negative ones make means
steadier. A trend within the values is no dependence: it is taken out first.

References
----------
Newey, West, "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
covariance matrix", Econometrica 55, 1987: the weights of the sums.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.arrays.column import Numbers

BANDS: Final = (1, 4, 12, 50, 125, 250)
"""Lags over which autocorrelations are summed: dependence may be strong and short, or weak and
long."""

DEPENDENT: Final = 3.5
"""Standard errors of such a sum from which on it is none of independent values: of these one column
in a thousand has one."""

DEPENDENT_SIZES: Final = 2.5
"""The same of the sizes of numbers: what a sample of a thousand says of bursts is little, while of
independent ones one in a hundred has that, and loses nothing but a second look."""

FEWEST: Final = 40
"""Values below which nothing is known of their dependence."""

MOST_STRIDE: Final = 32
"""Values of which one is judged at least: what bounds how long a change can stay unseen."""

_NOTHING: Final = 1e-12
"""What squares add up to at most where there is nothing to vary, but for rounding."""

_REACH: Final = 6.0
"""Interquartile ranges from the median within which values say what the trend is."""

_TREND: Final = 25.0
"""Square of the standard errors of a slope from which on there is a trend."""

_LAGS: Final = 8
"""Values are at least so many times the lags that are looked at."""

_THINNED_BANDS: Final = (1, 4)

_NEGLIGIBLE: Final = 0.1
"""Autocorrelation of thinned values that counts as none."""


def standings_of(values: Numbers) -> Numbers:
    """Return the mean ranks of values among themselves, within (0, 1), shape ``(n,)``."""
    order, counts = np.unique(values, return_inverse=True, return_counts=True)[1:]
    ends = np.cumsum(counts)
    ranks: Numbers = (ends - 0.5 * counts)[order.reshape(-1)] / len(values)
    return ranks


def without_trend(values: Numbers) -> Numbers:
    """Return values without their linear trend, which outliers do not bend, where there is one.

    Parameters
    ----------
    values
        Shape ``(n,)``, of which some are different.
    """
    size = len(values)
    with np.errstate(over="ignore", invalid="ignore"):  # values near the end of float64
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        reach = _REACH * (high - low)
        times = np.arange(size) - (size - 1) / 2.0
        bounded = np.clip(values, middle - reach, middle + reach)
        bounded = bounded - bounded.mean()
        power, squares = float(times @ times), float(bounded @ bounded)
        slope = float(times @ bounded) / max(power, 1.0)
        explained = slope * slope * power
        # Without a trend there is nothing to take out; what were a few values would be many.
        if not _TREND * (squares - explained) < explained * size < math.inf:
            return values
        result: Numbers = values - slope * times
    return result if np.isfinite(result).all() else values


def folded_standings(standings: Numbers) -> Numbers:
    """Return how far out values stand, by their `standings_of`."""
    result: Numbers = np.abs(2.0 * standings - 1.0)
    return result


def autocorrelations(values: Numbers, *, trend: bool = True) -> NDArray[np.float64]:
    """Return the autocorrelations at the lags 0 to n // 8 of values about 1, of shape ``(n,)``.

    Without their trend, a parabola, where ``trend`` says so. All zero, but for lag 0, where nothing
    is left to vary.

    Examples
    --------
    >>> autocorrelations(np.array([1.0, -1.0] * 50))[:2].round(2).tolist()
    [1.0, -0.99]
    """
    size, lags = len(values), len(values) // _LAGS
    centred = values - values.mean()
    times = np.arange(size) - (size - 1) / 2.0
    bend = np.square(times)
    # The three of them are orthogonal, since the times are symmetrical.
    for course in (times, bend - bend.mean()) if trend else ():
        power = float(course @ course)
        if power > 0.0:
            centred = centred - course * float(course @ centred) / power
    power = float(centred @ centred)
    if power <= _NOTHING:
        return np.concatenate([[1.0], np.zeros(lags)])
    spectrum = np.fft.rfft(centred, 2 * size)
    products = np.fft.irfft(spectrum * spectrum.conjugate())[: lags + 1]
    result: NDArray[np.float64] = products / power
    return result


def sums(correlations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums of autocorrelations over each of the `BANDS`, in standard errors.

    Parameters
    ----------
    correlations
        As `autocorrelations` gives them, shape ``(m + 1,)``, of ``8 m`` values or a few more.

    Returns
    -------
    NDArray
        Of independent values each has a mean near 0 and a deviation near 1. Empty where there are
        too few values.
    """
    lags = len(correlations) - 1
    if _LAGS * lags < FEWEST:
        return np.empty(0)
    return _sums(correlations[1:], np.minimum(BANDS, lags), _LAGS * lags)


def is_dependent(standings: Numbers, limit: float = DEPENDENT) -> bool:
    """Tell whether values depend on those before them so that means vary more, by their ranks.

    Parameters
    ----------
    standings
        As `standings_of` gives them, shape ``(n,)``.
    limit
        What a sum must reach, in standard errors.
    """
    return bool((sums(autocorrelations(standings)) >= limit).any())


def independent_stride(correlations: NDArray[np.float64], most: int) -> int | None:
    """Return how many values apart two values are nearly independent, at most ``most``.

    Parameters
    ----------
    correlations
        As `autocorrelations` gives them.
    most
        At least 1.

    Returns
    -------
    int or None
        The least from which on nothing is left; 1 where values are not dependent; None where that
        is more.
    """
    if not (sums(correlations) >= DEPENDENT).any():
        return 1
    lags = len(correlations) - 1
    size = _LAGS * lags
    # Of dependent values autocorrelations vary more (Bartlett's formula).
    spread = math.sqrt(1.0 + 2.0 * float(np.square(correlations[1:]).sum()))
    for stride in range(2, min(most, lags) + 1):
        left = correlations[stride::stride]
        found = _sums(left, np.minimum(_THINNED_BANDS, len(left)), size)
        negligible = max(_NEGLIGIBLE, DEPENDENT / math.sqrt(size))
        if found.max() < DEPENDENT * spread and left[0] < negligible:
            return stride
    return None


def _sums(
    correlations: NDArray[np.float64], bands: NDArray[np.int64], size: int
) -> NDArray[np.float64]:
    """Return sums over the first lags of each band, in standard errors of independent values."""
    # Of the weights 1 - k / (band + 1), whose sums are known.
    lags = np.arange(1, len(correlations) + 1)
    plain, rising = np.cumsum(correlations), np.cumsum(lags * correlations)
    found = plain[bands - 1] - rising[bands - 1] / (bands + 1)
    # A mean and a trend that were taken out leave a little less than nothing.
    bias = -3.0 * (bands / 2.0) / size
    errors = np.sqrt(bands * (2.0 * bands + 1.0) / (6.0 * (bands + 1.0)) / size)
    result: NDArray[np.float64] = (found - bias) / errors
    return result
