import json
from typing import Any

import pytest

from schemas.events.invalid import InvalidMessage
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap, PredictionRow


def rows(features: Any, prediction: Any) -> list[PredictionRow]:
    document = {"model": "m", "features": features, "prediction": prediction}
    return list(
        JsonPredictions(FieldMap()).rows(
            json.dumps(document).encode(), key=b"k", headers=(), time=0
        )
    )


TWO_BY_NAME = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
TENSORS = [
    {"name": "a", "shape": [2, 1], "datatype": "INT64", "data": [1, 2]},
    {"name": "b", "shape": [2, 1], "datatype": "BYTES", "data": ["x", "y"]},
]


@pytest.mark.parametrize(
    "request_",
    [
        {"instances": TWO_BY_NAME, "signature_name": "serving_default"},
        {"inputs": TWO_BY_NAME, "params": {}},
        {"inputs": TENSORS, "id": "r1", "outputs": [{"name": "y"}]},
        {"dataframe_records": TWO_BY_NAME},
        {"dataframe_split": {"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]}},
        {"data": {"names": ["a", "b"], "ndarray": [[1, "x"], [2, "y"]]}, "meta": {}},
        {"input_data": {"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]}},
        {"input_data": TWO_BY_NAME, "params": {}},
    ],
)
@pytest.mark.parametrize(
    "answer",
    [
        {"predictions": [0.25, 0.75], "deployedModelId": "7"},
        {"predictions": [[0.25], [0.75]]},
        {"outputs": [{"name": "y", "shape": [2, 1], "datatype": "FP32", "data": [0.25, 0.75]}]},
        {"data": {"names": ["t:0"], "ndarray": [[0.25], [0.75]]}, "meta": {}},
        {"data": {"names": [], "ndarray": [[0.25], [0.75]]}, "meta": {}},
        {"data": {"tensor": {"shape": [2, 1], "values": [0.25, 0.75]}}},
        [0.25, 0.75],
    ],
)
def test_a_request_and_its_answer_are_the_rows_in_them(request_: Any, answer: Any) -> None:
    found = rows(request_, answer)
    assert [row.features for row in found] == TWO_BY_NAME
    assert [(row.prediction_id, row.prediction) for row in found] == [("k/0", 0.25), ("k/1", 0.75)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"predictions": [[0.25, 0.75]]}, ([0.25, 0.75], 0.75)),
        ({"predictions": [{"predicted_label": 1, "score": 0.9}]}, (1, 0.9)),
        ({"names": ["t:0", "t:1"], "ndarray": [[0.25, 0.75]]}, ([0.25, 0.75], 0.75)),
        ({"names": ["cat", "dog"], "ndarray": [[0.25, 0.75]]}, ("dog", 0.75)),
        (
            {
                "outputs": [
                    {"name": "label", "shape": [1], "datatype": "INT64", "data": [1]},
                    {"name": "probabilities", "shape": [1, 2], "data": [0.25, 0.75]},
                ]
            },
            (1, 0.75),
        ),
        ({"prediction": 12.5, "interval": [11, 14]}, (12.5, None)),
        ({"class": "dog", "probabilities": {"cat": 0.2, "dog": 0.8}}, ("dog", 0.8)),
        ({"prediction": 0, "probabilities": [0.75, 0.25]}, (0, 0.75)),
        ({"value": 1, "probability": "0.5"}, (1, 0.5)),
    ],
)
def test_the_answer_for_one_row_is_its_outcome_and_score(answer: Any, expected: Any) -> None:
    (row,) = rows({"instances": [{"a": 1}]}, answer)
    assert (row.features, row.prediction, row.score) == ({"a": 1}, *expected)
    assert not row.left_out


@pytest.mark.parametrize(
    "features",
    [
        {"instances": 3, "amount": 1.5},
        {"inputs": 3},
        {"instances": "gold"},
        {"inputs": [[1, 2], [3, 4]]},
    ],
)
def test_features_that_are_only_called_like_a_request_are_features(features: Any) -> None:
    (row,) = rows(features, 1)
    assert {name.partition("[")[0] for name in row.features} == set(features)


def test_rows_without_as_many_predictions_are_refused() -> None:
    with pytest.raises(InvalidMessage, match="1 for 2 rows"):
        rows({"instances": TWO_BY_NAME}, {"predictions": [1]})


@pytest.mark.parametrize(
    "answer",
    [{"outputs": {"a": 1}}, {"names": ["a"], "ndarray": [[1, 2]]}, {"predictions": {"a": "b"}}],
)
def test_an_answer_without_an_outcome_is_counted(answer: Any) -> None:
    (row,) = rows({"a": 1}, answer)
    assert [(odd.field, odd.oddity) for odd in row.left_out] == [("prediction", "not_comparable")]


@pytest.mark.parametrize(
    "data",
    [
        {"ndarray": [[1.5, 2], [3, 4]]},
        {"names": [], "ndarray": [[1.5, 2], [3, 4]]},
        {"tensor": {"shape": [2, 2], "values": [1.5, 2, 3, 4]}},
        {"names": None, "tensor": {"shape": [2, 1, 2], "values": [1.5, 2, 3, 4]}},
    ],
)
def test_arrays_of_seldon_without_names_have_a_row_each(data: Any) -> None:
    found = rows({"data": data, "meta": {}}, [0, 1])
    assert [(row.features, row.prediction) for row in found] == [
        ({"features[0]": 1.5, "features[1]": 2}, 0),
        ({"features[0]": 3, "features[1]": 4}, 1),
    ]
    (row,) = rows({"x": 1}, {"data": data})
    assert row.prediction == [[1.5, 2], [3, 4]]


@pytest.mark.parametrize(
    "data",
    [
        {"tensor": {"shape": [2, 2], "values": [1, 2, 3]}},
        {"tensor": {"shape": [], "values": []}},
        {"tensor": {"shape": [0], "values": [1]}},
        {"tensor": {"shape": [1], "values": [1], "unit": "N"}},
        {"tensor": [1, 2], "ndarray": [[1, 2]]},
        {"ndarray": [1, 2]},
        {"ndarray": [[]]},
        {"ndarray": "x"},
    ],
)
def test_what_is_no_array_of_seldon_is_left_as_it_is(data: Any) -> None:
    (row,) = rows({"data": data}, 1)
    assert row.features
    assert all(name.startswith("data.") for name in row.features)


def test_features_that_a_change_feed_did_not_have_are_absent() -> None:
    (row,) = rows("__debezium_unavailable_value", 1)
    assert (row.features, row.prediction) == ({}, 1)
    with pytest.raises(InvalidMessage):
        rows("__debezium_unavailable_value", None)
