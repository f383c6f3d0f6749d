import json
from typing import Any

import pytest

from schemas.events.invalid import InvalidMessage
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap

TWO = [({"x": 1, "c": "a"}, 0), ({"x": 2, "c": "b"}, 1)]


def rows(document: dict[str, Any]) -> list[tuple[Any, Any]]:
    found = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps(document).encode(), key=b"k", headers=(), time=0
    )
    return [(row.features, row.prediction) for row in found]


@pytest.mark.parametrize(
    "document",
    [
        {"x": {"0": 1, "1": 2}, "c": {"0": "a", "1": "b"}, "prediction": {"0": 0, "1": 1}},
        {"0": {"x": 1, "c": "a", "prediction": 0}, "1": {"x": 2, "c": "b", "prediction": 1}},
        {"prediction_id": ["i", "j"], "x": [1, 2], "c": ["a", "b"], "prediction": [0, 1]},
        {"features": {"x": [1, 2], "c": ["a", "b"]}, "prediction": [0, 1]},
        {"features": {"inputs": {"x": [1, 2], "c": ["a", "b"]}}, "prediction": [0, 1]},
        {
            "features": {"x": {"5": 1, "7": 2}, "c": {"5": "a", "7": "b"}},
            "prediction": {"5": 0, "7": 1},
        },
        {
            "features": json.dumps({"0": {"x": 1, "c": "a"}, "1": {"x": 2, "c": "b"}}),
            "prediction": [0, 1],
        },
    ],
)
def test_rows_by_columns_are_a_prediction_each(document: dict[str, Any]) -> None:
    assert rows(document) == TWO


@pytest.mark.parametrize(
    "document",
    [
        {"features": {"box": [1, 2], "speed": [3, 4]}, "prediction": [0.25, 0.75]},
        {"features": {"x": [1, 2], "c": ["a", "b"]}, "prediction": 1},
        {"features": {"x": [1, 2], "c": ["a"]}, "prediction": [0, 1]},
        {"features": {"hours": {"0": 5, "1": 3}}, "prediction": [0.25, 0.75]},
        {"features": {"inputs": {"x": [1, 2, 3]}}, "prediction": [0, 1]},
    ],
)
def test_what_may_be_the_features_of_one_row_is_one(document: dict[str, Any]) -> None:
    assert len(rows(document)) == 1


def test_columns_of_unlike_lengths_are_refused() -> None:
    with pytest.raises(InvalidMessage, match="columns of 1, 2 rows"):
        rows({"prediction_id": ["i", "j"], "x": [1], "prediction": [0, 1]})


@pytest.mark.parametrize(
    ("document", "labels"),
    [
        ({"prediction_id": ["a", "b"], "label": [1, 0]}, [("a", 1), ("b", 0)]),
        ({"prediction_id": ["a", "b"], "label": 1}, [("a", 1), ("b", 1)]),
        (
            {"prediction_id": {"0": "a", "1": "b"}, "label": {"0": 1, "1": 0}},
            [("a", 1), ("b", 0)],
        ),
    ],
)
def test_labels_by_columns_are_a_label_each(
    document: dict[str, Any], labels: list[tuple[str, int]]
) -> None:
    found = JsonLabels(FieldMap()).rows(json.dumps(document).encode(), key=None, headers=(), time=0)
    assert [(row.prediction_id, row.label) for row in found] == labels
