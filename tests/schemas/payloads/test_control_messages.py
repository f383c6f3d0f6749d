from typing import Any

import orjson
import pytest

from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.control_messages import is_control
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap
from tests.schemas.payloads.test_prediction_scanner import spans

MESSAGES: dict[str, dict[str, Any]] = {
    "Debezium's heartbeat": {"ts_ms": 1772366400000},
    "Debezium's transactions": {
        "status": "END",
        "id": "571:5",
        "ts_ms": 1,
        "event_count": 2,
        "data_collections": None,
    },
    "Debezium's schema change": {
        "source": {"connector": "mysql"},
        "databaseName": "shop",
        "ddl": "CREATE TABLE p",
        "tableChanges": [],
    },
    "Debezium's notification": {
        "id": "c4",
        "aggregate_type": "Initial Snapshot",
        "type": "STARTED",
        "additional_data": {},
    },
    "Debezium's signal": {"id": "x-open", "type": "snapshot-window-open", "data": "{}"},
    "in Kafka Connect": {"schema": {"type": "struct"}, "payload": {"ts_ms": 1772366400000}},
    "Maxwell, table": {"type": "table-alter", "database": "shop", "table": "p", "def": {"a": 1}},
    "Maxwell, database": {"type": "database-create", "database": "shop", "charset": "utf8"},
    "Maxwell, bootstrap": {"type": "bootstrap-start", "database": "s", "table": "p", "data": {}},
    "Canal, structure": {
        "data": None,
        "database": "shop",
        "table": "p",
        "isDdl": True,
        "type": "ALTER",
    },
    "Canal, query": {"data": None, "database": "s", "table": "p", "isDdl": False, "type": "QUERY"},
    "TiDB": {"data": None, "database": "", "isDdl": False, "type": "TIDB_WATERMARK"},
    "TiCDC, watermark": {"version": 1, "type": "WATERMARK", "commitTs": 4479, "buildTs": 17089},
    "TiCDC, structure": {"type": "ALTER", "commitTs": 4479, "sql": "ALTER TABLE p", "buildTs": 1},
    "TiCDC, bootstrap": {"type": "BOOTSTRAP", "commitTs": 0, "tableSchema": {"table": "p"}},
    "DMS": {"metadata": {"record-type": "control", "operation": "create-table"}},
    "Qlik": {
        "magic": "atMSG",
        "type": "MD",
        "message": {"schemaId": "x", "lineage": {}, "tableStructure": {}},
    },
    "Airbyte": {"type": "STATE", "state": {"data": {"cursor": 1}}},
    "Airbyte, log": {"type": "LOG", "log": {"level": "INFO", "message": "x"}},
    "Singer, state": {"type": "STATE", "value": {}},
    "Singer, schema": {"type": "SCHEMA", "stream": "p", "schema": {}, "key_properties": ["id"]},
    "CockroachDB": {"resolved": "1536168541.0000000000"},
    "CockroachDB, bare": {"__crdb__": {"resolved": "1536168541.0000000000"}},
    "wal2json, begin": {"action": "B", "xid": 5},
    "wal2json, truncate": {"action": "T", "schema": "public", "table": "p"},
    "wal2json, no change": {"change": [], "timestamp": "2026-03-01 12:00:00+00"},
    "MongoDB": {"_id": {"_data": "x"}, "operationType": "drop", "ns": {"db": "d", "coll": "c"}},
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_messages_without_a_row_are_skipped_though_the_settings_name_the_model(
    message: dict[str, Any],
) -> None:
    value = orjson.dumps(message)
    form = JsonPredictions(FieldMap(model="m"))
    scanned = form.scan(spans([value], [b"k"]))
    assert scanned is not None
    assert not scanned.plain[0]
    paths = {"prediction": "data.prediction", "prediction_id": "after.id"}
    for reader in (
        form,
        JsonPredictions(FieldMap(paths, model="m")),
        JsonLabels(FieldMap(model="m")),
        JsonLabels(FieldMap()),
    ):
        with pytest.raises(NothingToSay) as raised:
            reader.rows(value, key=b"k", headers=(), time=5)
        assert raised.value.silence is Silence.CONTROL


@pytest.mark.parametrize(
    "event",
    [
        {"resolved": True},
        {"resolved": "yes", "amount": 1},
        {"ts_ms": 5, "amount": 1},
        {"type": "STATE", "amount": 1},
        {"type": "STATE", "value": 12.5, "amount": 1},
        {"type": "SCHEMA", "key_properties": 2},
        {"resolved": "yes"},
        {"ddl": 5, "source": "web"},
        {"type": "LOG", "log": "x"},
        {"type": "table", "database": "d"},
        {"action": "B", "amount": 1},
        {"operationType": "drop", "amount": 2},
        {"change": [1]},
        {"metadata": {"record-type": "data"}, "amount": 1},
        {"status": "BEGINNER", "id": 1, "event_count": 2, "data_collections": 3},
        {"isDdl": False, "database": 1, "data": None},
        {"type": "INSERT", "commitTs": 1, "buildTs": 2},
        {"type": "ALTER", "commitTs": 1, "amount": 2},
    ],
)
def test_events_that_have_some_of_their_members_are_events(event: dict[str, Any]) -> None:
    assert not is_control(event)
    (row,) = JsonPredictions(FieldMap(model="m")).rows(
        orjson.dumps(event), key=b"k", headers=(), time=5
    )
    assert row.features


def test_a_message_without_a_row_beside_events_costs_only_itself() -> None:
    event = {"model": "m", "features": {"x": 1}, "prediction": 1}
    value = orjson.dumps([MESSAGES["CockroachDB"], event, {**event, "__deleted": True}])
    (row,) = JsonPredictions(FieldMap()).rows(value, key=b"k", headers=(), time=5)
    assert row.features == {"x": 1}
