"""A backlog of many fetches in several partitions, read more than once."""

from collections.abc import Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path

import orjson
import pytest
from confluent_kafka import Message

from schemas.tables.frames import MAGIC, decode_frame
from tests.agents.transport.worker_process import wait_until
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


def read_in_step(
    client: Kafka, turns: Iterator[int], folder: Path
) -> tuple[list[Message], set[str]]:
    """Have new workers take everything until one had to go on without no partition.

    It waits a second for one that brings nothing, which is not enough on a machine that stalls.
    """
    for turn in islice(turns, 3):
        observations, alerts, log = read_through(client, turn, folder)
        if "going on without" not in log:
            return observations, alerts
    pytest.fail("partitions are late again and again")


def read_through(client: Kafka, turn: int, folder: Path) -> tuple[list[Message], set[str], str]:
    """Have a new worker take everything; return its observations, ids of alerts, and log."""
    settings = {f"topics.{role}": f"{turn}-{name}" for role, name in OWN_TOPICS.items()}
    settings["kafka.group_id"] = group = f"{client.prefix}{turn}"
    with Worker(client.bootstrap, client.prefix, folder / f"{turn}.log", **settings) as worker:
        worker.wait_until_ready()
        # In this order: what is committed of the one is written to the other.
        for topic in ("predictions", "labels", f"{turn}-driftline-observations"):
            is_taken = partial(lambda name: client.lag(name, group) == 0, topic)
            wait_until(is_taken, within=120.0, why=worker.log)
        assert worker.stop() == 0, worker.log()
    observations = client.read_all(f"{turn}-driftline-observations")
    alerts = client.read_all(f"{turn}-drift-alerts")
    ids = {orjson.loads(alert.value() or b"")["alert_id"] for alert in alerts}
    return observations, ids, worker.log()


def test_the_same_backlog_gives_the_same_observations_and_alerts(
    client: Kafka, tmp_path: Path
) -> None:
    assert client.send_predictions(Traffic(ROWS, CHANGE_AT).predictions(), labels=True) == ROWS
    client.flush()
    turns = count(1)
    first, alerts = read_in_step(client, turns, tmp_path)
    second, alerts_again = read_in_step(client, turns, tmp_path)
    for origin in ("predictions", "labels"):
        assert frames(first, origin) == frames(second, origin)
    assert len(alerts) >= 2
    assert alerts == alerts_again
    # All partitions side by side: none is ahead of another by more than its next slice.
    reached = dict.fromkeys(range(PARTITIONS), 0)
    for partition, offset, rows in frames(first, "predictions"):
        reached[partition] = offset + rows
        assert max(reached.values()) - min(reached.values()) <= 2 * 500
