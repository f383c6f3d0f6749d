"""Classifiers of River over a stream of rows, and what they say of each."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from river import tree

_RIVER: Final[Any] = tree
"""It has no types."""

Row: TypeAlias = Mapping[Any, float]


class Said(NamedTuple):
    """What a classifier said of some rows.

    Attributes
    ----------
    errors
        Shape ``(n,)``: 1 where it was wrong.
    predictions
        Shape ``(n,)``: the classes by their numbers.
    scores
        Shape ``(n,)``: the probability of class 1 that it gave.
    """

    errors: NDArray[np.float64]
    predictions: NDArray[np.float64]
    scores: NDArray[np.float64]


class Classifier:
    """A Hoeffding tree of River, with its defaults."""

    def __init__(self) -> None:
        self._tree = _RIVER.HoeffdingTreeClassifier()

    def copy(self) -> "Classifier":
        """Return another one that knows the same."""
        return deepcopy(self)

    def learn(self, rows: Iterable[tuple[Row, int]]) -> None:
        """Learn from labelled rows."""
        for features, label in rows:
            self._tree.learn_one(features, label)

    def judge(self, rows: Iterable[tuple[Row, int]], *, learns: bool) -> Said:
        """Predict each row before its label is known, and learn from it if told."""
        said = []
        for features, label in rows:
            shares = self._tree.predict_proba_one(features)
            score = shares.get(1, 0.0)
            prediction = max(shares, key=shares.__getitem__) if shares else 0
            said.append((float(prediction != label), float(prediction), score))
            if learns:
                self._tree.learn_one(features, label)
        return Said(*np.array(said).reshape(-1, 3).T)
