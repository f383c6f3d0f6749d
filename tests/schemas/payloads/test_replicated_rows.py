import base64
from typing import Any

import orjson
import pytest

from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.prediction_fields import PredictionFields
from schemas.payloads.rows import FieldMap
from tests.schemas.payloads.test_prediction_scanner import spans

ROW = {"prediction_id": "p1", "amount": 12.5, "prediction": 1}
QLIK = {"changeSequence": "1", "timestamp": "2026-03-01T12:00:00.000"}
COLUMNS = [{"name": name, "type": "any", "value": each} for name, each in ROW.items()]
CHANGE = {"kind": "insert", "schema": "public", "table": "p"}
COUCHBASE = {"key": "p1", "cas": 1, "bySeqno": 2, "revSeqno": 3, "partition": 1}
IN_BASE64 = base64.b64encode(orjson.dumps(ROW)).decode()
ABOUT = {"table_name": "p", "commit_timestamp": "2026-03-01T12:00:00Z"}

LEFT: dict[str, dict[str, Any]] = {
    "CockroachDB": {"after": ROW},
    "CockroachDB, updated": {"after": ROW, "updated": "1536168541.0000000000"},
    "CockroachDB, diff": {"after": ROW, "before": None, "key": [7], "topic": "p"},
    "CockroachDB, webhook": {"payload": [{"after": ROW, "key": [7]}], "length": 1},
    "Materialize": {"before": {"x": 1}, "after": ROW, "transaction": None},
    "RisingWave": {"payload": {"before": None, "after": ROW, "op": "c", "source": {}}},
    "Qlik": {
        "magic": "atMSG",
        "type": "DT",
        "message": {"data": ROW, "beforeData": None, "headers": {**QLIK, "operation": "UPDATE"}},
    },
    "Qlik, without its envelope": {"data": ROW, "headers": {**QLIK, "operation": "REFRESH"}},
    "Airbyte": {"_airbyte_ab_id": "u", "_airbyte_emitted_at": 5, "_airbyte_data": ROW},
    "Airbyte, in a text": {"_airbyte_raw_id": "u", "_airbyte_data": orjson.dumps(ROW).decode()},
    "Striim": {"metadata": {"OperationName": "INSERT"}, "data": ROW, "before": None},
    "wal2json": {
        "change": [{**CHANGE, "columnnames": list(ROW), "columnvalues": list(ROW.values())}]
    },
    "wal2json 2": {"action": "I", "schema": "public", "table": "p", "columns": COLUMNS},
    "Spanner": {**ABOUT, "mod_type": "INSERT", "mods": [{"keys": {}, "new_values": ROW}]},
    "Spanner, texts": {"modType": "UPDATE", "newValuesJson": orjson.dumps(ROW).decode()},
    "Datastream": {"source_metadata": {"change_type": "INSERT"}, "payload": ROW},
    "Couchbase": {**COUCHBASE, "event": "mutation", "content": ROW},
    "Couchbase, bytes": {**COUCHBASE, "event": "mutation", "content": IN_BASE64},
    "in a text of Kafka Connect": {
        "schema": {"type": "string"},
        "payload": orjson.dumps({"after": ROW, "updated": "1536168541.0000000000"}).decode(),
    },
}

GONE: dict[str, dict[str, Any]] = {
    "CockroachDB": {"after": None},
    "CockroachDB, updated": {"after": None, "updated": "1536168541.0000000000"},
    "CockroachDB, diff": {"after": None, "before": ROW},
    "RisingWave": {"payload": {"before": ROW, "after": None, "op": "d"}},
    "Qlik": {"message": {"data": ROW, "headers": {**QLIK, "operation": "DELETE"}}},
    "Qlik, without its envelope": {"data": ROW, "headers": {**QLIK, "operation": "DELETE"}},
    "Airbyte": {"_airbyte_data": {**ROW, "_ab_cdc_deleted_at": "2026-03-01T12:00:00Z"}},
    "Airbyte, flat": {**ROW, "_ab_cdc_deleted_at": "2026-03-01T12:00:00Z"},
    "Stitch": {**ROW, "_sdc_deleted_at": "2026-03-01T12:00:00Z"},
    "Estuary": {**ROW, "_meta": {"op": "d", "uuid": "u"}},
    "PeerDB": {**ROW, "_peerdb_is_deleted": 1},
    "Striim": {"metadata": {"OperationName": "DELETE"}, "data": ROW},
    "GoldenGate, by rows": {**ROW, "op_type": "D", "op_ts": "2026-03-01 12:00:00", "pos": "0"},
    "Debezium, flat": {**ROW, "op": "d", "ts_ms": 1772366400000},
    "wal2json": {"change": [{**CHANGE, "kind": "delete", "oldkeys": {}}]},
    "wal2json 2": {"action": "D", "schema": "public", "table": "p", "identity": COLUMNS},
    "Spanner": {**ABOUT, "mod_type": "DELETE", "mods": [{"keys": {"id": 7}, "old_values": ROW}]},
    "Datastream": {"source_metadata": {"change_type": "DELETE"}, "payload": ROW},
    "Couchbase": {**COUCHBASE, "event": "deletion", "content": None},
    "Couchbase, expired": {**COUCHBASE, "event": "expiration", "content": None},
    "Flink": {**ROW, "row_kind": "-U"},
    "Flink, Paimon": {**ROW, "$row_kind": "-D"},
    "Materialize, differences": {**ROW, "mz_timestamp": "1648567756801", "mz_diff": -1},
    "in a text of Kafka Connect": {
        "schema": {"type": "string"},
        "payload": orjson.dumps({"operationType": "delete", "documentKey": {"_id": 1}}).decode(),
    },
}


