import orjson
import pytest

from schemas.events.invalid import InvalidMessage
from schemas.events.left_out import LeftOut
from schemas.events.nothing_to_say import NothingToSay
from schemas.payloads.model_events import model_event_of

DEPLOYED = {"type": "version_deployed", "model": "fraud", "version": "8"}


def test_names_may_be_numbers_and_a_time_that_is_none_costs_itself() -> None:
    odd: list[LeftOut] = []
    document = {**DEPLOYED, "model": 5, "version": 8, "timestamp": "soon"}
    event, time = model_event_of(orjson.dumps(document), record_time=1_772_366_400_000, odd=odd)
    assert (event.model, event.version) == ("5", "8")
    assert (event.timestamp, time) == ("2026-03-01T12:00:00.000Z", 1_772_366_400_000)
    assert odd == [("timestamp", "unreadable")]


def test_a_deployment_without_a_version_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="version is required"):
        model_event_of(orjson.dumps({**DEPLOYED, "version": ""}), record_time=0, odd=[])


def test_several_in_one_record_are_refused() -> None:
    with pytest.raises(InvalidMessage, match="a record for each"):
        model_event_of(orjson.dumps([DEPLOYED, DEPLOYED]), record_time=0, odd=[])


def test_an_event_that_its_headers_say_was_deleted_says_nothing() -> None:
    value = orjson.dumps(DEPLOYED)
    with pytest.raises(NothingToSay, match="delete"):
        model_event_of(value, record_time=0, odd=[], headers=(("__op", b"d"),))
    event, _ = model_event_of(value, record_time=0, odd=[], headers=(("__op", b"c"),))
    assert event.type == DEPLOYED["type"]
