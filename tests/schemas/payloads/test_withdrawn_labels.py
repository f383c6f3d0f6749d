from typing import Any

import numpy as np
import orjson
import pytest

from schemas.events.left_out import LeftOut, Oddity
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.rows import FieldMap, LabelRow
from schemas.payloads.withdrawn import takes_back
from tests.schemas.payloads.test_prediction_scanner import spans

LABEL: dict[str, Any] = {"prediction_id": "a", "label": 1}


def read(document: Any, fields: FieldMap | None = None) -> list[LabelRow]:
    """What a document is, alone; none of these is read at once, where nothing would be told."""
    value = orjson.dumps(document)
    form = JsonLabels(fields or FieldMap())
    scanned = form.scan(spans([value], [b"k"]))
    assert scanned is None or not scanned.plain[0]
    return list(form.rows(value, key=b"k", headers=(), time=5))


def as_it_is(document: Any) -> list[LabelRow]:
    """What a document is, whether it is read at once or not."""
    return list(JsonLabels(FieldMap()).rows(orjson.dumps(document), key=b"k", headers=(), time=5))


def is_read_at_once(document: Any) -> bool:
    """Tell whether a label needs no closer look; it is one."""
    value, form = orjson.dumps(document), JsonLabels(FieldMap())
    scanned = form.scan(spans([value], [b"k"]))
    if scanned is None or not scanned.plain[0]:
        return False
    (row,) = form.rows(value, key=b"k", headers=(), time=5)
    return scanned.values(np.array([0])) == [row.label]


@pytest.mark.parametrize(
    "name", ["retracted", "is_deleted", "Withdrawn", "isRevoked", "void", "is_voided"]
)
def test_a_label_that_is_taken_back_is_no_label(name: str) -> None:
    for yes in (True, 1, "true", "1"):
        with pytest.raises(NothingToSay) as raised:
            read({**LABEL, name: yes})
        assert raised.value.silence is Silence.DELETE
    for no in (False, 0, "false", None, "no", [1]):
        assert [row.label for row in as_it_is({**LABEL, name: no})] == [1]


@pytest.mark.parametrize(
    "said",
    [
        {"op": "delete"},
        {"event_type": "LABEL_RETRACTED"},
        {"type": "label.deleted"},
        {"operation": "Delete"},
        {"status": "retracted"},
        {"label_status": "revoked"},
        {"event": "LabelWithdrawn"},
        {"deleted_at": "2026-03-01T12:00:00Z"},
    ],
)
def test_a_label_is_taken_back_by_what_became_of_it(said: dict[str, Any]) -> None:
    with pytest.raises(NothingToSay) as raised:
        read({**LABEL, **said})
    assert raised.value.silence is Silence.DELETE
    (name,) = said
    if name != "op":  # of a change feed by its look
        assert is_read_at_once({**LABEL, name: "label"}) is not takes_back(name)


@pytest.mark.parametrize("name", ["invalidated_at", "retracted_at", "deleted_on"])
def test_a_time_that_may_be_to_come_or_of_anything_takes_no_event_back(name: str) -> None:
    for time in ("2099-01-01", "2026-01-01", 1772366400):
        assert [row.label for row in as_it_is({**LABEL, name: time})] == [1]
        paths = {"prediction_id": "id", "prediction": "pred", "features": "*"}
        value = orjson.dumps({"id": "a", name: time, "x": 1, "pred": 1, "model": "m"})
        form = JsonPredictions(FieldMap(paths))
        (row,) = form.rows(value, key=None, headers=(), time=5)
        assert (row.prediction_id, row.prediction) == ("a", 1)
        assert row.features == {name: time, "x": 1}


@pytest.mark.parametrize(
    "said",
    [
        {"action": "delete"},
        {"status": "removed"},
        {"type": "labels"},
        {"type": "withdrawal"},
        {"operation": "withdraw"},
        {"status": "voided"},
        {"event": "removed"},
        {"event_type": "delete"},
        {"deleted_at": "0001-01-01T00:00:00Z"},
        {"deleted_at": "1970-01-01 00:00:00"},
        {"deleted_at": "None"},
        {"deleted_at": "NaT"},
        {"deleted_at": "-infinity"},
        {"deleted_at": "-62135596800"},
        {"deleted_at": "1969-12-31T16:00:00-08:00"},
        {"deleted_at": 253_402_214_400_000},
        {"deleted_at": "253402214400"},
        {"deleted_at": -1},
    ],
)
def test_what_became_of_something_else_takes_no_label_back(said: dict[str, Any]) -> None:
    assert [row.label for row in as_it_is({**LABEL, **said})] == [1]


