"""Rollback requests that are open, by the records of the topics."""

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from agents.records.record import Record
from app.requests.open_rollbacks import OpenRollback, open_rollbacks
from schemas.documents import examples
from schemas.events.times import format_time, parse_time

REQUEST = examples.ROLLBACK_REQUEST
AFTER, BEFORE = "2026-03-09T09:00:00.000Z", "2026-03-09T08:00:00.000Z"
ID = REQUEST["request_id"]


def record(document: dict[str, Any] | bytes) -> Record:
    value = document if isinstance(document, bytes) else orjson.dumps(document)
    return cast("Record", SimpleNamespace(value=value))


def event(kind: str, time: str | None, **more: Any) -> Record:
    return record({"type": kind, "model": "fraud", "version": "3", "timestamp": time, **more})


def found(
    *answers: Record, served: Collection[str] | None = None, **changed: Any
) -> list[OpenRollback]:
    opened, strange = open_rollbacks([record({**REQUEST, **changed})], answers, lambda _: served)
    assert strange == 0
    return opened


@pytest.mark.parametrize(
    ("answer", "is_open"),
    [
        (event("rolled_back", AFTER), False),
        (event("rolled_back", BEFORE), True),
        (event("rolled_back", BEFORE, request_id=ID), False),
        (event("rolled_back", AFTER, request_id="other"), False),
        (event("rolled_back", None), True),
        (event("version_deployed", AFTER), False),
        (event("rollback_refused", AFTER), False),
        (event("rollback_refused", AFTER, request_id="other"), True),
        (event("rollback_acknowledged", AFTER), True),
        (event("retrain_completed", AFTER), True),
        (event("rolled_back", AFTER, model="churn"), True),
    ],
)
def test_a_request_is_open_until_it_is_answered(answer: Record, *, is_open: bool) -> None:
    assert bool(found(answer)) is is_open


@pytest.mark.parametrize(
    ("answer", "is_open"),
    [
        (event("version_rolled_back", AFTER, version=REQUEST["version"]), False),
        (event("version_retired", AFTER, version=REQUEST["version"]), False),
        (event("version_rolled_back", BEFORE, version=REQUEST["version"]), True),
        (event("version_rolled_back", AFTER, version="other"), True),
    ],
)
def test_a_request_has_ended_once_its_version_is_given_up(answer: Record, *, is_open: bool) -> None:
    assert bool(found(answer)) is is_open


def test_a_champion_is_not_given_up_but_retired() -> None:
    deployed = event("version_deployed", BEFORE, version=REQUEST["version"])
    named = {"version": REQUEST["version"]}
    assert found(deployed, event("version_rolled_back", AFTER, **named))
    assert not found(deployed, event("version_retired", AFTER, **named))


def test_a_version_that_a_route_has_serve_is_not_given_up() -> None:
    retired = event("version_retired", AFTER, version=REQUEST["version"])
    assert found(retired, served={REQUEST["version"]})


def test_a_request_has_ended_once_its_version_has_no_share_by_the_route_in_force() -> None:
    assert found(served={"3", "4"})
    assert not found(served={"3"})


def test_people_are_told_what_to_do_by_whom_and_who_is_at_it() -> None:
    (opened,) = found()
    text = "\n".join(opened.lines())
    assert opened.lines()[0] == REQUEST["message"]
    assert "guardrail worse, found in b7a30f5e" in text
    assert "not taken on; to go back by people" in text

    (opened,) = found(event("rollback_acknowledged", AFTER, request_id=ID), route_id="r9")
    assert opened.lines()[-1] == f"  taken on at {AFTER}; to go back by the route r9"
    assert opened.document() == {
        "kind": "rollback",
        **REQUEST,
        "route_id": "r9",
        "acknowledged_at": AFTER,
        "open_until": format_time(opened.expires),
    }
    lasts = parse_time(REQUEST["expires_at"]) - parse_time(REQUEST["requested_at"])
    assert opened.expires == parse_time(AFTER) + lasts


def test_the_latest_of_each_model_is_told_and_what_is_none_is_counted() -> None:
    later = {**REQUEST, "request_id": "later", "requested_at": AFTER}
    requests = [record(each) for each in (later, REQUEST, {**REQUEST, "model": "churn"})]
    opened, strange = open_rollbacks([*requests, record(b"{}")], [record(b"x")], lambda _: None)
    assert [(each.request.model, each.request.request_id) for each in opened] == [
        ("churn", ID),
        ("fraud", "later"),
    ]
    assert strange == 1  # model events that are none are counted with the retrain requests


def test_each_who_takes_it_on_in_time_has_it_expire_later_as_for_whoever_made_it() -> None:
    made, expires = parse_time(REQUEST["requested_at"]), parse_time(REQUEST["expires_at"])
    lasts = expires - made
    times = [format_time(made + round(share * lasts)) for share in (0.9, 1.8, 2.9)]

    (opened,) = found(*(event("rollback_acknowledged", each) for each in times))

    assert opened.expires == made + round(2.8 * lasts)
    assert found(event("rollback_acknowledged", None, request_id=ID))[0].expires == expires
