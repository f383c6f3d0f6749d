"""What became of predictions and labels that a join has taken."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.join.again import Again
from agents.join.joined import JoinedRows

Rows = NDArray[np.int64]


class PredictionsTaken(NamedTuple):
    """What became of predictions.

    Attributes
    ----------
    joined
        Those whose label was there already, or came with them.
    duplicates
        Rows of those that came before as they are: the same id, model, version and content.
    """

    joined: JoinedRows
    duplicates: list[int]


class LabelsTaken(NamedTuple):
    """What became of labels.

    Attributes
    ----------
    joined
        The predictions that they met.
    early, duplicate, corrected
        How many of the others came first, came again, and came again with another value.
    again
        Those of the others that were for predictions which had their labels.
    rows, met
        Which of them changed anything, and what became of each of these: of `Met`, shape ``(n,)``,
        uint8.
    """

    joined: JoinedRows
    early: int
    duplicate: int
    corrected: int
    again: Sequence[Again]
    rows: Rows
    met: NDArray[np.uint8]
