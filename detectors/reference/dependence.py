"""How far apart values must be to be nearly independent.

Ranks are independent only where the values are. On an autocorrelated column every detector of
changes alarms without a change, the more the longer the correlation lasts: so such a column is
thinned, and only values that lie far enough apart are judged.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

NEGLIGIBLE: Final = 0.15
"""Autocorrelation that counts as none."""

DEVIATIONS: Final = 4.5
"""Standard deviations of an estimate, 1 / sqrt(n) each, that count as none where they are more:
n independent values exceed them at one of n / 4 lags in 1 of 600 cases for n = 1,000."""


def autocorrelations(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the autocorrelations at the lags 0 to n // 4 of values of shape ``(n,)``.

    All zero, but for lag 0, where the values do not vary.

    Examples
    --------
    >>> autocorrelations(np.array([1.0, -1.0] * 50))[:2].round(2).tolist()
    [1.0, -0.99]
    """
    lags = len(values) // 4
    centred = values - values.mean()
    power = float(centred @ centred)
    if power == 0.0:
        return np.concatenate([[1.0], np.zeros(lags)])
    spectrum = np.fft.rfft(centred, 2 * len(values))
    products = np.fft.irfft(spectrum * spectrum.conjugate())[: lags + 1]
    result: NDArray[np.float64] = products / power
    return result


def independent_stride(correlations: NDArray[np.float64]) -> int | None:
    """Return how many values apart two values are nearly independent; None where none are.

    Parameters
    ----------
    correlations
        As `autocorrelations` gives them, shape ``(m,)``, of ``4 (m - 1)`` values or a few more.

    Returns
    -------
    int or None
        1 where no lag is correlated; else twice the lag from which on none is, since what is left
        at that lag itself would still double the variance of a mean of many.
    """
    values = 4 * (len(correlations) - 1)
    negligible = max(NEGLIGIBLE, DEVIATIONS / math.sqrt(max(values, 1)))
    correlated = np.flatnonzero(np.abs(correlations[1:]) >= negligible) + 1
    if len(correlated) == 0:
        return 1
    beyond = int(correlated[-1]) + 1
    return 2 * beyond if 2 * beyond < len(correlations) else None
