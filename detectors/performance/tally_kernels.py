"""Compiled sums over labelled rows, one row after the other: how they are cut must not matter."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from detectors.performance.class_table import MOST_PAIRED, OTHERS
from detectors.performance.judged_rows import Problem

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
Margins = NDArray[np.int32]

SMALLEST = float(np.finfo(np.float64).eps)
"""Probabilities below it count as it, and labels of percentage errors."""


Mask = NDArray[np.bool_]
Problems = NDArray[np.uint8]

GOOD = len(Problem)
"""The first count after those of the problems: rows that were judged."""

SCORED, TOPS, COUNTS = GOOD + 1, GOOD + 2, GOOD + 3
CALIBRATION_BINS = 10
"""Of equal width, of the probability of the class that was predicted."""

PAIRS = COUNTS + 2 * CALIBRATION_BINS
"""Where the counts of pairs begin; those of calibration come before them."""

FIRST_LABEL = 11
"""The sum that is none: the first label of a window."""

_BAD_SCORE = int(Problem.SCORE_OUT_OF_RANGE)


@njit(cache=True, nogil=True)
def _paired(number: int) -> int:
    """Return the place of a class in the pairs."""
    return number if OTHERS <= number <= MOST_PAIRED else OTHERS


@njit(cache=True, nogil=True)
def _place(number: int) -> int:
    """Return the place of a class in the margins; -1 where its pairs are counted."""
    if number <= OTHERS:
        return 0
    return number - MOST_PAIRED if number > MOST_PAIRED else -1


@njit(cache=True, nogil=True)
def _need(rows: Integers, problems: Problems, numbers: Integers, needed: Integers) -> None:
    """Take note of how many places the classes of rows take in pairs and in margins."""
    for row in rows:
        if problems[row] == 0 or problems[row] == _BAD_SCORE:
            needed[0] = max(needed[0], _paired(numbers[row]) + 1)
            needed[1] = max(needed[1], _place(numbers[row]) + 1)


@njit(cache=True, nogil=True, error_model="numpy")
def tally_classes(
    rows: Integers,
    problems: Problems,
    said: Integers,
    true: Integers,
    positive: Numbers,
    likelihood: Numbers,
    squares: Numbers,
    confidence: Numbers,
    is_top: Mask,
    wanted: int,
    counts: Integers,
    classes: int,
    sums: Numbers,
    margins: Margins,
    scores: Numbers,
    needed: Integers,
) -> int:
    """Add rows of a classification; return how many have a score of the positive class.

    Nothing is added, and -1 returned, where there is no place for a class among the pairs or in
    ``margins``.

    Parameters
    ----------
    rows
        Shape ``(n,)``: which rows.
    problems, said, true, positive, likelihood, squares, confidence, is_top
        As of `detectors.performance.judged_rows.ClassRows`.
    wanted
        The number of the positive class; below 0 where it has none.
    counts, classes, sums, margins
        As of `detectors.performance.tallies.Tally`.
    scores
        Shape ``(n,)``: gets those scores, below 0 where another class was true, -0 included.
    needed
        Shape ``(2,)``, zeros: gets for how many classes pairs and ``margins`` must have places.
    """
    _need(rows, problems, said, needed)
    _need(rows, problems, true, needed)
    if needed[0] > classes or needed[1] > len(margins):
        return -1
    known = 0
    for row in rows:
        counts[problems[row]] += 1
        if problems[row] != 0 and problems[row] != _BAD_SCORE:
            continue
        counts[GOOD] += 1
        own, other = _place(true[row]), _place(said[row])
        if own >= 0:
            margins[own, 0] += said[row] == true[row]
            margins[own, 1] += 1
        if other >= 0:
            margins[other, 2] += 1
        counts[PAIRS + _paired(true[row]) * classes + _paired(said[row])] += 1
        if not np.isnan(positive[row]):
            # The sign tells the two apart, that of zero too.
            scores[known] = positive[row] if true[row] == wanted else -positive[row]
            known += 1
        likely = likelihood[row]
        if np.isnan(likely):
            continue
        counts[SCORED] += 1
        counts[TOPS] += is_top[row]
        loss = -np.log(min(max(likely, SMALLEST), 1.0 - SMALLEST))
        sums[0] += loss
        sums[1] += loss * loss
        sums[2] += squares[row]
        sums[3] += squares[row] * squares[row]
        place = min(int(confidence[row] * CALIBRATION_BINS), CALIBRATION_BINS - 1)
        sums[4 + place] += confidence[row]
        counts[COUNTS + place] += 1
        counts[COUNTS + CALIBRATION_BINS + place] += said[row] == true[row]
    return known


@njit(cache=True, nogil=True, error_model="numpy")
def tally_numbers(
    rows: Integers,
    problems: Problems,
    said: Numbers,
    true: Numbers,
    quantile: float,
    counts: Integers,
    sums: Numbers,
) -> None:
    """Add rows of a regression.

    Parameters
    ----------
    rows
        Shape ``(n,)``: which rows.
    problems, said, true
        As of `detectors.performance.judged_rows.NumberRows`.
    quantile
        That which is predicted.
    counts
        As of `detectors.performance.tallies.Tally`.
    sums
        By `detectors.performance.tallies.NumberSum`, the first label among them.
    """
    for row in rows:
        counts[problems[row]] += 1
        if problems[row] != 0:
            continue
        if counts[GOOD] == 0:
            sums[FIRST_LABEL] = true[row]
        counts[GOOD] += 1
        error = said[row] - true[row]
        square = error * error
        ratio = abs(error) / max(abs(true[row]), SMALLEST)
        loss = max(-quantile * error, (1.0 - quantile) * error)
        label = true[row] - sums[FIRST_LABEL]
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
