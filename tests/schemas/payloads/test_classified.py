import json
from typing import Any

import pytest

from schemas.payloads.classified import Classified, classified
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([["cat", 0.8], ["dog", 0.1], ["bird", 0.05]], ("cat", 0.8)),
        ([["cat", 0.2]], ("cat", 0.2)),
        ([[0.1, "dog"], [0.8, "cat"]], ("cat", 0.8)),
        ([[["n02123045", "tabby", 0.1], ["n02123159", "tiger_cat", 0.7]]], ("tiger_cat", 0.7)),
        ({"sequence": "s", "labels": ["cat", "dog"], "scores": [0.9, 0.1]}, ("cat", 0.9)),
        ({"classes": [3, 7], "scores": [0.2, 0.8]}, (7, 0.8)),
        ({"displayNames": ["a", "b"], "confidences": [0.2, 0.8]}, ("b", 0.8)),
        ([[{"label": "yes", "score": 0.9}, {"label": "no", "score": 0.1}]], ("yes", 0.9)),
        (
            {"labelIndex": 1, "label": "fraud", "classProbabilities": [0.1, 0.9]},
            ("fraud", [0.1, 0.9]),
        ),
        ({"Results": [1], "probabilities": [[0.1, 0.9]]}, (1, [[0.1, 0.9]])),
        ({"yhat": 3.5, "yhat_lower": 2.0, "yhat_upper": 5.0}, (3.5, None)),
        ({"mean": 3.5, "lower": 2.0, "upper": 5.0}, (3.5, None)),
        ({"prediction": 2.5, "mean": 3.5}, (2.5, None)),
        ({"score": 0.75}, (0.75, None)),
        ([{"id": 3, "key": "k", "label": "cat", "score": 0.9, "rank": 1}], ("cat", 0.9)),
        ({"label": "cat", "score": 0.9, "spans": [[0, 3]], "start": 0}, ("cat", 0.9)),
        (
            [
                {"value": "cat", "key": "k1", "score": 0.9},
                {"value": "dog", "key": "k2", "score": 0.1},
            ],
            ("cat", 0.9),
        ),
        ([{"label": "fraud", "score": 0.9, "start": 1, "end": 2}], ("fraud", 0.9)),
        ([[{"label": "PER", "score": 0.9, "start": 0, "end": 3}]], ("PER", 0.9)),
        ([{"target": "price", "prediction": 12.5, "confidence": 0.9}], (12.5, 0.9)),
        (
            [{"label": "cat", "score": 0.9, "step": 3}, {"label": "dog", "score": 0.1, "step": 3}],
            ("cat", 0.9),
        ),
        ({"labels": ["a", "b"], "scores": [0.9, 0.1], "boxes": None}, ("a", 0.9)),
        ({"labels": ["a", "b"], "scores": [0.9, 0.1], "boxes": []}, ("a", 0.9)),
        ({"low": 0.25, "high": 0.75}, ("high", 0.75)),
        ({"upper": 0.25, "trousers": 0.75}, ("trousers", 0.75)),
    ],
)
def test_an_answer_of_a_model_is_its_class_or_number_and_its_score(
    value: Any, found: tuple[Any, Any]
) -> None:
    assert classified(value) == Classified(*found)


@pytest.mark.parametrize(
    "value",
    [
        [["2026-03-01", 12.5], ["2026-03-02", 13.5]],
        [["a", "b"], ["c", "d"]],
        [[0.25, 0.75], [0.5, 0.5]],
        ["cat", 0.8],
        {"mean": 3.5, "median": 3.0},
        {"lower": 0.25, "upper": 0.75},
        {"Lower_Bound": 0.25, "Upper_Bound": 0.75},
        {"lat": 0.5, "lon": 0.5},
        {"labels": ["a", "b"], "scores": [0.5]},
        {"labels": ["a", "b"], "scores": [2.5, 7.0]},
        {"classes": [], "scores": []},
        {"cat": 0.8, "dog": 0.1},
        {"cat": 0.8},
        [{"label": "cat", "score": 0.9, "box": {"xmin": 1}}, {"label": "dog", "score": 0.8}],
        [
            [
                {"label": "PER", "score": 0.9, "start": 0, "end": 3},
                {"label": "LOC", "score": 0.8, "start": 9, "end": 12},
            ]
        ],
        [{"field": "total", "value": 12.5, "confidence": 0.9}, {"field": "tax", "value": 1}],
        [
            {"target": "price", "prediction": 12.5, "confidence": 0.9},
            {"target": "days", "prediction": 3, "confidence": 0.8},
        ],
        [{"step": 1, "value": 2.5, "confidence": 0.9}, {"step": 2, "value": 3, "confidence": 0.8}],
        {"boxes": [[1, 2, 3, 4], [5, 6, 7, 8]], "labels": ["cat", "dog"], "scores": [0.9, 0.8]},
        [],
        {},
    ],
)
def test_what_may_mean_something_else_names_no_class(value: Any) -> None:
    assert classified(value) is None


@pytest.mark.parametrize(
    "scores",
    [
        [{"label": "1", "prob": 0.75}, {"label": "0", "prob": 0.25}],
        [{"class": 0, "probability": "0.25"}, {"class": 1, "probability": "0.75"}],
        [["1", 0.75], ["0", 0.25]],
    ],
)
def test_scores_that_name_their_classes_one_by_one_are_those_of_these_classes(scores: Any) -> None:
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps({"x": 1, "prediction": 1, "scores": scores}).encode(),
        key=b"k",
        headers=(),
        time=0,
    )
    assert row.score == 0.75
    assert not row.left_out
