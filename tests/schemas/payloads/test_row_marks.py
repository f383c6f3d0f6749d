from typing import Any

import numpy as np
import orjson
import pytest

from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap
from tests.schemas.payloads.test_prediction_scanner import spans

EVENT: dict[str, Any] = {"prediction_id": "a", "features": {"x": 1}, "prediction": 0.5}
FLAT: dict[str, Any] = {"prediction_id": "a", "x": 1, "prediction": 0.5}
LABEL: dict[str, Any] = {"prediction_id": "a", "label": 1}


def is_taken(document: dict[str, Any], form: JsonPredictions | JsonLabels) -> bool:
    """Tell whether a document is an event, however it is read; else it must be a deletion."""
    value = orjson.dumps(document)
    scanned = form.scan(spans([value], [b"k"]))
    try:
        rows = form.rows(value, key=b"k", headers=(), time=5)
    except NothingToSay as skipped:
        is_left = scanned is None or not np.any(scanned.plain)
        return not (is_left and skipped.silence is Silence.DELETE)
    return len(rows) == 1


def taken(mark: dict[str, Any]) -> set[bool]:
    predictions = JsonPredictions(FieldMap(model="m"))
    return {
        is_taken({**EVENT, **mark}, predictions),
        is_taken({**FLAT, **mark}, predictions),
        is_taken({**LABEL, **mark}, JsonLabels(FieldMap())),
    }


@pytest.mark.parametrize(
    ("mark", "gone", "there"),
    [
        ("A_ENTTYP", ["DL", "UB"], ["PT", "UP", "RR"]),
        ("hvr_op", [0, "0", 3, 4], [1, "2"]),
        ("__$operation", [1, 3, "3"], [2, 4]),
        ("cdc$operation", [0, 3, 4], [1, 2, 9]),
        ("_ROW_KIND", ["-D", "-U", "DELETE"], ["+I", "+U"]),
        ("rowkind", ["-D", "-U"], ["+I", "+U"]),
        ("header__change_oper", ["D", "B"], ["I", "U"]),
        ("__op", ["d", 1], ["c", "u", 0]),
        ("_op", ["DELETE"], ["INSERT", "upsert"]),
        ("_CHANGE_TYPE", ["DELETE"], ["UPSERT", "insert"]),
        ("_change_type", ["delete", "update_preimage"], ["update_postimage"]),
        ("metadata$action", ["DELETE"], ["INSERT"]),
        ("INFA_OP_TYPE", ["DELETE_EVENT"], ["INSERT_EVENT"]),
        ("IBMSNAP_OPERATION", ["D"], ["I", "U"]),
        ("_hoodie_operation", ["D", "-U"], ["I", "+U"]),
        ("_FIVETRAN_DELETED", [True, "true", 1], [False, "false", 0, None]),
        ("__hevo__marked_deleted", [True], [False]),
        (
            "_deleted_at",
            ["2026-03-01T12:00:00Z", 1772366400],
            [None, "", "null", "0", 0, -1, False, [], {"op": 1}, "0001-01-01T00:00:00Z"],
        ),
        ("ChangeEventHeader", [{"changeType": "DELETE"}], [{"changeType": "UPDATE"}]),
    ],
)
def test_a_row_that_is_marked_as_gone_is_neither_prediction_nor_label(
    mark: str, gone: list[Any], there: list[Any]
) -> None:
    for value in gone:
        assert taken({mark: value}) == {False}
    for value in there:
        assert taken({mark: value}) == {True}


@pytest.mark.parametrize("name", ["Op", "OP", "op"])
def test_an_operation_that_stands_first_in_a_flat_record_may_be_of_anything(name: str) -> None:
    paths = {"prediction_id": "id", "prediction": "pred", "features": "*"}
    form = JsonPredictions(FieldMap(paths))
    assert is_taken({name: "D", "id": "a", "amount": 1, "pred": 1, "model": "m"}, form)
    assert is_taken({name: "D", **FLAT}, JsonPredictions(FieldMap(model="m")))


def test_what_a_feed_says_of_rows_that_are_there_costs_no_closer_look() -> None:
    marks: list[dict[str, Any]] = [
        {"A_ENTTYP": "PT"},
        {"hvr_op": 1},
        {"__$operation": 4},
        {"_change_type": "insert"},
        {"METADATA$ACTION": "INSERT"},
        {"__deleted": "false"},
        {"is_deleted": False},
        {"is_deleted": 0},
        {"deleted": "no"},
        {"deleted_at": ""},
        {"deleted_at": 0},
    ]
    values = [orjson.dumps({**EVENT, **mark}) for mark in marks]
    scanned = JsonPredictions(FieldMap(model="m")).scan(spans(values, [None] * len(values)))
    assert scanned is not None
    assert scanned.plain.all()


@pytest.mark.parametrize("mark", ["_deleted_at", "_ab_cdc_deleted_at", "deleted_at", "is_deleted"])
@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"-Infinity", b"false", b'{"op":1}'])
def test_no_time_of_a_deletion_deletes_nothing_whoever_reads_it(mark: str, value: bytes) -> None:
    form = JsonPredictions(FieldMap(model="m"))
    for event in (EVENT, FLAT):
        document = orjson.dumps(event)[:-1] + b',"' + mark.encode() + b'":' + value + b"}"
        (row,) = form.rows(document, key=b"k", headers=(), time=5)
        assert row.prediction == 0.5


@pytest.mark.parametrize("mark", ["deleted", "voided", "revoked", "withdrawn"])
def test_what_may_follow_from_a_prediction_does_not_take_it_back(mark: str) -> None:
    assert is_taken({**EVENT, mark: True}, JsonPredictions(FieldMap(model="m")))


@pytest.mark.parametrize("mark", [{"is_deleted": True}, {"deleted_at": "2026-03-01T12:00:00Z"}])
def test_what_is_deleted_beside_the_features_is_gone_and_among_them_a_feature(
    mark: dict[str, Any],
) -> None:
    form = JsonPredictions(FieldMap(model="m"))
    assert not is_taken({**EVENT, **mark}, form)
    assert not is_taken({"op": "u", "before": None, "after": {**EVENT, **mark}}, form)
    assert not is_taken({"prediction_id": "a", "features": {"x": 1}, **mark}, form)
    assert is_taken({**FLAT, **mark}, form)
    assert is_taken({**EVENT, "features": mark}, form)
    assert not is_taken({**LABEL, **mark}, JsonLabels(FieldMap()))
    (name,) = mark
    assert is_taken({**EVENT, **mark}, JsonPredictions(FieldMap({"label": name}, "m")))
