from collections.abc import Mapping
from typing import Any

import pytest

from app.play.events import Untrainable
from app.play.learner import train


def _classes(count: int) -> tuple[list[Mapping[str, Any]], list[str]]:
    rows: list[Mapping[str, Any]] = [
        {"x": number * 37 % 100, "kind": "ab"[number % 2], "gone": None} for number in range(600)
    ]
    labels = [f"c{int(row['x']) * count // 100}" for row in rows]
    return rows, labels


@pytest.mark.parametrize("count", [2, 3])
def test_a_model_of_the_first_rows_knows_their_classes(count: int) -> None:
    rows, labels = _classes(count)
    model = train(rows, labels)

    found = [model(row) for row in rows]

    hits = sum(one.prediction == label for one, label in zip(found, labels, strict=True))
    assert hits > 0.9 * len(rows)
    assert all(one.scores is not None for one in found)
    assert all(abs(sum((one.scores or {}).values()) - 1) < 1e-6 for one in found)


def test_a_model_of_quantities_predicts_numbers() -> None:
    rows = [{"x": float(number)} for number in range(200)]
    model = train(rows, [3.0 * number + 1 for number in range(200)])

    predicted = model({"x": 100.0})

    assert predicted.scores is None
    assert predicted.prediction == pytest.approx(301.0, rel=0.1)


def test_a_trained_model_is_frozen() -> None:
    rows, labels = _classes(2)
    model = train(rows, labels)

    first = model(rows[0])
    for row in rows:
        model(row)

    assert model(rows[0]) == first


def test_rows_of_one_class_teach_nothing() -> None:
    with pytest.raises(Untrainable, match="no label but 'a'"):
        train([{"x": 1}, {"x": 2}], ["a", "a"])
    with pytest.raises(Untrainable, match="no label:"):
        train([{"x": 1}], [None])
