import base64
import json
from typing import Any

import pytest

from schemas.events.invalid import InvalidMessage
from schemas.events.not_taken import NotTaken
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap
from schemas.payloads.wrapped_events import MOST_EVENTS, wrapped_events

EVENT: dict[str, Any] = {"prediction_id": "a", "features": {"x": 1}, "prediction": 0.5}
IN_BASE64 = base64.b64encode(json.dumps(EVENT).encode()).decode()
BARE: dict[str, Any] = {"features": {"x": 1}, "prediction": 0.5}


def rows(document: Any, **paths: str) -> list[Any]:
    form = JsonPredictions(FieldMap(paths, model="m"))
    found = form.rows(json.dumps(document).encode(), key=b"k", headers=(), time=0)
    return [(row.prediction_id, row.features, row.prediction) for row in found]


@pytest.mark.parametrize(
    "document",
    [
        {"payload": EVENT},
        {"payload": json.dumps(EVENT)},
        {"event": {"data": EVENT}},
        {"meta": {"trace": "t"}, "anything": EVENT},
        {"@timestamp": "2026-03-01T12:00:00Z", "message": json.dumps(EVENT)},
        {"records": [EVENT]},
        {"records": [{"key": "a", "value": BARE, "partition": 0}]},
        {"prediction_id": "a", "value": BARE},
        {"whatever": {"prediction_id": "a", "x": 1, "prediction": 0.5}},
        {"type": "INSERT", "table": "t", "schema": "s", "record": EVENT, "old_record": None},
        {"record": EVENT, "metadata": {"table_name": "t"}, "action": "insert", "changes": None},
        {"schema": "iglu:com.acme/p/jsonschema/1-0-0", "data": {"schema": "p", "data": EVENT}},
        {"schema": "s", "payload": EVENT, "event": {"replayId": 5}},
        {"Records": [{"messageId": "m", "body": json.dumps(EVENT)}]},
        {"partitionKey": "a", "data": IN_BASE64, "kinesisSchemaVersion": "1.0"},
        {"Records": [{"kinesis": {"data": IN_BASE64, "partitionKey": "a"}, "eventID": "s:1"}]},
    ],
)
def test_an_event_is_read_out_of_the_member_that_holds_it(document: dict[str, Any]) -> None:
    assert rows(document) == [("a", {"x": 1}, 0.5)]


def test_several_events_in_a_member_are_an_event_each() -> None:
    assert [row[0] for row in rows({"records": [BARE, EVENT]})] == ["k/0", "a"]
    assert [row[0] for row in rows({"batch": 7, "events": json.dumps([EVENT])})] == ["a"]
    assert [row[0] for row in rows({"prediction_id": 7.0, "rows": [BARE, BARE]})] == ["7/0", "7/1"]


def test_what_several_models_answered_has_one_id() -> None:
    answers = [{**BARE, "model": "m1"}, {**BARE, "model": "m2"}]
    assert [row[0] for row in rows({"prediction_id": "a", "results": answers})] == ["a", "a"]
    answers.append({**BARE, "model": "m1"})
    found = rows({"prediction_id": "a", "results": answers})
    assert [row[0] for row in found] == ["a/0", "a/1", "a/2"]


@pytest.mark.parametrize(
    "document",
    [
        {"event": {"op": "DELETE", "data": {"old": EVENT, "new": None}}, "id": "i"},
        {"action": "delete", "deleted": EVENT, "id": "i"},
        {"type": "DELETE", "record": None, "old_record": EVENT},
        {"records": {"old": EVENT, "new": None}},
        {"type": "DELETE", "table": "t", "schema": "s", "record": None, "old_record": EVENT},
        {"record": EVENT, "metadata": {"table_name": "t"}, "action": "delete", "changes": None},
        {"version": 1, "database": "d", "table": "t", "type": "DELETE", "data": None, "old": EVENT},
        {"eventType": "DELETE", "schema": "s", "table": "t", "new": {}, "old": EVENT},
        {"current": {}, "previous": EVENT, "metadata": {"operationType": "delete"}},
        {"operation": "DELETE", "value": EVENT},
        {"type": "prediction.deleted", "data": {"object": EVENT}},
        {"type": "DELETED", "object": EVENT},
        {"specversion": "1.0", "id": "e", "source": "s", "type": "a.label.deleted", "data": EVENT},
        {"detail-type": "PredictionDeleted", "source": "s", "detail": EVENT},
    ],
)
def test_what_an_event_was_before_it_was_deleted_is_no_event(document: dict[str, Any]) -> None:
    for form in (JsonPredictions(FieldMap(model="m")), JsonLabels(FieldMap())):
        with pytest.raises(NothingToSay) as raised:
            form.rows(json.dumps(document).encode(), key=b"k", headers=(), time=0)
        assert raised.value.silence is Silence.DELETE


