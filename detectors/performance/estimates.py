"""Metrics with their intervals, or why there is none."""

import math

from detectors.performance import intervals
from detectors.performance.intervals import Interval
from schemas.events.model_performance import Estimate, NoValue


def estimate(
    value: float, interval: Interval | None = None, *, error: float | None = None
) -> Estimate:
    """Return a value that is there; one beyond float64 is none."""
    if not math.isfinite(value):
        return none(NoValue.TOO_LARGE)
    low, high = (None, None) if interval is None else interval
    return Estimate(value=value, low=low, high=high, error=error, reason=None)


def none(reason: NoValue) -> Estimate:
    """Return that there is no value, and why."""
    return Estimate(value=None, low=None, high=None, error=None, reason=reason)


def share(hits: float, rows: float, reason: NoValue) -> Estimate:
    """Return a proportion, or the reason where it is of no rows."""
    if rows == 0:
        return none(reason)
    return estimate(hits / rows, intervals.of_proportion(hits, rows))


def expected_mean(rows: float, total: float, variance: float) -> Estimate:
    """Return the mean of values that are expected, from their sum and the variance of that."""
    value = total / rows
    half = intervals.QUANTILE * math.sqrt(variance) / rows
    return estimate(value, (value - half, value + half))


def mean(rows: int, total: float, squares: float) -> Estimate:
    """Return the mean of at least one value, from their sum and that of their squares."""
    return estimate(total / rows, intervals.of_mean(rows, total, squares))
