import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given

from schemas.events.not_taken import NotTaken
from schemas.payloads.event_fields import event_fields
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap
from tests.schemas.documents_strategy import VALUES

EVENT: dict[str, Any] = {"prediction_id": "a", "model": "m", "x": 1, "prediction": 0.5}
TEXT = json.dumps(EVENT)
CLOUD = {"specversion": "1.0", "id": "e1", "source": "/svc", "type": "t"}
ENCODED = base64.b64encode(TEXT.encode()).decode()
BRIDGE = {"version": "0", "id": "e1", "detail-type": "p", "source": "s", "account": "1"}
SNS = {"Type": "Notification", "MessageId": "x", "TopicArn": "arn:aws:sns:eu:1:t"}
SEALED = [
    {**CLOUD, "data": EVENT},
    {**CLOUD, "data": TEXT},
    {**CLOUD, "data_base64": ENCODED},
    {**CLOUD, "data": {"schema": None, "payload": {"op": "c", "before": None, "after": EVENT}}},
    {**BRIDGE, "detail": EVENT},
    {**SNS, "Message": TEXT},
    {"message": {"data": ENCODED, "messageId": "1"}, "subscription": "s"},
]


@pytest.mark.parametrize("document", SEALED)
def test_the_event_is_read_out_of_its_envelope(document: dict[str, Any]) -> None:
    (row,) = JsonPredictions(FieldMap(model="other")).rows(
        json.dumps(document).encode(), key=None, headers=(), time=0
    )
    assert (row.prediction_id, row.model, row.features, row.prediction) == ("a", "m", {"x": 1}, 0.5)


def test_a_label_is_read_out_of_its_envelope_and_has_its_time() -> None:
    document = {**CLOUD, "time": "2026-03-01T12:00:00Z", "data": {"prediction_id": "a", "label": 1}}
    (row,) = JsonLabels(FieldMap()).rows(
        json.dumps(document).encode(), key=None, headers=(), time=0
    )
    assert (row.prediction_id, row.label, row.time) == ("a", 1, 1_772_366_400_000)


def test_a_time_of_its_own_comes_before_that_of_the_envelope() -> None:
    inner = {**EVENT, "timestamp": "2026-03-01T12:00:00Z"}
    document = {**CLOUD, "time": "2026-03-02T12:00:00Z", "data": inner}
    (fields,) = event_fields(json.dumps(document).encode(), FieldMap())
    assert fields["timestamp"] == "2026-03-01T12:00:00Z"


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"x": 1}, "type": "t"},
        {**EVENT, "subscription": "gold", "message": "hello"},
        {**CLOUD, "label": 1, "data": {"label": 0}},
    ],
)
def test_what_is_no_envelope_stays_as_it_is(document: dict[str, Any]) -> None:
    (fields,) = event_fields(json.dumps(document).encode(), FieldMap())
    assert fields == document


def test_paths_into_an_envelope_are_taken_at_their_word() -> None:
    where = FieldMap({"label": "data.truth", "prediction_id": "id"})
    document = {**CLOUD, "data": {"truth": 1, "label": 0}}
    (fields,) = event_fields(json.dumps(document).encode(), where)
    assert (fields["prediction_id"], fields["label"]) == ("e1", 1)


def test_the_id_of_a_record_without_a_key_is_that_of_its_cloud_event() -> None:
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"e1")]
    value = b'{"model": "m", "x": 1, "label": 1, "prediction": 1}'
    (row,) = JsonPredictions(FieldMap()).rows(value, key=None, headers=headers, time=0)
    (label,) = JsonLabels(FieldMap()).rows(value, key=b"", headers=headers, time=0)
    assert row.prediction_id == label.prediction_id == "e1"
    (keyed,) = JsonPredictions(FieldMap()).rows(value, key=b"k", headers=headers, time=0)
    assert keyed.prediction_id == "k"


@given(VALUES)
def test_whatever_is_in_an_envelope_raises_nothing_else(value: Any) -> None:
    for document in (
        {**CLOUD, "data": value},
        {**CLOUD, "data_base64": value},
        {**BRIDGE, "detail": value},
        {**SNS, "Message": value, "Timestamp": value},
        {"message": value, "subscription": value},
    ):
        with suppress(NotTaken):
            event_fields(json.dumps(document).encode(), FieldMap())


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (
            {**CLOUD, "datacontenttype": "application/xml", "data": "<a/>"},
            "data: holds no JSON object",
        ),
        ({**CLOUD, "data": 7}, "data: holds no JSON object, in what is CloudEvents"),
        (CLOUD, "data: missing"),
        ({**CLOUD, "data_base64": "no base64"}, "data_base64: holds no JSON object"),
        ({**SNS, "Message": "It works"}, "Message: holds no JSON object"),
        ({"message": {"data": "?"}, "subscription": "s"}, "message.data: holds no"),
    ],
)
def test_an_envelope_with_something_else_in_it_is_refused(
    document: dict[str, Any], why: str
) -> None:
    form = JsonPredictions(FieldMap(model="m"))
    with pytest.raises(NotTaken, match=why):
        form.rows(json.dumps(document).encode(), key=b"k", headers=(), time=0)


def test_data_in_base64_that_is_not_said_to_be_is_read() -> None:
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        json.dumps({**CLOUD, "data": ENCODED}).encode(), key=b"k", headers=(), time=0
    )
    assert (row.prediction_id, row.prediction) == ("a", 0.5)
