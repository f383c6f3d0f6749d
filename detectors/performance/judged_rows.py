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


class ListRows(NamedTuple):
    """Rows whose predictions are probabilities of all of their classes, more than two.

    Attributes
    ----------
    scores
        Shape ``(n, k)``; NaN in rows without such a list, and beyond a shorter one.
    lengths
        Shape ``(n,)``: the classes of each; 0 in rows without such a list.
    said
        Shape ``(n,)``: the position of the class that was predicted.
    true
        Shape ``(n,)``: that of the class that was true; -1 where there is no label.
    """

    scores: Numbers
    lengths: Codes
    said: Codes
    true: Codes

    @classmethod
    def none(cls, rows: int, width: int) -> "ListRows":
        """Return rows without lists."""
        nothing = np.zeros(rows, dtype=np.int64)
        return cls(np.full((rows, width), np.nan), nothing, nothing.copy(), nothing - 1)

    def take(self, which: Codes | slice) -> "ListRows":
        """Return some rows."""
        return ListRows(self.scores[which], self.lengths[which], self.said[which], self.true[which])


class ClassRows(NamedTuple):
    """Rows of a classification, shape ``(n,)`` each.

    Attributes
    ----------
    problems
        A `Problem` each; with `SCORE_OUT_OF_RANGE` the row counts all the same.
    said, true
        Numbers of classes, equal where they are one class; without meaning where there is a
        problem.
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
    lists
        The lists of probabilities; None where no row has one of more than two classes.
    """

    problems: NDArray[np.uint8]
    said: Codes
    true: Codes
    positive: Numbers
    likelihood: Numbers
    squares: Numbers
    confidence: Numbers
    is_top: Mask
    lists: ListRows | None = None


class NumberRows(NamedTuple):
    """Rows of a regression, shape ``(n,)`` each; without meaning where there is a problem."""

    problems: NDArray[np.uint8]
    said: Numbers
    true: Numbers


JudgedRows = ClassRows | NumberRows
