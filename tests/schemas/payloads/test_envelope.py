from typing import Any

import pytest

from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.envelope import open_envelope

ROW = {"id": 1, "x": 2.5}


@pytest.mark.parametrize("operation", ["c", "r", "u"])
def test_the_row_after_a_change_is_the_document(operation: str) -> None:
    change = {"op": operation, "before": None, "after": ROW}
    assert open_envelope(change) == ROW
    assert open_envelope({"schema": {}, "payload": change}) == ROW
    assert open_envelope({"schema": {}, "payload": '{"id": 1, "x": 2.5}'}) == ROW
    assert open_envelope(change, mapped=True) is change


@pytest.mark.parametrize(
    "document",
    [
        {"op": "d", "before": ROW, "after": None},
        {"op": "d", "before": ROW},
        {"op": "t", "before": None, "after": None},
        {"op": "t", "source": {}, "ts_ms": 1},
        {"op": "u", "before": ROW, "after": None},
        {"op_type": "D", "before": ROW, "after": None},
        {"schema": None, "payload": {"op": "d", "before": ROW, "after": None}},
        {"database": "d", "table": "t", "type": "delete", "ts": 1, "data": ROW},
        {"data": ROW, "metadata": {"operation": "delete", "record-type": "data"}},
        {**ROW, "__deleted": "true"},
        {**ROW, "__deleted": True},
        {"schema": {}, "payload": {**ROW, "__deleted": "true"}},
    ],
)
@pytest.mark.parametrize("mapped", [True, False])
def test_a_deletion_says_nothing(document: dict[str, Any], mapped: bool) -> None:
    with pytest.raises(NothingToSay) as skipped:
        open_envelope(document, mapped=mapped)
    assert skipped.value.silence is Silence.DELETE


@pytest.mark.parametrize(
    "row",
    [
        {"id": {"value": 1, "set": True}, "x": {"value": 2.5, "set": True}},
        {"id": {"value": 1}, "x": {"value": 2.5}, "unchanged": None},
    ],
)
def test_cells_of_a_row_are_its_values(row: dict[str, Any]) -> None:
    assert open_envelope({"op": "c", "before": None, "after": row}) == ROW


def test_an_object_among_values_is_no_cell() -> None:
    row = {**ROW, "y": {"value": 1}}
    assert open_envelope({"op": "c", "before": None, "after": row}) == row


@pytest.mark.parametrize("operation", ["insert", "update", "INSERT", "load"])
def test_the_row_in_the_data_of_maxwell_and_dms_is_the_document(operation: str) -> None:
    maxwell = {"database": "d", "table": "t", "type": operation, "data": ROW, "old": {"x": 1}}
    dms = {"data": ROW, "metadata": {"operation": operation, "table-name": "t"}}
    for message in (maxwell, dms):
        assert open_envelope(message) == ROW
        assert open_envelope(message, mapped=True) is message


def test_an_empty_payload_is_a_tombstone() -> None:
    with pytest.raises(NothingToSay) as skipped:
        open_envelope({"schema": None, "payload": None})
    assert skipped.value.silence is Silence.TOMBSTONE


@pytest.mark.parametrize(
    "document",
    [
        ROW,
        {"op": "create", "after": ROW},
        {"op": "d", "amount": 3},
        {"op": 1, "before": ROW, "after": None},
        {"op": "u", "after": 5},
        {"payload": ROW, "other": 1},
        {"data": ROW, "metadata": {"version": 1}},
        {"data": ROW, "metadata": {"operation": "predict"}, "label": 1},
        {"data": ROW, "metadata": {"operation": ["delete"]}},
        {"data": [ROW], "database": "d", "table": "t", "type": "delete"},
        {"data": ROW, "type": "delete"},
        {"schema": {}, "payload": [1]},
        {"payload": ROW, "schema": 1, "model": "m"},
        {**ROW, "__deleted": "false"},
        {**ROW, "__deleted": []},
    ],
)
def test_a_document_that_looks_like_an_envelope_stays_as_it_is(document: dict[str, Any]) -> None:
    assert open_envelope(document) == document
