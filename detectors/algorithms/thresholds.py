"""Parameters of detectors of ranks that follow from how often they may alarm by chance.

Ranks are uniform while nothing changes, whatever the column, so one parameter means one rate of
false alarms for all: in closed form where there is one, else by simulation (`make calibrate`).
"""

import math
from functools import lru_cache
from typing import Final

from detectors.algorithms.calibrated import ADWIN, PAGE_HINKLEY

_STEPS: Final = 50
"""Halvings of an interval, after which nothing of it is left."""

_LEAST_DELTA: Final = 1e-12


@lru_cache(maxsize=1024)
def wald_exponent(delta: float) -> float:
    """Return the rate at which false alarms of a CUSUM of ranks fall with its threshold.

    The positive root t of E exp(t (u - 1/2 - delta)) = 1 for uniform u, nearly 24 delta: false
    alarms fall as exp(-t threshold).

    Parameters
    ----------
    delta
        What the mean rank may change by, between 0 and 1/2.

    References
    ----------
    Siegmund, "Sequential Analysis", 1985, section II.6.

    Examples
    --------
    >>> round(wald_exponent(0.05), 3)
    1.215
    """
    low, high = 12.0 * delta, 24.0 * delta
    while _log_moment(high) < high * delta:
        high *= 2.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _log_moment(middle) < middle * delta else (low, middle)
    return high


def _log_moment(exponent: float) -> float:
    """Return log E exp(t (u - 1/2)) of a uniform u."""
    half = exponent / 2.0
    # Of large ones the sine would overflow.
    return half + math.log1p(-math.exp(-2.0 * half)) - math.log(2.0 * half)


@lru_cache(maxsize=4096)
def adwin_delta(rate: float) -> float:
    """Return ADWIN's delta for a rate of false alarms a value on one stream of ranks.

    Between the deltas that were simulated, and beyond them, the rate is taken for a power of delta.

    Examples
    --------
    >>> 0.005 < adwin_delta(1e-7) < 0.02
    True
    """
    known = [(math.log(delta), math.log(found)) for delta, found in ADWIN if found > 0.0]
    return min(max(math.exp(_between(known, math.log(rate))), _LEAST_DELTA), 1.0)


def page_hinkley_threshold(delta: float, rate: float) -> float:
    """Return Page-Hinkley's threshold for a rate of false alarms a value on one stream of ranks.

    Parameters
    ----------
    delta
        Its own, between 0 and 1/2; `alpha` is 1.
    rate
        False alarms a value.

    Examples
    --------
    >>> 10.5 < page_hinkley_threshold(0.05, 1.5e-7) < 11.5
    True
    """
    known = [(math.log(factor), math.log(each)) for each, factor in PAGE_HINKLEY]
    factor = math.exp(_between(known, math.log(delta)))
    return max(math.log(factor / rate), 0.0) / wald_exponent(delta)


def _between(known: list[tuple[float, float]], at: float) -> float:
    """Return x at some y of a line through known points (x, y), y increasing; it goes on beyond."""
    place = 0
    while place < len(known) - 2 and known[place + 1][1] < at:
        place += 1
    (x0, y0), (x1, y1) = known[place : place + 2]
    return x0 + (x1 - x0) * (at - y0) / (y1 - y0)
