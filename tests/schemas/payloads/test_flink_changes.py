from typing import Any

import orjson
import pytest

from schemas.events.not_taken import NotTaken
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.flink_changes import changed_rows
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap

ROW = {"prediction_id": "p1", "model": "fraud", "amount": 12.5, "prediction": 1}


@pytest.mark.parametrize("data", [[ROW], ROW])
@pytest.mark.parametrize("kind", ["INSERT", "insert", "UPDATE"])
def test_the_rows_of_a_change_are_events(data: Any, kind: str) -> None:
    value = orjson.dumps({"data": data, "type": kind})
    (row,) = JsonPredictions(FieldMap()).rows(value, key=None, headers=(), time=5)
    assert (row.prediction_id, row.prediction, row.features) == ("p1", 1, {"amount": 12.5})


def test_rows_without_a_prediction_are_events_too() -> None:
    value = orjson.dumps({"data": [{"amount": 1}, {"amount": 2}], "type": "INSERT"})
    rows = JsonPredictions(FieldMap(model="m")).rows(value, key=b"k", headers=(), time=5)
    assert [(row.prediction_id, row.features) for row in rows] == [
        ("k/0", {"amount": 1}),
        ("k/1", {"amount": 2}),
    ]


@pytest.mark.parametrize("kind", ["DELETE", "delete"])
def test_rows_that_an_update_takes_back_say_nothing(kind: str) -> None:
    for data in (ROW, [ROW]):
        with pytest.raises(NothingToSay) as raised:
            changed_rows({"data": data, "type": kind})
        assert raised.value.silence is Silence.DELETE
    label = {"prediction_id": "p1", "label": 1}
    value = orjson.dumps({"data": [label], "type": kind})
    with pytest.raises(NotTaken):
        JsonLabels(FieldMap()).rows(value, key=None, headers=(), time=5)
    paths = {"prediction_id": "data.prediction_id", "label": "data.label"}
    value = orjson.dumps({"data": label, "type": kind})
    with pytest.raises(NotTaken):
        JsonLabels(FieldMap(paths)).rows(value, key=None, headers=(), time=5)


@pytest.mark.parametrize(
    "document",
    [
        {"data": ROW, "type": "delete", "id": 1},
        {"data": ROW, "type": "removed"},
        {"data": ROW, "type": 3},
        {"data": [], "type": "DELETE"},
        {"data": [1], "type": "DELETE"},
        {"data": "x", "type": "DELETE"},
        {"type": "DELETE"},
    ],
)
def test_a_document_that_has_more_or_other_members_is_no_change(document: dict[str, Any]) -> None:
    assert changed_rows(document) is None
