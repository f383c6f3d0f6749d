"""A model for files without predictions: trained on the first rows, then frozen."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from river import linear_model, optim, preprocessing, tree

from app.play.events import Model, Predicted, Untrainable, class_name

EPOCHS: Final = 5
"""How often the linear models see the first rows: each costs little and one is not enough."""

MOST_CLASSES: Final = 20
"""Distinct numbers above which a label is a quantity, not a class."""


def train(rows: Sequence[Mapping[str, Any]], labels: Sequence[Any]) -> Model:
    """Return a model trained on rows and their labels, both of length ``n``; it learns no more.

    Two classes: a logistic regression on standardised numbers and one-hot texts. More: a Hoeffding
    tree. More than `MOST_CLASSES` distinct numbers: a linear regression. Rows without a label are
    left out.

    Raises
    ------
    Untrainable
        If the labels are absent or all the same.
    """
    known = [(row, label) for row, label in zip(rows, labels, strict=True) if label is not None]
    classes = list(dict.fromkeys(label for _, label in known))
    if len(classes) < 2:
        found = "no label" if not classes else f"no label but {classes[0]!r}"
        raise Untrainable(f"the first {len(rows)} rows hold {found}: there is nothing to learn")
    if len(classes) == 2:
        return _Binary(known, classes)
    numbers = all(isinstance(label, int | float) for label in classes)
    if numbers and len(classes) > MOST_CLASSES:
        return _Quantity(known)
    return _ManyClasses(known)


class _Features:
    """Standardised numbers and one-hot texts; values of other types are left out."""

    def __init__(self, known: Sequence[tuple[Mapping[str, Any], Any]]) -> None:
        self._scaler = _untyped(preprocessing.StandardScaler())
        for row, _ in known:
            self._scaler.learn_one(_numbers(row))

    def of(self, row: Mapping[str, Any]) -> dict[str, float]:
        scaled: dict[str, float] = self._scaler.transform_one(_numbers(row))
        return scaled | {
            f"{name}={value}": 1.0 for name, value in row.items() if isinstance(value, str)
        }


class _Binary:
    def __init__(
        self, known: Sequence[tuple[Mapping[str, Any], Any]], classes: Sequence[Any]
    ) -> None:
        self._negative, self._positive = classes
        self._features = _Features(known)
        self._regression = _untyped(linear_model.LogisticRegression(optimizer=optim.SGD(0.05)))
        prepared = [(self._features.of(row), label == self._positive) for row, label in known]
        for _ in range(EPOCHS):
            for x, y in prepared:
                self._regression.learn_one(x, y)

    def __call__(self, row: Mapping[str, Any]) -> Predicted:
        chance = float(self._regression.predict_proba_one(self._features.of(row))[True])
        scores = {class_name(self._negative): 1.0 - chance, class_name(self._positive): chance}
        return Predicted(self._positive if chance > 0.5 else self._negative, scores)


class _ManyClasses:
    def __init__(self, known: Sequence[tuple[Mapping[str, Any], Any]]) -> None:
        self._tree = _untyped(tree.HoeffdingTreeClassifier(grace_period=50))
        for row, label in known:
            self._tree.learn_one(_plain(row), label)

    def __call__(self, row: Mapping[str, Any]) -> Predicted:
        chances = self._tree.predict_proba_one(_plain(row))
        scores = {class_name(label): float(chance) for label, chance in chances.items()}
        return Predicted(max(chances, key=chances.__getitem__), scores)


class _Quantity:
    def __init__(self, known: Sequence[tuple[Mapping[str, Any], Any]]) -> None:
        self._features = _Features(known)
        self._regression = _untyped(
            preprocessing.TargetStandardScaler(regressor=linear_model.LinearRegression())
        )
        prepared = [(self._features.of(row), float(label)) for row, label in known]
        for _ in range(EPOCHS):
            for x, y in prepared:
                self._regression.learn_one(x, y)

    def __call__(self, row: Mapping[str, Any]) -> Predicted:
        return Predicted(float(self._regression.predict_one(self._features.of(row))), None)


def _untyped(part: Any) -> Any:
    """Return a part of River, whose methods have no types."""
    return part


def _numbers(row: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: float(value) for name, value in row.items() if isinstance(value, bool | int | float)
    }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in row.items() if isinstance(value, str | bool | int | float)
    }
