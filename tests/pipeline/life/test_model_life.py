"""A model from its first version to the third: drift, retraining, a bad canary, a good one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from confluent_kafka import Message

from app.cli import main
from app.settings import Settings, load_settings
from schemas.events.any_alert import decode_alert
from schemas.events.cdevents import CDEventType
from schemas.events.lifecycle import decode_lifecycle
from schemas.events.model_event import ModelEvent
from schemas.events.routing import DecidedBy, ModelRoute
from tests.chaos.offline import Evidence, OfflineDetection, OfflinePolicy
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import USERS_TOPICS, Kafka
from tests.pipeline.life.offline import Offline
from tests.pipeline.life.on_kafka import OnKafka
from tests.pipeline.life.service import SETTINGS, Service
from tests.pipeline.life.story import Life, served
from tests.schemas.events.published_cdevents import validate

SEED = 10


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


@pytest.fixture
def stage(client: Kafka, tmp_path: Path) -> Iterator[OnKafka]:
    stage = OnKafka(client, tmp_path)
    yield stage
    stage.close()


def check_routes(routes: list[ModelRoute]) -> None:
    """Check that each route follows the one before, and who decided what."""
    assert [each.revision for each in routes] == list(range(1, len(routes) + 1))
    ids = [each.route_id for each in routes]
    assert [each.decision.replaces for each in routes] == [None, *ids[:-1]]
    assert served(routes) == [
        ("operator", "1", 1.0),
        ("operator", "2", 0.2),
        ("driftline", "2", 0.5),
        ("driftline", "1", 1.0),
        ("operator", "3", 0.2),
        ("driftline", "3", 0.5),
        ("driftline", "3", 1.0),
    ]


def check_versions(models: dict[str, Any]) -> None:
    """Check what the registry tells of it all afterwards."""
    assert models["champion"] == "3"
    told = {each["version"]: each for each in models["versions"]}
    assert {version: _history(each) for version, each in told.items()} == {
        "1": ["champion", "retired"],
        "2": ["candidate", "challenger", "rolled_back"],
        "3": ["candidate", "challenger", "champion"],
    }
    assert told["1"]["is_last_good"]
    assert not any(each["open_alerts"] for each in told.values())


def _history(version: dict[str, Any]) -> list[str]:
    return [each["status"] for each in version["history"]]


def test_a_life_is_decided_by_what_the_stages_find() -> None:
    stage = Offline(SETTINGS)
    life = Life(Service(stage, SEED))
    life.play()
    check_routes(life.routes())


def test_a_life_on_a_broker_is_the_same_through_a_kill_at_every_step(
    client: Kafka, stage: OnKafka
) -> None:
    life = Life(Service(stage, SEED))
    life.play()
    assert stage.worker.stop() == 0, stage.worker.log()
    assert stage.kills == 9
    check_routes(life.routes())
    detection = check_detection(stage, life)
    check_policy(stage)
    check_cdevents(stage, detection)
    flags = ["--bootstrap", client.bootstrap, "--set", f"topics.prefix={client.prefix}", "--json"]
    shown = CliRunner().invoke(main, ["models", "show", "fraud", *flags])
    assert shown.exit_code == 0, shown.output
    models = orjson.loads(shown.stdout)
    check_versions(models)
    records = [each for fleet in detection.fleets.values() for each in fleet.versions.records()]
    assert [each["record_id"] for each in models["versions"]] == [
        each.record_id for each in sorted(records, key=lambda each: each.version)
    ]


def check_detection(stage: OnKafka, life: Life) -> OfflineDetection:
    """Check that whatever was told is what one process without an end makes of the same log."""
    detection = OfflineDetection(_settings())
    for partition, values in _by_partition(stage.messages("driftline-observations")).items():
        detection.take(partition, values)
    assert _ids(stage, "drift-alerts", "alert_id") == detection.alerts
    assert _ids(stage, "model-comparisons", "comparison_id") == detection.comparisons
    assert _ids(stage, "model-performance", "performance_id") == detection.performances
    assert _ids(stage, "rollback-requests", "request_id") == detection.rollbacks
    own = {r.route_id for r in life.routes() if r.decision.kind is DecidedBy.DRIFTLINE}
    assert own == detection.routes
    return detection


def check_cdevents(stage: OnKafka, detection: OfflineDetection) -> None:
    """Check the second form: valid as published, and each event with the id that it has offline."""
    events = {each["context"]["id"]: each for each in stage.found("cdevents")}
    of_type: dict[str, set[str]] = defaultdict(set)
    for event_id, event in events.items():
        validate(event)
        of_type[event["context"]["type"]].add(event_id)
    assert of_type == detection.cdevents
    begun, over = (
        {events[each]["subject"]["id"] for each in of_type[kind]}
        for kind in (CDEventType.INCIDENT_DETECTED, CDEventType.INCIDENT_RESOLVED)
    )
    assert begun == over, "none is open in the end"
    assert len(begun) >= 2
    assert begun <= detection.alerts
    (gone_back,) = (events[each] for each in of_type[CDEventType.SERVICE_ROLLED_BACK])
    (request,) = {each["request_id"] for each in stage.found("rollback-requests")}
    assert gone_back["subject"]["content"]["artifactId"] == "pkg:generic/fraud@1"
    assert gone_back["customData"]["version"] == "2"
    assert gone_back["customData"]["request_id"] == request


def check_policy(stage: OnKafka) -> None:
    """Check that the retrain requests are those of one process without an end."""
    events: list[Evidence] = [decode_lifecycle(each) for each in stage.found("driftline-lifecycle")]
    events += [decode_alert(each) for each in stage.found("drift-alerts")]
    policy = OfflinePolicy(_settings())
    policy.take(0, sorted(events, key=_time_of))
    assert _ids(stage, "retrain-requests", "request_id") == policy.requests
    assert len(policy.requests) == 1


def _time_of(event: Evidence) -> str:
    return str(event.timestamp) if isinstance(event, ModelEvent) else event.event_time


def _settings() -> Settings:
    return load_settings(None, {"kafka.bootstrap_servers": "nowhere:9092", **SETTINGS}, {})


def _ids(stage: OnKafka, topic: str, name: str) -> set[str]:
    return {str(each[name]) for each in stage.found(topic)}


def _by_partition(messages: Iterable[Message]) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {}
    for message in sorted(messages, key=lambda each: each.offset() or 0):
        found.setdefault(message.partition() or 0, []).append(message.value() or b"")
    return found
