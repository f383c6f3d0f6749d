from typing import Any

import orjson
import pytest

from schemas.events.left_out import LeftOut, Oddity
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.prediction_fields import PredictionFields
from tests.schemas.payloads.test_prediction_scanner import spans

NESTED: dict[str, Any] = {"model": "m", "features": {"x": 1.5}, "prediction": 1}
FLAT: dict[str, Any] = {"model": "m", "x": 1.5, "prediction": 1}


def left_out(event: dict[str, Any], fields: PredictionFields | None = None) -> list[str]:
    """Which fields an event is taken without, alone; and read at once with another, where it is."""
    value = orjson.dumps(event)
    where = fields or PredictionFields()
    form = JsonPredictions(where, not_features=where.not_features)
    (row,) = form.rows(value, key=b"k", headers=(), time=5)
    scanned = form.scan(spans([value] * 2, [b"k"] * 2))
    assert scanned is not None
    if scanned.plain.all():
        assert sorted(scanned.left_out) == sorted([*row.left_out] * 2)
    assert {each.oddity for each in row.left_out} <= {Oddity.OTHER_NAME}
    return [each.field for each in row.left_out]


@pytest.mark.parametrize("event", [NESTED, FLAT])
@pytest.mark.parametrize(
    ("beside", "field"),
    [
        ({"score": 0.9}, "scores"),
        ({"score": {"0": 0.1, "1": 0.9}}, "scores"),
        ({"score": {}}, "scores"),
        ({"probability": 0.9}, "scores"),
        ({"predict_proba": [0.1, 0.9]}, "scores"),
        ({"scores": None, "confidence": 0.9}, "scores"),
        ({"ground_truth": 1}, "label"),
        ({"actual": "yes"}, "label"),
        ({"modelVersion": "7"}, "version"),
        ({"event_time": "2026-03-01T12:00:00Z"}, "timestamp"),
        ({"@timestamp": "2026-03-01T12:00:00Z", "ts": 5}, "timestamp"),
        ({"predictionId": "a"}, "prediction_id"),
    ],
)
def test_a_field_that_is_there_under_another_name_alone_is_told(
    event: dict[str, Any], beside: dict[str, Any], field: str
) -> None:
    assert left_out({**event, **beside}) == [field]


@pytest.mark.parametrize("event", [NESTED, FLAT])
@pytest.mark.parametrize(
    "beside",
    [
        {"score": None},
        {"scores": {"1": 0.9}, "score": 712},
        {"scores": {}, "score": 712},
        {"version": "1", "model_version": "7"},
        {"timestamp": "2026-03-01T12:00:00Z", "time": 5},
        {"prediction_id": "a", "predictionId": "b"},
        {"raw_score": 3},
        {"timestamp_format": "iso"},
    ],
)
def test_other_members_are_not(event: dict[str, Any], beside: dict[str, Any]) -> None:
    assert left_out({**event, **beside}) == []


def test_what_the_settings_place_is_not() -> None:
    event = {**FLAT, "score": 0.9, "ts": 1772366400}
    assert left_out(event) == ["timestamp", "scores"] or left_out(event) == ["scores", "timestamp"]
    assert left_out(event, PredictionFields({"scores": "score", "timestamp": "ts"})) == []
    assert left_out(event, PredictionFields(not_features=frozenset({"score", "ts"}))) == []


def test_scores_and_labels_are_those_of_predictions() -> None:
    event = orjson.dumps({"model": "m", "features": {"x": 1}, "ground_truth": 1, "ts": 5})
    (row,) = JsonPredictions(PredictionFields()).rows(event, key=b"k", headers=(), time=5)
    assert row.left_out == [LeftOut("timestamp", Oddity.OTHER_NAME)]


@pytest.mark.parametrize(
    "document",
    [
        {"route": "/score", "message": "POST 200"},
        {"dataset_timestamp": 5, "columns": {"amount": {"count": 100}}},
        {"amount": 12.5, "country": "CH"},
    ],
)
def test_features_that_are_all_there_is_of_a_record_are_told(document: dict[str, Any]) -> None:
    form = JsonPredictions(PredictionFields(model="m"))
    (row,) = form.rows(orjson.dumps(document), key=b"k", headers=(), time=5)
    assert row.features
    assert row.left_out == [LeftOut("prediction", Oddity.EMPTY)]
    features = orjson.dumps({"features": document})
    (row,) = form.rows(features, key=b"k", headers=(), time=5)
    assert row.left_out == []
