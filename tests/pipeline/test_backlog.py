"""A backlog of many fetches in several partitions, read more than once."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from confluent_kafka import Message

from schemas.tables.frames import MAGIC, decode_frame
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import PARTITIONS, USERS_TOPICS, Kafka, Traffic, Worker

ROWS, CHANGE_AT = 24_000, 12_000
OWN_TOPICS = {
    "observations": "driftline-observations",
    "lifecycle": "driftline-lifecycle",
    "pending": "driftline-pending",
    "alerts": "drift-alerts",
    "retrain_requests": "retrain-requests",
    "model_versions": "model-versions",
    "dead_letters": "driftline-dead-letters",
    "state": "driftline-state",
    "policy_state": "driftline-policy-state",
}


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create_topic(topic_prefix + topic, PARTITIONS)
    return Kafka(kafka.bootstrap, topic_prefix)


def frames(messages: list[Message], origin: str) -> list[tuple[int, int, int]]:
    """Return the source partition, first offset and rows of the runs, as they were written."""
    batches = [
        batch
        for message in messages
        if (value := message.value() or b"").startswith(MAGIC)
        for table in decode_frame(value)
        for batch in table.batches()
    ]
    return [
        (run.partition, int(batch.offsets[begin]), run.rows)
        for batch in batches
        if batch.origin == origin
        for run, begin, _ in batch.slices()
    ]


def all_rows(messages: list[Message]) -> bool:
    predictions, labels = frames(messages, "predictions"), frames(messages, "labels")
    return sum(n for *_, n in predictions) >= ROWS and sum(n for *_, n in labels) >= ROWS


def read_through(client: Kafka, turn: int, folder: Path) -> tuple[list[Message], set[str]]:
    """Have a new worker read everything; return its observations and the ids of its alerts."""
    settings = {f"topics.{role}": f"{turn}-{name}" for role, name in OWN_TOPICS.items()}
    settings["kafka.group_id"] = f"{client.prefix}{turn}"
    enough: Callable[[list[Message]], bool] = all_rows
    with Worker(client.bootstrap, client.prefix, folder / f"{turn}.log", **settings) as worker:
        observations = client.read(f"{turn}-driftline-observations", enough, within=60.0)
        assert worker.stop() == 0, worker.log()
        assert "going on without" not in worker.log()
    alerts = client.read(f"{turn}-drift-alerts", lambda found: len(found) >= 2)
    return observations, {orjson.loads(alert.value() or b"")["alert_id"] for alert in alerts}


def test_the_same_backlog_gives_the_same_observations_and_alerts(
    client: Kafka, tmp_path: Path
) -> None:
    assert client.send_predictions(Traffic(ROWS, CHANGE_AT).predictions(), labels=True) == ROWS
    client.flush()
    first, alerts = read_through(client, 1, tmp_path)
    second, alerts_again = read_through(client, 2, tmp_path)
    for origin in ("predictions", "labels"):
        assert frames(first, origin) == frames(second, origin)
    assert len(alerts) == 2
    assert alerts == alerts_again
    # All partitions side by side: none is ahead of another by more than its next slice.
    reached = dict.fromkeys(range(PARTITIONS), 0)
    for partition, offset, rows in frames(first, "predictions"):
        reached[partition] = offset + rows
        assert max(reached.values()) - min(reached.values()) <= 2 * 500
