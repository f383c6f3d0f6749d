from typing import Any

import orjson
import pytest

from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.lone_answers import answers_alone
from schemas.payloads.rows import FieldMap, PredictionRow

OUTPUT = {"name": "y", "datatype": "FP32", "shape": [2, 1], "data": [0.5, 2.5]}
CLOUD = {"specversion": "1.0", "id": "1", "source": "s", "type": "inference.response"}


def read(document: Any) -> list[PredictionRow]:
    form = JsonPredictions(FieldMap(model="m"))
    headers = [("ce_id", b"k")]
    return list(form.rows(orjson.dumps(document), key=None, headers=headers, time=5))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"predictions": [1]}, [("k", "m", 1)]),
        ({"predictions": [1, 0]}, [("k/0", "m", 1), ("k/1", "m", 0)]),
        ({"predictions": [[0.25, 0.75]], "deployedModelId": "5"}, [("k", "m", [0.25, 0.75])]),
        ({"predictions": [{"label": "a", "score": 0.9}]}, [("k", "m", "a")]),
        ({"predictions": [1, 0], "prediction_id": "a"}, [("a/0", "m", 1), ("a/1", "m", 0)]),
        (
            {"model_name": "iris", "model_version": "2", "id": "q", "outputs": [OUTPUT]},
            [("k/0", "iris", 0.5), ("k/1", "iris", 2.5)],
        ),
        (
            {"data": {"names": ["t:0", "t:1"], "ndarray": [[0.25, 0.75]]}, "meta": {}},
            [("k", "m", [0.25, 0.75])],
        ),
        ({**CLOUD, "data": {"predictions": [1, 0]}}, [("k/0", "m", 1), ("k/1", "m", 0)]),
    ],
)
def test_an_answer_by_itself_is_a_prediction_for_each_row(
    document: dict[str, Any], expected: list[Any]
) -> None:
    rows = read(document)
    assert [(row.prediction_id, row.model, row.prediction) for row in rows] == expected
    assert [row.features for row in rows] == [{}] * len(expected)


@pytest.mark.parametrize(
    "document",
    [
        {"predictions": [1], "amount": 5},
        {"predictions": []},
        {"predictions": {"a": 1}},
        {"predictions": [{"prediction_id": "a", "prediction": 1}]},
        {"outputs": [1, 2]},
        {"data": {"names": ["a", "b"], "ndarray": [[1, 2]]}},
        {"data": {"names": ["t:0"], "ndarray": 5}},
        {"data": {"names": []}},
        {"amount": 5},
    ],
)
def test_other_documents_are_as_they_are(document: dict[str, Any]) -> None:
    assert answers_alone(document) == [document]


def test_what_a_logger_calls_a_response_is_the_answer_whatever_its_form() -> None:
    pair = {"request_payload": ["[1,2]", "[3,4]"], "response_payload": ["0.7", "0.8"]}
    assert [(row.features, row.prediction) for row in read(pair)] == [
        ({"features[0]": 1, "features[1]": 2}, 0.7),
        ({"features[0]": 3, "features[1]": 4}, 0.8),
    ]


def test_a_version_with_a_fraction_beside_tensors_is_one() -> None:
    outputs = [
        {"name": "y", "shape": [1, 2], "datatype": "FP32", "data": [0.25, 0.75]},
        {"name": "n", "shape": [1], "datatype": "FP32", "data": [5]},
    ]
    answer = {"model_name": "m", "model_version": 1.5, "outputs": outputs}
    value = orjson.dumps(answer).replace(b"1.5", b"1.10")
    (row,) = JsonPredictions(FieldMap()).rows(value, key=b"k", headers=(), time=5)
    assert (row.version, row.prediction) == ("1.10", {"y": [0.25, 0.75], "n": 5})
