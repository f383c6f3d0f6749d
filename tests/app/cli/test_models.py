"""The commands on a real broker; the topic is as workers write it."""

import json

import numpy as np
import orjson
import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Producer

from app.cli import main
from detectors.versions.registry import VersionRegistry
from schemas.documents import examples
from schemas.events.codec import encode_event
from schemas.events.model_event import ModelEvent
from schemas.events.version_record import (
    ThresholdStanding,
    ThresholdState,
    VersionRecord,
    version_key,
)
from tests.detectors.versions.events import at, day, drift_alert, event
from tests.kafka import KafkaCluster

NOBODY = "127.0.0.1:1"
HOSTILE = "evil\x1b[2J\n"


HELD: list[tuple[str, str, str | None, float | None]] = [
    ("recall[1] >= 0.8", "crossed", None, 0.8),
    ("mae <= 2.5", "kept", None, 2.5),
    ("accuracy >= 0.9 * reference", "kept", None, 0.8735),
    ("accuracy >= previous - 0.02", "not_judged", "several_versions", None),
]


def standing(text: str, state: str, reason: str | None, bound: float | None) -> ThresholdStanding:
    return ThresholdStanding(
        threshold=text, state=ThresholdState(state), reason=reason, bound=bound
    )


def told() -> list[VersionRecord]:
    """Return the records of two versions of ``fraud``, and of one of a model of a hostile name."""
    registry = VersionRegistry()
    minutes = 60_000
    registry.notice(event("version_deployed", "7", "10:00"), is_new=True)
    registry.count(("fraud", "7"), np.arange(at(day("10:00")), at(day("12:05")), minutes))
    registry.alerted(drift_alert("7"))
    registry.count_repeats(("fraud", "7"), np.array([True, False, False]))
    registry.count_backdated(("fraud", "7"), 5)
    registry.held_to(("fraud", "7"), [standing(*each) for each in HELD])
    registry.notice(event("version_registered", "8", "11:00"), is_new=True)
    registry.notice(event("version_deployed", "8", "12:00"), is_new=True)
    registry.count(("fraud", "8"), np.arange(at(day("12:05")), at(day("13:01")), minutes))
    registry.count((HOSTILE, "1"), np.array([at(day("12:00"))]))
    hostile = {"type": "rolled_back", "model": HOSTILE, "version": HOSTILE}
    rolled_back = ModelEvent.model_validate({**hostile, "timestamp": day("12:00")})
    registry.notice(rolled_back, is_new=True)
    return registry.records()


class Place:
    """A topic of model versions, two partitions."""

    def __init__(self, kafka: KafkaCluster, prefix: str) -> None:
        self.prefix, self.bootstrap = prefix, kafka.bootstrap
        kafka.create_topic(f"{prefix}model-versions", 2, {"cleanup.policy": "compact"})
        self._producer = Producer({"bootstrap.servers": kafka.bootstrap, "log_level": 0})

    def write(self, key: bytes, value: bytes | None, topic: str = "model-versions") -> None:
        self._producer.produce(f"{self.prefix}{topic}", key=key, value=value)
        assert self._producer.flush(20.0) == 0

    def run(self, *arguments: str) -> Result:
        """Run ``driftline models ...`` against the topic."""
        flags = ("--bootstrap", self.bootstrap, "--set", f"topics.prefix={self.prefix}")
        return CliRunner().invoke(main, ["models", *arguments, *flags])


@pytest.fixture
def place(kafka: KafkaCluster, topic_prefix: str) -> Place:
    return Place(kafka, topic_prefix)


@pytest.fixture
def filled(place: Place) -> Place:
    for record in told():
        place.write(record.key, b"{}")
        place.write(record.key, encode_event(record))
    return place


def test_the_latest_record_of_each_version_is_listed(filled: Place) -> None:
    result = filled.run()
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0][:4] == ["model", "version", "status", "since"]
    noon, seven, eight = day("12:00"), day("12:04"), day("13:00")
    assert f"fraud 7 retired, last good {noon} 125 8.3% {seven} 0".split() in lines
    assert f"fraud 8 champion {noon} 56 91.7% {eight} 0".split() in lines


def test_labels_that_came_otherwise_are_told(filled: Place) -> None:
    result = filled.run("show", "fraud")
    assert "  labels that came again: 1 corrected, 2 the same\n" in result.stdout
    assert "  labels that are dated before their predictions: 5\n" in result.stdout


def test_thresholds_are_told_with_what_has_become_of_them(filled: Place) -> None:
    lines = filled.run("show", "fraud").stdout.splitlines()
    at = lines.index("  threshold recall[1] >= 0.8: crossed")
    assert lines[at + 1 : at + 4] == [
        "  threshold mae <= 2.5: kept",
        "  threshold accuracy >= 0.9 * reference: kept (its bound is 0.8735)",
        "  threshold accuracy >= previous - 0.02: not judged (several versions)",
    ]


def test_which_version_served_at_a_time_is_told(filled: Place) -> None:
    then = filled.run("show", "fraud", "--at", "2026-03-01T11:59Z")
    assert then.exit_code == 0, then.output
    assert "  champion: 7" in then.stdout.splitlines()
    now = filled.run("show", "fraud").stdout.splitlines()
    assert "  champion: 8" in now
    assert "  last good version, to roll back to now: 7" in now
    assert f"  {day('12:00')} retired by version_deployed" in now


