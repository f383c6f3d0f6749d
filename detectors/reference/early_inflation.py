"""How much the correlation of the values of a burn-in lets means of them vary.

References
----------
Priestley, "Spectral analysis and time series", 1981, section 5.3: the variance of a mean of
correlated values.
"""

from typing import Final

import numpy as np
from numba import njit

from detectors.arrays.column import Numbers
from detectors.reference.early_scores import squares_of

_LAGS: Final = 40
"""Most lags whose correlations inflate the variance of a mean."""

_BURST_LAGS: Final = 10
"""Lags whose correlations are averaged to tell whether sizes come in bursts: each is small."""

BURST: Final = 40.0
"""Values that a burst may last: so many correlations of the averaged size inflate a variance."""


@njit(cache=True, nogil=True, error_model="numpy")
def burstiness_of(rest: Numbers) -> float:
    """Return the mean correlation of the first lags, 0 where there is no power."""
    power = squares_of(rest)
    product = 0.0
    for lag in range(1, _BURST_LAGS + 1):
        for i in range(lag, len(rest)):
            product += rest[i] * rest[i - lag]
    return product / power / _BURST_LAGS if power > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def inflation_of(rest: Numbers) -> tuple[float, float]:
    """Return how much correlation inflates the variance of means, and that of neighbours."""
    count = len(rest)
    power = squares_of(rest)
    if power <= 0.0:
        return 1.0, 0.0
    lags = min(count // 8, _LAGS)
    inflation, neighbours = 1.0, 0.0
    for lag in range(1, lags + 1):
        product = 0.0
        for i in range(lag, count):
            product += rest[i] * rest[i - lag]
        if lag == 1:
            neighbours = product / power
        inflation += 2.0 * (1.0 - lag / (lags + 1.0)) * product / power
    # Of a short series it is underestimated, by (1 + 3 r) / n; and one standard error on top.
    bound = max(neighbours + (1.0 + 3.0 * neighbours) / count, 0.0) + 1.0 / np.sqrt(count)
    if bound >= 1.0:
        return np.inf, neighbours
    return max(inflation, (1.0 + bound) / (1.0 - bound)), neighbours
