import json
from typing import Any

import pytest

from schemas.payloads.example_features import features_of_example
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap

EXAMPLE = {
    "feature": {
        "age": {"int64List": {"value": ["41"]}},
        "box": {"floatList": {"value": [1.5, 2.5]}},
        "city": {"bytesList": {"value": ["Q0g="]}},
        "gone": {},
    }
}


def test_the_features_of_an_example_are_its_values() -> None:
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps({"features": EXAMPLE, "prediction": 1}).encode(), key=b"k", headers=(), time=0
    )
    assert row.features == {"age": 41, "box[0]": 1.5, "box[1]": 2.5, "city": "CH", "gone": None}


@pytest.mark.parametrize(
    "features",
    [
        {"feature": {"age": 41}},
        {"feature": {}},
        {"feature": {"age": {"int64List": {"value": 41}}}},
        {"feature": {"age": {"int64List": {"value": [41]}, "floatList": {"value": [41]}}}},
        {"feature": {"age": {"int64List": {"value": [41]}}}, "more": 1},
        [1, 2],
    ],
)
def test_what_is_no_example_is_left_as_it_is(features: Any) -> None:
    assert features_of_example(features) is features


def test_bytes_that_are_no_text_stay_in_base64() -> None:
    image = {"feature": {"image": {"bytes_list": {"value": ["/9j/4A==", "no Base64!", 7]}}}}
    assert features_of_example(image) == {"image": ["/9j/4A==", "no Base64!", 7]}
