import io
import json
from typing import Any

import pytest

from app.play import dump
from app.play.files.json_rows import Document, documents, form_of
from app.play.files.line import Row
from app.play.roles import ColumnRoles
from schemas.payloads.rows import FieldMap

EVENT: dict[str, Any] = {
    "prediction_id": "i1",
    "model": "m",
    "version": "3",
    "timestamp": 1_700_000_000,
    "features": {"x": 1, "user": {"age": 41}, "label": "q"},
    "prediction": 1,
}
PLAIN = FieldMap()


def _values(text: str, fields: FieldMap = PLAIN) -> dict[str, Any]:
    form = form_of(text)
    assert form is not None
    (found,) = dump.rows(documents(io.StringIO(text), form), fields)
    assert isinstance(found, Row)
    return found.values


def _document(value: Any) -> Document:
    return Document(1, value, json.dumps(value))


def test_features_have_their_own_names_and_a_field_s_name_is_told_from_a_feature_s() -> None:
    found = _values(json.dumps(EVENT))

    assert found == {
        "prediction_id": "i1", "model": "m", "version": "3", "timestamp": 1_700_000_000,
        "prediction": 1, "x": 1, "user.age": 41, "features.label": "q",
    }  # fmt: skip
    assert dump.roles_of(ColumnRoles()).names["features.label"] == "label"


@pytest.mark.parametrize(
    "line",
    [
        'CreateTime:1700000000000\tk1\t{"features": {"x": 1}, "prediction": 1}',
        'CreateTime:1700000000000\tPartition:0\tk1\t{"features": {"x": 1}, "prediction": 1}',
        json.dumps(
            {
                "topic": "t", "partition": 0, "offset": 7, "ts": 1700000000000, "key": "k1",
                "payload": '{"features": {"x": 1}, "prediction": 1}',
            }
        ),
        json.dumps(
            {
                "topic": "t", "partition": 0, "offset": 7, "timestamp": 1700000000000,
                "key": "k1", "value": {"features": {"x": 1}, "prediction": 1},
            }
        ),
    ],
)  # fmt: skip
def test_a_consumer_s_key_and_time_are_those_of_an_event_without(line: str) -> None:
    assert _values(line) == {
        "prediction": 1,
        "x": 1,
        "prediction_id": "k1",
        "timestamp": 1_700_000_000_000,
    }


def test_ids_versions_and_segments_keep_the_digits_that_they_were_written_with() -> None:
    found = _values(
        '{"prediction_id": 12345678901234567890123, "version": 1.10, "features": {},'
        ' "prediction": 1, "segment": {"tier": 2.50}}'
    )

    assert found["prediction_id"] == "12345678901234567890123"
    assert found["version"] == "1.10"
    assert found["segment"] == {"tier": "2.50"}


def test_fields_are_looked_for_where_the_topic_has_them() -> None:
    fields = FieldMap({"features": "payload.in", "prediction": "payload.out"})
    document = {"payload": {"in": {"x": 1}, "out": 2}, "prediction_id": "a"}

    assert dump.is_dump([_document(document)], fields)
    assert _values(json.dumps(document), fields) == {"prediction_id": "a", "prediction": 2, "x": 1}


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        (EVENT, True),
        ({"prediction_id": "a", "prediction": 1, "amount": 5}, True),
        ({"id": "a", "prediction": 1, "amount": 5}, False),
        ([1], False),
    ],
)
def test_a_dump_is_known_by_its_documents(document: Any, wanted: bool) -> None:
    assert dump.is_dump([_document(document)], PLAIN) is wanted
    assert not dump.is_dump([], PLAIN)