def test_what_somebody_did_to_something_else_is_no_deletion() -> None:
    said: list[dict[str, Any]] = [
        {"action": "delete", "metadata": {"trace": "t"}},
        {"event": "Item Removed"},
        {"type": "cart.item_deleted"},
        {"event": "removed"},
        {"type": "com.acme.document.deleted"},
    ]
    for each in said:
        assert rows({**each, "payload": EVENT}) == [("a", {"x": 1}, 0.5)]


def test_rows_that_a_cloud_event_brings_are_those_of_its_change_feed() -> None:
    about = {"specversion": "1.0", "id": "e", "source": "s", "type": "t", "iodebeziumop": "c"}
    of_document = {**about, "type": "a.document.deleted", "operation": "delete"}
    assert rows({**of_document, "data": EVENT}) == [("a", {"x": 1}, 0.5)]
    assert rows({**about, "data": {"before": None, "after": EVENT}}) == [("a", {"x": 1}, 0.5)]
    for gone in ({"before": EVENT, "after": None}, {"schema": {}, "payload": {"after": None}}):
        with pytest.raises(NothingToSay):
            rows({**about, "data": gone})


def test_of_what_was_and_what_is_the_latter_is_the_event() -> None:
    old = {**EVENT, "prediction": 0.1}
    assert rows({"event": {"op": "UPDATE", "data": {"old": old, "new": EVENT}}, "id": "i"}) == [
        ("a", {"x": 1}, 0.5)
    ]


@pytest.mark.parametrize(
    "document",
    [
        {"amount": 1, "before": EVENT},
        {"amount": 1, "merchant": {"label": "x"}},
        {"amount": 1, "previous": {"prediction": 1}},
        {"left": EVENT, "right": EVENT},
        {"x": 1, "note": "[not json"},
        {"data": {"a": 1, "b": 2}},
        {"amount": 1, "device": {"label": "kitchen", "model": "x2", "version": "2.1"}},
        {"x": 1, "note": "eyJ is how JSON begins"},
        {"x": 1, "note": "ew=="},
    ],
)
def test_what_may_be_features_is_left_as_it_is(document: dict[str, Any]) -> None:
    assert wrapped_events(document) == [document]
    assert rows(document)[0][0] == "k"


def test_an_event_by_itself_is_opened_no_further() -> None:
    assert rows({**EVENT, "payload": EVENT}) == [("a", {"x": 1}, 0.5)]


def test_where_the_settings_say_where_fields_stand_nothing_is_opened() -> None:
    assert rows({"payload": EVENT, "y": 7}, prediction="y")[0][2] == 7


def test_more_events_than_a_record_may_hold_are_refused() -> None:
    with pytest.raises(InvalidMessage, match="at most"):
        rows({"records": [EVENT] * (MOST_EVENTS + 1)})


def test_labels_are_read_out_of_a_member_likewise() -> None:
    labels = [{"prediction_id": "a", "label": 1}, {"prediction_id": "b", "label": 0}]
    found = JsonLabels(FieldMap()).rows(
        json.dumps({"labels": labels}).encode(), key=None, headers=(), time=0
    )
    assert [(row.prediction_id, row.label) for row in found] == [("a", 1), ("b", 0)]