@pytest.mark.parametrize("message", LEFT.values(), ids=LEFT)
def test_the_row_that_a_replicator_has_left_is_the_event(message: dict[str, Any]) -> None:
    value = orjson.dumps(message)
    form = JsonPredictions(FieldMap(model="m"))
    scanned = form.scan(spans([value], [b"k"]))
    assert scanned is not None
    assert not scanned.plain[0]
    (row,) = form.rows(value, key=b"k", headers=(), time=5)
    assert (row.prediction_id, row.prediction, row.features) == ("p1", 1, {"amount": 12.5})


@pytest.mark.parametrize("message", GONE.values(), ids=GONE)
def test_what_a_replicator_has_deleted_says_nothing(message: dict[str, Any]) -> None:
    value = orjson.dumps(message)
    form = JsonPredictions(FieldMap(model="m"))
    scanned = form.scan(spans([value], [b"k"]))
    assert scanned is not None
    assert not scanned.plain[0]
    labels = JsonLabels(FieldMap({"label": "prediction"}))
    at_once = labels.scan(spans([value], [b"k"]))
    assert at_once is not None
    assert not at_once.plain[0]
    for reader in (form, labels):
        with pytest.raises(NothingToSay) as raised:
            reader.rows(value, key=b"k", headers=(), time=5)
        assert raised.value.silence is Silence.DELETE


def test_a_deletion_says_nothing_where_the_settings_lead_into_its_message() -> None:
    paths = {"prediction_id": "message.data.prediction_id", "prediction": "message.data.prediction"}
    value = orjson.dumps(GONE["Qlik"])
    form = JsonPredictions(PredictionFields(paths, "m"))
    scanned = form.scan(spans([value], [b"k"]))
    assert scanned is not None
    assert not scanned.plain[0]
    with pytest.raises(NothingToSay):
        form.rows(value, key=b"k", headers=(), time=5)
    (row,) = form.rows(orjson.dumps(LEFT["Qlik"]), key=b"k", headers=(), time=5)
    assert (row.prediction_id, row.prediction) == ("p1", 1)


def test_paths_into_a_content_lead_into_a_row_that_is_not_of_couchbase() -> None:
    paths = {"prediction": "content.score", "prediction_id": "id", "features": "*"}
    form = JsonPredictions(PredictionFields(paths, "m"))
    row = {"id": "a", "content": {"score": 0.5}, "x": 1}
    value = orjson.dumps({"after": row, "updated": "1.0", "key": ["a"]})
    scanned = form.scan(spans([value], [b"k"]))
    assert scanned is None or not scanned.plain[0]
    (found,) = form.rows(value, key=b"k", headers=(), time=5)
    assert (found.prediction_id, found.prediction, found.features) == ("a", 0.5, {"x": 1})


def test_paths_into_the_content_of_couchbase_lead_into_its_message() -> None:
    paths = {"prediction_id": "key", "prediction": "content.prediction"}
    value = orjson.dumps({**COUCHBASE, "event": "mutation", "content": ROW})
    (found,) = JsonPredictions(PredictionFields(paths, "m")).rows(
        value, key=b"k", headers=(), time=5
    )
    assert (found.prediction_id, found.prediction) == ("p1", 1)


def test_of_several_changes_those_that_leave_a_row_are_events() -> None:
    rows = [{**ROW, "prediction_id": name} for name in ("a", "b")]
    changes: list[dict[str, Any]] = [
        {**CHANGE, "columnnames": list(row), "columnvalues": list(row.values())} for row in rows
    ]
    value = orjson.dumps({"change": [changes[0], {**CHANGE, "kind": "delete"}, changes[1]]})
    found = JsonPredictions(FieldMap(model="m")).rows(value, key=None, headers=(), time=5)
    assert [row.prediction_id for row in found] == ["a", "b"]


@pytest.mark.parametrize(
    "event",
    [
        {"data": {"x": 1}, "headers": {"operation": "DELETE"}},
        {"metadata": {"OperationName": 5}, "data": {"x": 1}},
        {"action": "D", "amount": 5},
        {"action": "I", "table": "p", "columns": ["a"]},
        {"op_type": "D", "amount": 1},
        {"op": "t", "amount": 1},
        {"payload": [1], "length": 1},
        {"_meta": {"op": "c"}, "amount": 1},
        {"_peerdb_is_deleted": 0, "amount": 1},
        {"after": "yes"},
        {"before": 1.5, "after": None},
        {"op": "d", "source": "web", "amount": 1},
        {"op": "m", "source": "web", "amount": 1},
        {"action": "D", "table": 12, "amount": 5},
        {"action": "D", "schema": "s", "table": "p", "amount": 5},
        {"mod_type": "DELETE", "amount": 5},
        {"payload": {"op": 1, "before": 2.5}},
        {"mod_type": "INSERT", "mods": "x"},
    ],
)
def test_documents_with_some_of_their_members_are_as_they_are(event: dict[str, Any]) -> None:
    value = orjson.dumps(event)
    (row,) = JsonPredictions(FieldMap(model="m")).rows(value, key=b"k", headers=(), time=5)
    assert row.features
