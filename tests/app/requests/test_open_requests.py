from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from agents.records.record import Record
from app.requests.open_requests import open_requests
from schemas.documents import examples

REQUEST = examples.RETRAIN_REQUEST
AFTER, BEFORE = "2026-03-01T13:00:00.000Z", "2026-03-01T11:00:00.000Z"


def record(value: bytes | None) -> Record:
    return cast("Record", SimpleNamespace(value=value))


def request(**more: Any) -> Record:
    return record(orjson.dumps({**REQUEST, **more}))


def event(kind: str, time: str | None, **more: Any) -> Record:
    document = {"type": kind, "model": "fraud", "version": "9", "timestamp": time, **more}
    return record(orjson.dumps(document))


@pytest.mark.parametrize(
    ("answer", "is_open"),
    [
        (event("retrain_completed", AFTER), False),
        (event("retrain_failed", AFTER), False),
        (event("version_deployed", AFTER), False),
        (event("version_deployed", BEFORE), True),
        (event("retrain_failed", BEFORE, request_id=REQUEST["request_id"]), False),
        (event("retrain_completed", None), False),
        (event("retrain_started", AFTER), True),
        (event("rolled_back", AFTER), True),
        (event("retrain_completed", AFTER, model="churn"), True),
    ],
)
def test_a_request_is_open_until_it_is_answered(answer: Record, *, is_open: bool) -> None:
    found, strange = open_requests([request()], [answer])
    assert (len(found) == 1, strange) == (is_open, 0)


def test_the_latest_request_of_a_model_is_told_once_with_its_beginning() -> None:
    later = {"request_id": "later", "requested_at": AFTER}
    again = [request(**later), request(), request(**later), request(model="churn")]
    found, _ = open_requests(again, [event("retrain_started", AFTER, request_id="later")])
    assert [(each.request.model, each.request.request_id) for each in found] == [
        ("churn", REQUEST["request_id"]),
        ("fraud", "later"),
    ]
    assert [each.started_at for each in found] == [None, AFTER]
    assert found[1].document()["started_at"] == AFTER


def test_a_request_of_an_earlier_release_is_told_as_far_as_it_goes() -> None:
    old = {name: each for name, each in REQUEST.items() if name not in {"replaces", "expires_at"}}
    (found,), _ = open_requests([record(orjson.dumps(old))], [])
    text = "\n".join(found.lines())
    assert "expires at a time that it does not say" in text
    assert "would replace version 3" in text


def test_records_that_are_neither_are_counted() -> None:
    assert open_requests([record(b"{}"), record(None)], [record(b"x")]) == ([], 3)