def test_what_only_has_a_label_and_a_model_is_no_label_of_a_prediction() -> None:
    form = JsonLabels(FieldMap())
    for inside in ({"label": "vip", "model": "iPhone"}, {"label": "kitchen", "version": "2.1"}):
        document = json.dumps({"prediction_id": "a", "user": inside}).encode()
        with pytest.raises(NotTaken, match="unlabelled"):
            form.rows(document, key=None, headers=(), time=0)
    document = json.dumps({"about": "a", "review": {"label": "ok", "prediction_id": "b"}}).encode()
    assert form.rows(document, key=None, headers=(), time=0)[0].prediction_id == "b"


@pytest.mark.parametrize(
    "document",
    [
        {"prediction_id": "a", "outcome": {"label": 1, "model": "m", "version": "1"}},
        {"prediction_id": "a", "result": {"label": 1, "model": "m"}},
        {"prediction_id": "a", "feedback": {"label": 1, "segment": "s"}},
        {"prediction_id": "a", "Ground_Truth": {"label": 1, "version": "1"}},
        {"outcome": {"label": 1, "model": "m", "version": "1"}, "source": "x"},
    ],
)
def test_a_label_in_a_member_that_is_called_as_labels_are_needs_no_id_in_it(
    document: dict[str, Any],
) -> None:
    found = JsonLabels(FieldMap()).rows(json.dumps(document).encode(), key=b"a", headers=(), time=0)
    assert [(row.prediction_id, row.label) for row in found] == [("a", 1)]


@pytest.mark.parametrize("name", ["actual", "Ground_Truth", "yTrue"])
def test_labels_under_another_name_are_refused_and_not_taken_for_unknown(name: str) -> None:
    form = JsonLabels(FieldMap())
    with pytest.raises(InvalidMessage, match=f"label: missing, while there is '{name}'"):
        form.rows(
            json.dumps({"prediction_id": "a", name: 1}).encode(), key=None, headers=(), time=0
        )
    for unknown in ({name: None}, {"reason": "x"}):
        with pytest.raises(NotTaken, match="unlabelled"):
            form.rows(
                json.dumps({"prediction_id": "a", **unknown}).encode(),
                key=None,
                headers=(),
                time=0,
            )


def test_a_prediction_under_another_name_beside_the_features_is_told_of() -> None:
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps({"features": {"x": 1}, "predictions": {"a": 1}}).encode(),
        key=b"k",
        headers=(),
        time=0,
    )
    assert list(row.left_out) == [("prediction", "other_name")]


@pytest.mark.parametrize("name", ["result", "Score", "prediction_label", "y_pred_proba", "proba"])
def test_an_answer_beside_the_features_is_told_of(name: str) -> None:
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps({"features": {"x": 1}, "user": 7, name: 1}).encode(),
        key=b"k",
        headers=(),
        time=0,
    )
    assert list(row.left_out) == [("prediction", "other_name")]


@pytest.mark.parametrize("event", [{"features": {"x": 1}}, {"x": 1, "size": 0.9}])
def test_a_label_beside_no_prediction_is_told_of_and_beside_one_it_is_the_truth(
    event: dict[str, Any],
) -> None:
    form = JsonPredictions(FieldMap(model="m"))
    for more, told in (({}, [("label", "not_comparable")]), ({"prediction": "ham"}, [])):
        (row,) = form.rows(
            json.dumps({**event, "label": "spam", **more}).encode(), key=b"k", headers=(), time=0
        )
        assert list(row.left_out) == told


@pytest.mark.parametrize("name", ["score", "user.result", "predator", "prediction_at"])
def test_a_feature_that_may_be_one_is_not(name: str) -> None:
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps({"amount": 1, name: 0}).encode(), key=b"k", headers=(), time=0
    )
    assert list(row.left_out) == [("prediction", "empty")]


@pytest.mark.parametrize(
    "name",
    [
        *("PREDICTION", "pred", "out.y_hat", "output.score", "predicted_churn", "modelPred"),
        *("predict", "FORECAST", "Scored Labels", "SageMakerOutput", "output_label"),
    ],
)
def test_a_feature_that_is_called_as_predictions_are_is_told_of(name: str) -> None:
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps({"amount": 1, name: 0}).encode(), key=b"k", headers=(), time=0
    )
    assert list(row.left_out) == [("prediction", "other_name")]
