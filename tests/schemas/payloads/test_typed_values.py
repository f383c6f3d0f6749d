import json
from typing import Any

import pytest

from schemas.events.nothing_to_say import NothingToSay
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.prediction_fields import PredictionFields
from schemas.payloads.rows import FieldMap
from schemas.payloads.typed_values import without_type
from tests.schemas.payloads.test_prediction_scanner import scanned

ITEM: dict[str, Any] = {
    "prediction_id": {"S": "a"},
    "x": {"N": "12.5"},
    "c": {"S": "CH"},
    "new": {"BOOL": True},
    "gone": {"NULL": True},
    "box": {"L": [{"N": "1"}, {"N": "2"}]},
    "prediction": {"N": "1"},
}
FEATURES = {"x": 12.5, "c": "CH", "new": True, "gone": None, "box[0]": 1, "box[1]": 2}


def one(document: dict[str, Any]) -> Any:
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps(document).encode(), key=b"k", headers=(), time=0
    )
    return row


def change(name: str, **images: Any) -> dict[str, Any]:
    about = {"ApproximateCreationDateTime": 1772366400, "Keys": {"prediction_id": {"S": "a"}}}
    return {"eventID": "1", "eventName": name, "dynamodb": {**about, **images}}


@pytest.mark.parametrize(
    "document",
    [
        ITEM,
        change("INSERT", NewImage=ITEM),
        {
            "prediction_id": "a",
            "prediction": 1,
            "features": {"M": {n: v for n, v in ITEM.items() if not n.startswith("prediction")}},
        },
    ],
)
def test_an_item_of_dynamodb_is_its_values(document: dict[str, Any]) -> None:
    row = one(document)
    assert (row.prediction_id, row.features, row.prediction) == ("a", FEATURES, 1)


def test_a_stream_dates_its_items_and_tells_of_deletions() -> None:
    assert one(change("MODIFY", NewImage=ITEM, OldImage=ITEM)).time == 1_772_366_400_000
    with pytest.raises(NothingToSay):
        one(change("REMOVE", OldImage=ITEM))


def test_labels_of_dynamodb_are_read_likewise() -> None:
    value = json.dumps({"prediction_id": {"S": "a"}, "label": {"N": "1"}}).encode()
    (row,) = JsonLabels(FieldMap()).rows(value, key=None, headers=(), time=0)
    assert (row.prediction_id, row.label) == ("a", 1)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"intValue": "42"}, 42),
        ({"doubleValue": 1}, 1),
        ({"stringValue": "x"}, "x"),
        ({"boolValue": False}, False),
        ({"NS": ["1", "2.5"]}, [1, 2.5]),
        ({"N": 5}, {"N": 5}),
        ({"S": 5}, {"S": 5}),
        ({"M": {"a": 1}}, {"M": {"a": 1}}),
        ({"M": {"a": {"S": "x"}}}, {"a": {"S": "x"}}),
        ({"NULL": False}, {"NULL": False}),
        ({"N": "1", "S": "2"}, {"N": "1", "S": "2"}),
    ],
)
def test_a_value_is_what_its_type_says(value: Any, plain: Any) -> None:
    assert without_type(value) == plain


def test_typed_values_are_left_to_a_closer_look() -> None:
    event = {"prediction_id": "a", "model": "m", "prediction": 1}
    values = [
        json.dumps({**event, "features": {"x": {name: value}}}).encode()
        for name, value in (("N", "1"), ("S", "x"), ("BOOL", True), ("intValue", "1"))
    ]
    assert scanned(values, fields=PredictionFields()).plain.tolist() == [False] * 4
