from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from agents.records.record import Record
from app.requests.open_requests import open_requests
from schemas.documents import examples
from schemas.events.times import format_time, parse_time

REQUEST = examples.RETRAIN_REQUEST
_OLD = {
    "request_id",
    "model",
    "version",
    "trigger",
    "alerts",
    "features",
    "data_since",
    "requested_at",
    "cooldown_until",
    "message",
}
"""The fields of a request of the first release that made any."""

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


def test_there_is_a_request_of_each_version_and_a_failure_is_that_of_one() -> None:
    requests = [request(), request(version="4", request_id="other")]
    assert len(open_requests(requests, [])[0]) == 2
    (left,), _ = open_requests(requests, [event("retrain_failed", AFTER, request_id="other")])
    assert left.request.version == "3"
    assert open_requests(requests, [event("retrain_completed", AFTER, request_id="other")]) == (
        [],
        0,
    )


def test_who_took_it_on_is_told_and_signals_are_no_strange_records() -> None:
    signal = record(orjson.dumps(examples.RETRAIN_SIGNAL))
    taken = event("retrain_acknowledged", AFTER, request_id=REQUEST["request_id"])
    other = event("retrain_started", AFTER, request_id="of nothing")
    (found,), strange = open_requests([request()], [signal, taken, other])
    assert strange == 0
    assert (found.acknowledged_at, found.started_at) == (AFTER, None)
    assert found.lines()[-1] == f"  1 alerts; retraining not begun, taken on at {AFTER}"


def test_labelled_rows_and_conditions_of_rows_are_told_to_people() -> None:
    training = {**REQUEST["training"], "labelled_rows": 20, "is_enough": False}
    signals = [examples.RETRAIN_SIGNAL["signal"]]
    (found,), _ = open_requests([request(training=training, signals=signals)], [])
    text = "\n".join(found.lines())
    assert ", 20 of them labelled (not enough yet)" in text
    assert "1 alerts, 1 conditions of rows" in text
    assert "priority high" in text


def test_a_request_of_an_earlier_release_is_told_as_far_as_it_goes() -> None:
    old = {name: each for name, each in REQUEST.items() if name in _OLD}
    (found,), _ = open_requests([record(orjson.dumps(old))], [])
    text = "\n".join(found.lines())
    assert "expires at a time that it does not say" in text
    assert "would replace version 3" in text


def test_records_that_are_neither_are_counted() -> None:
    assert open_requests([record(b"{}"), record(None)], [record(b"x")]) == ([], 3)


def test_it_is_open_for_longer_once_someone_is_at_it_as_if_it_had_been_made_then() -> None:
    (asked,), _ = open_requests([request()], [])
    assert asked.expires == parse_time(REQUEST["expires_at"])
    lasts = asked.expires - parse_time(REQUEST["requested_at"])
    events = [event("retrain_acknowledged", BEFORE), event("retrain_started", AFTER)]
    (taken,), _ = open_requests([request()], events)
    assert taken.expires == parse_time(AFTER) + lasts
    assert taken.document()["open_until"] == format_time(taken.expires)
    assert f"expires {format_time(taken.expires)}" in taken.lines()[1]
    late = event("retrain_started", format_time(asked.expires))
    (over,), _ = open_requests([request()], [late])
    assert over.expires == asked.expires
