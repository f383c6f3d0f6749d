"""Compiled sums over labelled rows, one row after the other: how they are cut must not matter."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]

SMALLEST = float(np.finfo(np.float64).eps)
"""Probabilities below it count as it, and labels of percentage errors."""


@njit(cache=True, nogil=True, error_model="numpy")
def sum_classes(
    good: NDArray[np.bool_],
    said: Integers,
    true: Integers,
    likelihood: Numbers,
    squares: Numbers,
    confidence: Numbers,
    is_top: NDArray[np.bool_],
    scored: Integers,
    sums: Numbers,
    pairs: Integers,
    calibration: Integers,
) -> None:
    """Add rows of a classification.

    Parameters
    ----------
    good
        Shape ``(n,)``: which rows can be judged.
    said, true, likelihood, squares, confidence, is_top
        As of `detectors.performance.judged_rows.ClassRows`.
    scored
        Shape ``(2,)``: rows with a likelihood, and those of them with one score alone.
    sums
        By `detectors.performance.tallies.ClassSum`.
    pairs, calibration
        As of `detectors.performance.tallies.Tally`.
    """
    bins = calibration.shape[1]
    for row in range(len(good)):
        if not good[row]:
            continue
        pairs[true[row], said[row]] += 1
        likely = likelihood[row]
        if np.isnan(likely):
            continue
        scored[0] += 1
        scored[1] += is_top[row]
        loss = -np.log(min(max(likely, SMALLEST), 1.0 - SMALLEST))
        sums[0] += loss
        sums[1] += loss * loss
        sums[2] += squares[row]
        sums[3] += squares[row] * squares[row]
        place = min(int(confidence[row] * bins), bins - 1)
        sums[4 + place] += confidence[row]
        calibration[0, place] += 1
        calibration[1, place] += said[row] == true[row]


@njit(cache=True, nogil=True, error_model="numpy")
def sum_numbers(
    good: NDArray[np.bool_], said: Numbers, true: Numbers, quantile: float, sums: Numbers
) -> None:
    """Add rows of a regression.

    Parameters
    ----------
    good
        Shape ``(n,)``: which rows can be judged.
    said, true
        As of `detectors.performance.judged_rows.NumberRows`.
    quantile
        That which is predicted.
    sums
        By `detectors.performance.tallies.NumberSum`, the first label among them.
    """
    for row in range(len(good)):
        if not good[row]:
            continue
        error = said[row] - true[row]
        square = error * error
        ratio = abs(error) / max(abs(true[row]), SMALLEST)
        loss = max(-quantile * error, (1.0 - quantile) * error)
        label = true[row] - sums[11]
        sums[0] += error
        sums[1] += square
        sums[2] += abs(error)
        sums[3] += square * square
        sums[4] += ratio
        sums[5] += ratio * ratio
        sums[6] += loss
        sums[7] += loss * loss
        sums[8] += said[row]
        sums[9] += label
        sums[10] += label * label
        sums[12] += said[row] * said[row]
