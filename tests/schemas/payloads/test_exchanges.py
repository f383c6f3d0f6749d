import json
from typing import Any

import pytest

from schemas.payloads.exchanges import exchanged
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap

TENSOR = {"shape": [1, 1], "datatype": "FP32"}


@pytest.mark.parametrize(
    "document",
    [
        {"request": {"instances": [{"x": 1}]}, "response": {"predictions": [0.5]}},
        {
            "request": json.dumps({"dataframe_split": {"columns": ["x"], "data": [[1]]}}),
            "response": json.dumps({"predictions": [0.5]}),
            "status_code": 200,
        },
        {
            "inputs": [{"name": "x", "data": [1], **TENSOR}],
            "outputs": [{"name": "y", "data": [0.5], **TENSOR}],
            "model_version": "1",
        },
        {
            "request": {"data": {"names": ["x"], "ndarray": [[1]]}},
            "response": {"data": {"names": ["t:0"], "ndarray": [[0.5]]}, "meta": {}},
        },
        {"request_payload": ['{"x": 1}'], "response_payload": ["0.5"]},
        {"instances": [{"x": 1}], "predictions": [0.5], "latency_ms": 12},
        {"input": {"x": 1}, "output": {"predictions": [0.5]}},
        {"input": {"x": 1}, "output": 0.5},
        {"inputs": {"x": 1}, "outputs": {"prediction": 0.5}, "latency_ms": 12},
        {"inputs": {"x": 1}, "output": 0.5},
        {
            "request": {"id": "q", "inputs": [{"x": 1}]},
            "resp": {"id": "q", "model_name": "m", "outputs": [0.5]},
            "op": "infer",
            "metadata": {"host": "h"},
            "when": "2026-03-01 12:00:00.123+00:00",
        },
    ],
)
def test_a_request_beside_its_answer_is_a_prediction(document: dict[str, Any]) -> None:
    for paths in ({}, {"version": "nowhere"}):
        (row,) = JsonPredictions(FieldMap(paths, model="m")).rows(
            json.dumps(document).encode(), key=b"k", headers=(), time=0
        )
        assert (row.features, row.prediction) == ({"x": 1}, 0.5)


@pytest.mark.parametrize(
    "document",
    [
        {"request": {"amount": 1}, "response": {"code": 200}},
        {"input": {"question": "where?"}, "output": {"answer": "here", "tokens": 3}},
        {"input": "where?", "output": "here"},
        {"request": {"instances": [{"x": 1}]}},
        {"instances": [{"x": 1}], "predictions": [0.5, 0.5]},
        {"instances": [1.5, 2.5], "predictions": [0.5, 0.5]},
        {"instances": [], "predictions": []},
        {"request": {"instances": [{"x": 1}]}, "response": {"predictions": [1]}, "prediction": 1},
    ],
)
def test_what_is_in_no_known_protocol_is_left_as_it_is(document: dict[str, Any]) -> None:
    assert exchanged(document) is document


def test_an_input_that_is_a_list_of_numbers_has_features_by_position() -> None:
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        b'{"input": [1.5, 2.5], "output": [0.25, 0.75]}', key=b"k", headers=(), time=0
    )
    assert row.features == {"features[0]": 1.5, "features[1]": 2.5}
    assert (row.prediction, row.score) == ([0.25, 0.75], 0.75)


@pytest.mark.parametrize(
    "document",
    [
        {"input": {"question": "where?"}, "output": {"answer": "here", "tokens": 3}},
        {"input": "where?", "output": "here"},
    ],
)
def test_an_answer_that_names_no_outcome_is_told_of(document: dict[str, Any]) -> None:
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps(document).encode(), key=b"k", headers=(), time=0
    )
    assert list(row.left_out) == [("prediction", "other_name")]