def test_json_says_the_same(filled: Place) -> None:
    result = filled.run("show", "fraud", "--at", "2026-03-01T12:04Z", "--json")
    document = json.loads(result.stdout)
    assert (document["champion"], document["last_good"]) == ("8", "7")
    assert [each["version"] for each in document["at_that_time"]] == ["8", "7"]
    assert [each["was_at_work"] for each in document["at_that_time"]] == [False, True]
    everything = json.loads(filled.run("--json").stdout)
    assert [each["model"] for each in everything] == [HOSTILE, "fraud"]


def test_of_now_and_of_later_the_rows_are_those_that_are_told(filled: Place) -> None:
    now = json.loads(filled.run("show", "fraud", "--json").stdout)
    later = json.loads(filled.run("show", "fraud", "--json", "--at", "2031-01-01T12:00Z").stdout)
    assert later["at"] == "2031-01-01T12:00:00.000Z" > later["known_to"] == now["at"]
    for name in ("counted_from", "counted_to", "at_that_time", "champion"):
        assert later[name] == now[name]
    assert [each["rows"] for each in now["at_that_time"]] == [55, 5]
    assert {each["was_at_work"] for each in now["at_that_time"]} == {None}


def test_an_open_rollback_request_is_told_and_that_it_is_not_known_where_it_cannot_be_read(
    filled: Place, kafka: KafkaCluster
) -> None:
    unknown = filled.run("show", "fraud")
    assert unknown.exit_code == 0
    assert "whether a rollback is asked for is not known" in unknown.stderr
    topics = ("retrain-requests", "rollback-requests", "driftline-lifecycle", "model-routing")
    for topic in (*topics, "model-performance"):
        kafka.create_topic(filled.prefix + topic, 1)
    filled.write(b"fraud", orjson.dumps(examples.ROLLBACK_REQUEST), "rollback-requests")

    shown = filled.run("show", "fraud")
    document = json.loads(filled.run("show", "fraud", "--json").stdout)

    assert shown.stderr == ""
    assert f"  {examples.ROLLBACK_REQUEST['message']}" in shown.stdout.splitlines()
    assert document["rollback_request"]["target"] == examples.ROLLBACK_REQUEST["target"]


def test_how_good_a_version_was_is_told_and_that_it_is_not_known_where_it_cannot_be_read(
    filled: Place, kafka: KafkaCluster
) -> None:
    unknown = filled.run("show", "fraud")
    assert "how good the versions were is not known" in unknown.stderr
    kafka.create_topic(f"{filled.prefix}model-performance", 1)
    told = {**examples.MODEL_PERFORMANCE, "version": "7"}
    filled.write(b"fraud", orjson.dumps(told), "model-performance")
    filled.write(b"churn", orjson.dumps({**told, "model": "churn"}), "model-performance")
    filled.write(b"fraud", b"{}", "model-performance")

    shown = filled.run("show", "fraud", "--at", told["window"]["begin"])
    assert f"    recall {told['metrics']['recall']['value']:.4g} (" in shown.stdout
    assert "1 records of the topic are none of performances" in shown.stderr
    assert "how good it was at that time is in no window" in shown.stdout  # version 8
    before = filled.run("show", "fraud", "--json", "--at", "2020-01-01T00:00Z")
    assert json.loads(before.stdout)["performance"] == {"7": [], "8": []}
    latest = json.loads(filled.run("show", "fraud", "--json").stdout)
    assert latest["performance"]["7"] == [told]


def test_names_cannot_steer_a_terminal(filled: Place) -> None:
    for result in (filled.run(), filled.run("show", HOSTILE)):
        assert result.exit_code == 0, result.output
        assert "\x1b" not in result.output
        assert "evil\\x1b[2J\\n" in result.stdout
    assert "(never served)" in filled.run("show", HOSTILE).stdout


def test_a_model_that_is_not_known_is_said_to_be(filled: Place) -> None:
    result = filled.run("show", "frau\x1bd")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == "driftline: no version of the model frau\\x1bd is known\n"


def test_an_empty_topic_is_said_to_be(place: Place) -> None:
    result = place.run()
    assert (result.exit_code, result.stderr) == (4, "driftline: no model version is known\n")


def test_deleted_versions_are_gone_and_other_records_are_counted(filled: Place) -> None:
    filled.write(version_key("fraud", "7"), None)
    filled.write(b"other", b"[1, 2]")
    result = filled.run("show", "fraud")
    assert "version 7" not in result.stdout
    assert "1 records of the topic are none of model versions" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "fraud", "--at", "yesterday"], "expected a time, such as 2026-03-01T12:00Z"),
        (["--json", "show", "fraud"], "put the options behind show"),
        (["show"], "Missing argument 'MODEL'"),
    ],
)
def test_what_cannot_be_asked_is_said_to_be(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["models", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr


def test_without_topic_or_broker_the_exit_code_tells(kafka: KafkaCluster) -> None:
    flags = ["--bootstrap", kafka.bootstrap, "--set", "topics.prefix=nowhere."]
    result = CliRunner().invoke(main, ["models", *flags])
    assert (result.exit_code, "does not exist" in result.stderr) == (3, True)
    nobody = ["--bootstrap", NOBODY, "--set", "kafka.connect_timeout_seconds=1"]
    assert CliRunner().invoke(main, ["models", "show", "fraud", *nobody]).exit_code == 69
