"""Labelled rows as arrays from which metrics are made."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Problem(IntEnum):
    """What keeps a labelled row, or its score, from being judged; a key of the events."""

    NONE = 0
    NO_OUTCOME = 1
    """What was predicted, or what was true, is nothing that can be compared."""

    LIST = 2
    """One of the two is a list, and the other one, or the task, knows none."""

    NOT_A_NUMBER = 3
    NOT_PROBABILITIES = 4
    """A list that is no list of probabilities: below 0, above 1, or not 1 in all."""

    UNKNOWN_CLASS = 5
    """The label is of a class that the list of probabilities leaves out."""

    SCORE_OUT_OF_RANGE = 6
    """A score that is no probability: the row counts, its score does not."""


class ClassRows(NamedTuple):
    """Rows of a classification, shape ``(n,)`` each.

    Attributes
    ----------
    problems
        A `Problem` each; with `SCORE_OUT_OF_RANGE` the row counts all the same.
    said, true
        Numbers of classes; without meaning where there is a problem.
    positive
        Probability of the positive class; NaN where it is not known, like the next ones.
    likelihood
        Probability of the class that was true.
    squares
        Sum over the classes of the squared distance between probability and truth; half of it for
        two classes.
    confidence
        Probability of the class that was predicted.
    is_top
        Whether no probability but this one was given, so that the others follow for two classes
        alone.
    """

    problems: NDArray[np.uint8]
    said: Codes
    true: Codes
    positive: Numbers
    likelihood: Numbers
    squares: Numbers
    confidence: Numbers
    is_top: Mask


class NumberRows(NamedTuple):
    """Rows of a regression, shape ``(n,)`` each; without meaning where there is a problem."""

    problems: NDArray[np.uint8]
    said: Numbers
    true: Numbers


JudgedRows = ClassRows | NumberRows