@pytest.mark.parametrize(
    "other", [{"account.deleted": True}, {"op": "m", "source": "analyst"}, {"deleted_by": 1}]
)
def test_what_else_was_deleted_takes_no_label_back(other: dict[str, Any]) -> None:
    (row,) = JsonLabels(FieldMap()).rows(
        orjson.dumps({**LABEL, **other}), key=b"k", headers=(), time=5
    )
    assert row.label == 1


def test_others_beside_it_keep_their_numbers() -> None:
    rows = read([{"label": 1}, {"label": 2, "retracted": True}, {"label": 3}])
    assert [(row.prediction_id, row.label) for row in rows] == [("k/0", 1), ("k/2", 3)]


@pytest.mark.parametrize(
    "other",
    [
        {"chargeback": True},
        {"y": 0.5},
        {"is_fraud": False},
        {"paid_back": "no"},
        {"amount_in_the_end": "12.50"},
        {"bought": [0, 1, 0]},
        {"Verdict": "genuine"},
        {"feedback": "thumbs_up"},
        {"value": "fraud"},
        {"final_decision": "genuine"},
    ],
)
def test_a_label_whose_name_nobody_knows_is_not_one_that_is_not_known_yet(
    other: dict[str, Any],
) -> None:
    with pytest.raises(NothingToSay) as raised:
        read({"prediction_id": "a", "timestamp": 1772366400, **other})
    assert raised.value.silence is Silence.UNNAMED
    (name,) = other
    assert read({"prediction_id": "a", **other}, FieldMap(rates=(name,), paths={"label": name}))


@pytest.mark.parametrize(
    "event",
    [
        {"prediction_id": "a"},
        {"prediction_id": "a", "label": None, "chargeback": True},
        {"prediction_id": "a", "timestamp": 1772366400, "model": "m", "reason": None},
        {"prediction_id": "a", "status": "pending", "analyst": "bob", "tags": ["new", "late"]},
        {"prediction_id": "a", "verdict": None, "chargeback": "", "clicks": [], "feedback": {}},
    ],
)
def test_a_label_that_is_not_known_yet_says_nothing(event: dict[str, Any]) -> None:
    with pytest.raises(NothingToSay) as raised:
        read(event)
    assert raised.value.silence is Silence.UNLABELLED


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("label_status", "pending"),
        ("labelStatus", "PENDING"),
        ("ground_truth_status", "unlabeled"),
        ("annotation_status", "in_progress"),
    ],
)
def test_a_label_whose_status_is_pending_is_not_known_yet(name: str, status: str) -> None:
    with pytest.raises(NothingToSay) as raised:
        read({**LABEL, name: status})
    assert raised.value.silence is Silence.UNLABELLED
    assert is_read_at_once({**LABEL, name: "final"})
    named = JsonLabels(FieldMap(paths={"version": name}))
    (row,) = named.rows(orjson.dumps({**LABEL, name: status}), key=b"k", headers=(), time=5)
    assert (row.label, row.version) == (1, status)


@pytest.mark.parametrize(
    "other",
    [
        {"status": "pending"},
        {"order_status": "in_progress"},
        {"label_status": "provisional"},
        {"label_status": None},
        {"label_status": ["pending"]},
        {"about": {"label_status": "pending"}},
    ],
)
def test_what_else_is_pending_leaves_a_label_as_it_is(other: dict[str, Any]) -> None:
    assert [row.label for row in as_it_is({**LABEL, **other})] == [1]


def test_several_labels_that_are_none_are_counted_as_what_says_most() -> None:
    unknown, unnamed = {"prediction_id": "a"}, {"prediction_id": "b", "chargeback": True}
    gone = {**LABEL, "deleted": True}
    for events, silence in (
        ([unknown, unknown], Silence.UNLABELLED),
        ([unknown, gone], Silence.DELETE),
        ([gone, unnamed, unknown], Silence.UNNAMED),
    ):
        with pytest.raises(NothingToSay) as raised:
            read(events)
        assert raised.value.silence is silence
    (row,) = read([unknown, LABEL, unnamed])
    assert row.left_out == [LeftOut("label", Oddity.NULL), LeftOut("label", Oddity.OTHER_NAME)]


def test_a_time_or_an_id_under_another_name_alone_is_told() -> None:
    (row,) = read({**LABEL, "event_time": "2026-03-01T12:00:00Z", "score": 1})
    assert row.left_out == [LeftOut("timestamp", Oddity.OTHER_NAME)]
    (row,) = read({"predictionId": "b", "label": 1})
    assert row.left_out == [LeftOut("prediction_id", Oddity.OTHER_NAME)]
