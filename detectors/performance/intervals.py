"""Confidence intervals in closed form, for rows that are independent."""

import math
from typing import Final

Interval = tuple[float, float]

QUANTILE: Final = 1.959963984540054
"""Of the normal distribution: 95 % lie within so many standard deviations."""


def of_proportion(hits: float, rows: float) -> Interval:
    """Return the interval of a proportion.

    Parameters
    ----------
    hits, rows
        How often in how many rows, at least one.

    References
    ----------
    E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927.

    Examples
    --------
    >>> [round(end, 4) for end in of_proportion(8, 10)]
    [0.4902, 0.9433]
    """
    square = QUANTILE * QUANTILE
    share = hits / rows
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    half = QUANTILE * math.sqrt(share * (1 - share) / rows + square / (4 * rows * rows))
    half /= 1 + square / rows
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def of_f1(hits: float, wrong: float) -> Interval:
    """Return the interval of ``2 hits / (2 hits + wrong)``, by that of a proportion.

    Parameters
    ----------
    hits
        Rows in which a class is both predicted and true.
    wrong
        Those in which it is one of the two; not both are zero.
    """
    low, high = of_proportion(hits, hits + wrong)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def of_mean(rows: float, total: float, squares: float) -> Interval | None:
    """Return the interval of a mean; None below two rows, or beyond float64.

    Parameters
    ----------
    rows, total, squares
        How many values, their sum, and the sum of their squares.
    """
    if rows < 2 or not math.isfinite(squares):  # noqa: PLR2004 - a variance takes two
        return None
    mean = total / rows
    variance = max(squares / rows - mean * mean, 0.0) * rows / (rows - 1)
    half = QUANTILE * math.sqrt(variance / rows)
    return (mean - half, mean + half) if math.isfinite(mean + half) else None


def of_auc(auc: float, positives: float, negatives: float) -> Interval:
    """Return the interval of an area under the ROC curve.

    Parameters
    ----------
    auc
        The area.
    positives, negatives
        Rows of the two classes, at least one each.

    References
    ----------
    J. A. Hanley and B. J. McNeil, The meaning and use of the area under a receiver operating
    characteristic curve, 1982.
    """
    one, both = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = auc * (1 - auc)
    variance += (positives - 1) * (one - auc * auc) + (negatives - 1) * (both - auc * auc)
    half = QUANTILE * math.sqrt(max(variance, 0.0) / (positives * negatives))
    return max(0.0, auc - half), min(1.0, auc + half)
