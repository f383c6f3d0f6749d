"""How well scores tell two classes apart, from counts at each score or in bins of scores."""

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]
AnyCounts = NDArray[np.integer[Any]]

BINS: Final = 128
"""Bins of scores, of equal width in log-odds: most scores of rare classes lie near 0."""

_WIDTH: Final = 0.2
_FARTHEST: Final = 12.8
_LEAST: Final = 1e-12
"""Well within the outermost bins, and not 0."""


class Ranked(NamedTuple):
    """A metric, and by how much it may differ from that of the scores themselves."""

    value: float
    error: float


@njit(cache=True, nogil=True, error_model="numpy")
def bin_of(score: float) -> int:
    """Return the bin of a probability, from 0 to ``BINS - 1``.

    Examples
    --------
    >>> bin_of(0.0), bin_of(0.5), bin_of(1.0)
    (0, 64, 127)
    """
    inside = min(max(score, _LEAST), 1 - _LEAST)
    odds = np.log(inside) - np.log1p(-inside)
    return int(min(max(np.floor((odds + _FARTHEST) / _WIDTH), 0.0), BINS - 1.0))


@njit(cache=True, nogil=True, error_model="numpy")
def count_in_bins(signed: Numbers, begin: int, bins: AnyCounts, most: int) -> int:
    """Count probabilities in bins, shape ``(2, BINS)``; negative ones in those of the second row.

    Parameters
    ----------
    signed
        Shape ``(n,)``; -0 is negative.
    begin
        The first of them that is counted.
    bins, most
        The counts, and up to how many there is room for.

    Returns
    -------
    int
        The first one for which there is no room, nor is it counted; -1 where all are counted.
    """
    for row in range(begin, len(signed)):
        score = signed[row]
        which, place = int(np.signbit(score)), bin_of(abs(score))
        if bins[which, place] >= most:
            return row
        bins[which, place] += 1
    return -1


def at_scores(positives: Numbers, negatives: Numbers) -> tuple[Counts, Counts]:
    """Return how many of both classes have each of the distinct scores, in ascending order."""
    scores, places = np.unique(np.concatenate([positives, negatives]), return_inverse=True)
    places = places.reshape(-1)
    count = len(scores)
    return (
        np.bincount(places[: len(positives)], minlength=count),
        np.bincount(places[len(positives) :], minlength=count),
    )


def roc_auc(positives: Counts, negatives: Counts) -> Ranked:
    """Return the area under the ROC curve: how often a positive has the higher score.

    Parameters
    ----------
    positives, negatives
        Shape ``(k,)``: rows of both classes at each score, or in each bin, in ascending order; at
        least one in each of the two.
    """
    pairs = float(positives.sum()) * float(negatives.sum())
    below = np.cumsum(negatives) - negatives
    ties = float((positives * negatives).sum()) / 2
    return Ranked((float((positives * below).sum()) + ties) / pairs, ties / pairs)


def average_precision(positives: Counts, negatives: Counts) -> Ranked:
    """Return the mean of the precision over the positives, each at its own score.

    Parameters
    ----------
    positives, negatives
        As of `roc_auc`; there may be no negative.
    """
    found, false = positives[::-1], negatives[::-1]
    hits, wrong = np.cumsum(found), np.cumsum(false)
    some = found > 0
    found, false, hits, wrong = found[some], false[some], hits[some], wrong[some]
    total = float(found.sum())
    value = float((found * (hits / (hits + wrong))).sum()) / total
    # At best all positives of a bin come before its negatives, at worst after them.
    best = float((found * (hits / (hits + wrong - false))).sum()) / total
    first = hits - found + 1
    worst = float((found * (first / (first + wrong))).sum()) / total
    return Ranked(value, max(best - value, value - worst))
