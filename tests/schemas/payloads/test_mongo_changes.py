from typing import Any

import orjson
import pytest

from schemas.events.invalid import InvalidMessage
from schemas.events.nothing_to_say import NothingToSay
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.prediction_fields import PredictionFields
from schemas.payloads.rows import PredictionRow

BEFORE = {"prediction_id": "p1", "model": "fraud", "features": {"amount": 1}, "prediction": 0}
AFTER = {**BEFORE, "prediction": 1}
ABOUT = {"_id": {"_data": "8265"}, "ns": {"db": "d", "coll": "c"}, "documentKey": {"_id": "p1"}}
PATHS = {name: f"fullDocument.{name}" for name in BEFORE}


def read(change: dict[str, Any], paths: dict[str, str] | None = None) -> PredictionRow:
    value = orjson.dumps({**ABOUT, **change})
    fields = PredictionFields(paths or {})
    (row,) = JsonPredictions(fields).rows(value, key=None, headers=(), time=5)
    return row


@pytest.mark.parametrize("paths", [None, PATHS])
def test_the_document_behind_a_change_is_the_event(paths: dict[str, str] | None) -> None:
    for change in (
        {"operationType": "insert", "fullDocument": AFTER},
        {"operationType": "update", "fullDocument": AFTER, "fullDocumentBeforeChange": BEFORE},
    ):
        row = read(change, paths)
        assert (row.prediction_id, row.prediction, row.features) == ("p1", 1, {"amount": 1})


@pytest.mark.parametrize("paths", [None, PATHS])
def test_a_document_that_was_deleted_says_nothing(paths: dict[str, str] | None) -> None:
    with pytest.raises(NothingToSay):
        read({"operationType": "delete", "fullDocumentBeforeChange": BEFORE}, paths)


def test_a_change_in_a_text_of_kafka_connect_is_read_likewise() -> None:
    change = orjson.dumps({**ABOUT, "operationType": "insert", "fullDocument": AFTER}).decode()
    value = orjson.dumps({"schema": {"type": "string", "optional": False}, "payload": change})
    (row,) = JsonPredictions(PredictionFields({})).rows(value, key=None, headers=(), time=5)
    assert (row.prediction_id, row.prediction) == ("p1", 1)


def test_an_update_without_its_document_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="updateLookup"):
        read({"operationType": "update", "updateDescription": {"updatedFields": {"x": 1}}})
