import base64
import json
from typing import Any

import pytest

from schemas.payloads.captured import out_of_capture
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap

ABOUT = {"eventId": "e1", "inferenceId": "a1", "inferenceTime": "2026-03-01T12:00:00Z"}
ROW = {"features[0]": 12.5, "features[1]": "CH", "features[2]": None}


def part(text: str, encoding: str, kind: str) -> dict[str, str]:
    return {"observedContentType": kind, "mode": "X", "data": text, "encoding": encoding}


def csv(text: str) -> dict[str, str]:
    return part(text, "CSV", "text/csv; charset=utf-8")


def packed(value: Any) -> dict[str, str]:
    text = base64.b64encode(json.dumps(value).encode()).decode()
    return part(text, "BASE64", "application/json")


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        (csv("12.5,CH,"), csv("0.25"), [(ROW, 0.25, None)]),
        (csv("12.5,CH,\n"), csv("True,0.75\n"), [(ROW, "True", 0.75)]),
        (csv("12.5,CH,"), csv("0.25,0.5"), [(ROW, [0.25, 0.5], None)]),
        (csv("12.5,CH,\n12.5,CH,"), csv("0\n1"), [(ROW, 0, None), (ROW, 1, None)]),
        (csv("12.5,CH,\n12.5,CH,"), csv("0,1"), [(ROW, 0, None), (ROW, 1, None)]),
        (
            part('{"x": 1}', "JSON", "application/json"),
            part('{"predictions": [{"score": 0.75, "predicted_label": 1}]}', "JSON", "x"),
            [({"x": 1}, 1, 0.75)],
        ),
        (packed({"x": 1}), packed(0.25), [({"x": 1}, 0.25, None)]),
    ],
)
def test_a_capture_is_what_was_asked_and_what_was_answered(
    asked: dict[str, str], answered: dict[str, str], expected: list[tuple[Any, ...]]
) -> None:
    captured = {
        "captureData": {"endpointInput": asked, "endpointOutput": answered},
        "eventMetadata": ABOUT,
        "eventVersion": "0",
    }
    found = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps(captured).encode(), key=None, headers=(), time=0
    )
    assert [(row.features, row.prediction, row.score) for row in found] == expected
    assert found[0].prediction_id.partition("/")[0] == "a1"
    assert found[0].time == 1_772_366_400_000


def test_ground_truth_is_a_label() -> None:
    truth = {
        "groundTruthData": {"data": "1", "encoding": "CSV"},
        "eventMetadata": {"eventId": "a1"},
        "eventVersion": "0",
    }
    (row,) = JsonLabels(FieldMap()).rows(json.dumps(truth).encode(), key=None, headers=(), time=0)
    assert (row.prediction_id, row.label) == ("a1", 1)


@pytest.mark.parametrize(
    "document", [{}, {"captureData": {}}, {"eventMetadata": {}}, {"eventMetadata": 1}]
)
def test_anything_else_is_left_as_it_is(document: dict[str, Any]) -> None:
    assert out_of_capture(document) is document


def test_what_is_no_base64_stays_a_text() -> None:
    event = {"groundTruthData": {"data": "?", "encoding": "BASE64"}, "eventMetadata": {}}
    assert out_of_capture(event)["label"] == "?"
