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

from detectors.arrays.column import Numbers, as_column
from detectors.arrays.quantiles import quartiles
from detectors.reference.standing_kernels import (
    LAGS,
    NOTHING,
    band_sums,
    centred,
    mean_ranks,
    products,
)

BANDS: Final = np.array((1, 4, 12, 50, 125, 250))
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

_REACH: Final = 6.0
"""Interquartile ranges from the median within which values say what the trend is."""

_TREND: Final = 25.0
"""Square of the standard errors of a slope from which on there is a trend."""

_THINNED_BANDS: Final = np.array((1, 4))

_MOST_ONE_BY_ONE: Final = 4096
"""Values of which products are added up one by one; a transform is faster for more."""

_NEGLIGIBLE: Final = 0.1
"""Autocorrelation of thinned values that counts as none."""


def standings_of(values: Numbers) -> Numbers:
    """Return the mean ranks of values among themselves, within (0, 1), shape ``(n,)``."""
    values = as_column(values)
    return mean_ranks(values, values.argsort())


def without_trend(values: Numbers) -> Numbers:
    """Return values without their linear trend, which outliers do not bend, where there is one.

    Parameters
    ----------
    values
        Shape ``(n,)``, of which some are different.
    """
    size = len(values)
    with np.errstate(over="ignore", invalid="ignore"):  # values near the end of float64
        low, middle, high = quartiles(values)
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
    size, lags = len(values), len(values) // LAGS
    left, power = centred(as_column(values), trend)
    if power <= NOTHING:
        return np.concatenate([[1.0], np.zeros(lags)])
    if size <= _MOST_ONE_BY_ONE:
        return products(left, lags) / power
    spectrum = np.fft.rfft(left, 2 * size)
    return np.fft.irfft(spectrum * spectrum.conjugate())[: lags + 1] / power


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
    if LAGS * lags < FEWEST:
        return np.empty(0)
    return band_sums(as_column(correlations[1:]), BANDS, LAGS * lags)


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
    size = LAGS * lags
    # Of dependent values autocorrelations vary more (Bartlett's formula).
    spread = math.sqrt(1.0 + 2.0 * float(np.square(correlations[1:]).sum()))
    for stride in range(2, min(most, lags) + 1):
        left = as_column(correlations[stride::stride])
        found = band_sums(left, _THINNED_BANDS, size)
        negligible = max(_NEGLIGIBLE, DEPENDENT / math.sqrt(size))
        if found.max() < DEPENDENT * spread and left[0] < negligible:
            return stride
    return None
