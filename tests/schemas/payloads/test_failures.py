import json
from typing import Any

import pytest

from schemas.events.left_out import LeftOut, Oddity
from schemas.payloads.failures import has_failed
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap, PredictionRow

FAILED = LeftOut("prediction", Oddity.FAILED)
ONE = {"dataframe_records": [{"x": 1}]}
TWO = {"dataframe_records": [{"x": 1}, {"x": 2}]}


def rows(document: dict[str, Any]) -> list[PredictionRow]:
    value = json.dumps(document).encode()
    reader = JsonPredictions(FieldMap(model="m"))
    return list(reader.rows(value, key=b"k", headers=(), time=0))


@pytest.mark.parametrize(
    "document",
    [
        {"request": json.dumps(ONE), "response": "Internal error", "status_code": 500},
        {"request": ONE, "response": {"detail": "Not Found"}, "status_code": "404"},
        {"request": json.dumps(ONE), "response": '{"error_code": "BAD", "message": "no x"}'},
        {"request": {"instances": [{"x": 1}]}, "response": {"error": "no such model"}},
        {
            "request_payload": ['{"x": 1}'],
            "response_payload": ['{"error": {"code": 400, "message": "bad", "status": "INVALID"}}'],
        },
        {
            "captureData": {
                "endpointInput": {"data": '{"x": 1}', "encoding": "JSON"},
                "endpointOutput": {
                    "data": '{"ErrorCode": "MODEL_FAILED", "Message": "out of memory"}',
                    "encoding": "JSON",
                },
            },
            "eventMetadata": {"eventId": "k"},
        },
    ],
)
def test_what_a_failed_request_was_answered_is_no_prediction(document: dict[str, Any]) -> None:
    (row,) = rows(document)
    assert (row.features, row.prediction) == ({"x": 1}, None)
    assert FAILED in row.left_out


@pytest.mark.parametrize(
    "document",
    [
        {"request": TWO, "response": {"error": "out of memory"}, "status_code": 503},
        {"request": {"inputs": [{"x": 1}, {"x": 2}]}, "resp": {"error": "out of memory"}},
        {"request": {"inputs": [{"x": 1}, {"x": 2}]}, "op": "infer", "error": "no model"},
    ],
)
def test_a_failed_request_of_several_rows_has_each_of_them(document: dict[str, Any]) -> None:
    found = rows(document)
    assert [(row.prediction_id, row.features) for row in found] == [
        ("k/0", {"x": 1}),
        ("k/1", {"x": 2}),
    ]
    assert all(row.prediction is None and FAILED in row.left_out for row in found)


@pytest.mark.parametrize(
    ("record", "answer"),
    [
        ({"status_code": 200, "status": "ok"}, [0.5]),
        ({"status": True}, "spam"),
        ({"status_code": 450.5}, "spam"),
        ({"code": 404}, "spam"),
        ({}, {"error": 0.25, "threshold": 0.5}),
        ({}, {"error": 0.25}),
        ({}, {"error": "0.25"}),
        ({}, {"errors": [0.25, 0.5]}),
        ({}, {"error": {"mean": 0.25}}),
        ({}, {"error": None, "message": "", "code": 0}),
        ({}, {"error": "no value", "prediction": 0.5}),
        ({}, {"message": "hello"}),
        ({}, "error"),
        ({}, [{"label": "error", "score": 0.9}]),
    ],
)
def test_what_may_be_an_outcome_is_no_failure(record: dict[str, Any], answer: Any) -> None:
    assert not has_failed(record, answer)


@pytest.mark.parametrize(
    "prediction", [{"error": "overheating"}, {"error": "overheating", "code": 7}, "error"]
)
def test_a_fault_that_a_model_predicts_is_a_prediction(prediction: Any) -> None:
    (row,) = rows({"features": {"x": 1}, "prediction": prediction, "status_code": 500})
    assert row.prediction == prediction
    assert FAILED not in row.left_out


@pytest.mark.parametrize(
    "document",
    [
        {"request": {"amount": 1}, "error": "no model"},
        {"request": ONE, "error": 0.5},
        {"request": ONE, "error": None},
    ],
)
def test_an_error_beside_what_is_no_failed_request_is_left_as_it_is(
    document: dict[str, Any],
) -> None:
    (row,) = rows(document)
    assert FAILED not in row.left_out


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"input": {"a": 1}, "output": 0.5, "status": 450}, [0.5]),
        ({"request": TWO, "response": {"predictions": [0.5, 1]}, "status": 500}, [0.5, 1]),
    ],
)
def test_what_is_an_outcome_for_sure_is_one_whatever_number_is_beside_it(
    document: dict[str, Any], said: list[Any]
) -> None:
    assert [row.prediction for row in rows(document)] == said


@pytest.mark.parametrize(
    "features", [{"input_data": [[1, 2], [3, 4]]}, {"data": {"ndarray": [[1, 2], [3, 4]]}}]
)
def test_a_matrix_with_one_prediction_is_a_feature_and_no_request_of_several_rows(
    features: dict[str, Any],
) -> None:
    (row,) = rows({"prediction_id": "1", "features": features, "prediction": 0.7})
    assert row.prediction == 0.7
    assert len(row.features) == 4
