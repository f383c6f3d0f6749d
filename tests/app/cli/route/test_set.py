"""The commands on a real broker, that find the topic and the versions as workers leave them."""

import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Consumer, Producer

from app.cli import main
from detectors.versions.registry import VersionRegistry
from schemas.events.codec import decode_event, encode_event
from schemas.events.routing import ModelRoute
from tests.detectors.versions.events import at, day, event
from tests.kafka import KafkaCluster
from tests.schemas.events.routes import route_of

HOSTILE = "evil\x1b[2J\n"


class Place:
    """Topics of one prefix on a broker."""

    def __init__(self, kafka: KafkaCluster, prefix: str) -> None:
        self.prefix, self.bootstrap = prefix, kafka.bootstrap
        self._producer = Producer({"bootstrap.servers": kafka.bootstrap, "log_level": 0})

    def write(self, topic: str, key: bytes, value: bytes | None) -> None:
        self._producer.produce(f"{self.prefix}{topic}", key=key, value=value)
        assert self._producer.flush(20.0) == 0

    def run(self, *arguments: str) -> Result:
        """Run ``driftline route ...``."""
        flags = ("--bootstrap", self.bootstrap, "--set", f"topics.prefix={self.prefix}")
        return CliRunner().invoke(main, ["route", *arguments, *flags])

    def route(self, *arguments: str) -> dict[str, Any]:
        """Run ``driftline route ... --json``; what it says."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    def records(self, count: int) -> list[Any]:
        """Return the first records of the topic."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": f"{self.prefix}reader",
                "auto.offset.reset": "earliest",
            }
        )
        try:
            consumer.subscribe([f"{self.prefix}model-routing"])
            return [consumer.poll(30.0) for _ in range(count)]
        finally:
            consumer.close()


@pytest.fixture
def place(kafka: KafkaCluster, topic_prefix: str) -> Place:
    place = Place(kafka, topic_prefix)
    kafka.create_topic(f"{topic_prefix}model-versions", 4, {"cleanup.policy": "compact"})
    registry = VersionRegistry()
    registry.notice(event("version_deployed", "7", "10:00"), is_new=True)
    registry.notice(event("version_registered", "8", "11:00"), is_new=True)
    registry.count(("fraud", "7"), np.array([at(day("12:00"))]))
    for record in registry.records():
        place.write("model-versions", record.key, encode_event(record))
    return place


def test_a_canary_goes_up_its_steps_and_back(place: Place) -> None:
    dry = place.route("fraud", "--canary", "8", "--dry-run")
    assert (dry["is_new"], dry["sent"]) == (True, False)
    assert place.run("show").exit_code == 3  # a dry run makes no topic either
    first = place.route("fraud", "--canary", "8", "--steps", "1,5,100", "--reason", "try it")
    assert (first["sent"], first["warnings"], first["overtaken"]) == (True, [], [])
    assert [each["share"] for each in first["route"]["versions"]] == [0.01, 0.99]
    refused = place.run("fraud", "--split", "7=50,8=50")
    assert (refused.exit_code, "a ramp of fraud is on" in refused.stderr) == (1, True)
    second = place.route("fraud", "--next", "--by", "ci")
    back = place.route("fraud", "--only", "7")
    again = place.route("fraud", "--only", "7")
    assert (again["is_new"], again["route"]) == (False, back["route"])

    records = place.records(3)
    assert [decode_event(ModelRoute, json.loads(each.value())) for each in records] == [
        decode_event(ModelRoute, told["route"]) for told in (first, second, back)
    ]
    assert {each.key() for each in records} == {b"fraud"}
    assert dict(records[0].headers())["ce_type"] == b"io.driftline.model-routing.v1"
    decisions = [told["route"]["decision"] for told in (first, second, back)]
    assert [each["replaces"] for each in decisions] == [
        None,
        first["route"]["route_id"],
        second["route"]["route_id"],
    ]
    assert (decisions[0]["reason"], decisions[1]["by"]) == ("try it", "ci")

    shown = place.run("show", "fraud")
    assert shown.exit_code == 0, shown.output
    assert "fraud: 7 alone" in shown.stdout
    assert json.loads(place.run("show", "--json").stdout) == [back["route"]]


def test_a_route_is_written_once_more_as_it_is_for_workers_that_have_forgotten_it(
    place: Place,
) -> None:
    first = place.route("fraud", "--canary", "8")
    dry = place.route("fraud", "--again", "--dry-run")
    assert (dry["is_new"], dry["sent"]) == (True, False)
    again = place.route("fraud", "--again")
    assert (again["is_new"], again["sent"], again["overtaken"]) == (True, True, [])
    records = [json.loads(each.value()) for each in place.records(2)]
    assert records == [first["route"]] * 2


def test_what_was_never_seen_is_routed_with_a_warning(place: Place) -> None:
    typo = place.run("fraud", "--canary", "88")
    assert (typo.exit_code, "version 88 was never seen" in typo.stderr) == (0, True)
    unknown = place.route("frau\x1bd", "--split", "1=50,2=50")
    assert unknown["warnings"] == ["no version of frau\x1bd was ever seen: is the name right?"]
    assert "\x1b" not in place.run("show").output
    assert "name it by --baseline" in place.run("churn", "--canary", "2").stderr


def test_routes_of_others_are_read_whatever_they_are(place: Place) -> None:
    place.route("fraud", "--only", "7")
    place.write("model-routing", b"fraud", b"{}")
    place.write("model-routing", b"fraud", encode_event(route_of(model="other")))
    shown = place.run("show", "fraud")
    assert "fraud: 7 alone" in shown.stdout
    assert "2 records of the topic are no routes" in shown.stderr
    place.write("model-routing", b"fraud", None)
    ended = place.run("show", "fraud")
    assert (ended.exit_code, ended.stdout) == (4, "")
    assert "no route of the model fraud is known" in ended.stderr
    assert place.route("fraud", "--only", "7")["route"]["revision"] == 1


def test_a_model_may_have_the_name_of_a_command(place: Place) -> None:
    assert place.route("set", "show", "--only", "7")["route"]["model"] == "show"
    assert "show: 7 alone" in place.run("show", "show").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fraud"], "name one of --only, --canary, --next, --again, --split, --shadow"),
        (["fraud", "--only", "7", "--canary", "8"], "name one of"),
        (["fraud", "--again", "--salt", "s"], "--again is the route as it is"),
        (["fraud", "--only", "7", "--steps", "1"], "--steps are those of a --canary"),
        (["fraud", "--only", "7", "--baseline", "7"], "--baseline is what serves beside"),
        (["fraud", "--only", ""], "a name has 1 to 249 characters"),
        (["", "--only", "7"], "a name has 1 to 249 characters"),
        (["fraud", "--only", "7", "--reason", "x" * 2001], "at most 2000 characters"),
        (["fraud", "--split", "7=50,8=49"], "these are 99 %"),
        (["fraud", "--canary", "8", "--steps", "5,1"], "steps ascend"),
    ],
)
def test_what_cannot_be_asked_is_said_to_be(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["route", *arguments])
    assert (result.exit_code, said in result.stderr) == (2, True), result.output
