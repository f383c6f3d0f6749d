"""Whether whole numbers are classes or amounts: 37 minutes where 35 were predicted are no class."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance.guess import Guess

Numbers = NDArray[np.float64]

_FEWEST_LABELS: Final = 12
"""Distinct labels; with fewer they may be digits, stars or months."""

_HITS: Final = 3
"""Of amounts at most one in so many is predicted exactly."""

_FEWEST_MISSES: Final = 50

_FEWEST_DISTANCES: Final = 5
"""Distinct distances; classes that are numbered from 1 here and from 0 there have one."""

_AGREE: Final = 0.5
"""Correlation of the ranks of what was predicted and what was true, where they are not equal: five
standard errors of fifty independent pairs are 0.7, of a hundred 0.5."""


def guess_of(pairs: Sequence[tuple[float, float]]) -> Guess | None:
    """Return what whole numbers are, predicted and true; None where they are classes for sure.

    A class that is missed may be any other one; an amount is missed by little. So where labels are
    many, and are seldom hit, the misses decide: by Spearman's correlation of their ranks.

    Examples
    --------
    >>> guess_of([(minute, minute + minute % 7 - 3) for minute in range(100)])
    <Guess.AMOUNTS: 'amounts'>
    >>> guess_of([(item * 37 % 101, item) for item in range(100)])
    <Guess.CLASSES: 'classes'>
    >>> guess_of([(item, item) for item in range(100)])
    """
    found = np.asarray(pairs, np.float64).reshape(-1, 2)
    misses = found[found[:, 0] != found[:, 1]]
    hits = len(found) - len(misses)
    if len(set(found[:, 1].tolist())) < _FEWEST_LABELS or _HITS * hits > len(found):
        return None
    if len(misses) < _FEWEST_MISSES:
        return None
    if len(set((misses[:, 0] - misses[:, 1]).tolist())) < _FEWEST_DISTANCES:
        return Guess.CLASSES
    predicted, true = (_ranks(column) for column in misses.T)
    spread = predicted.std() * true.std()
    if spread == 0.0:
        return Guess.CLASSES
    agreement = np.mean((predicted - predicted.mean()) * (true - true.mean())) / spread
    return Guess.AMOUNTS if agreement >= _AGREE else Guess.CLASSES


def _ranks(values: Numbers) -> Numbers:
    """Return ranks, of equal values their mean."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[places]
