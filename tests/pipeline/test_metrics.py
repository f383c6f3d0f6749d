"""Metrics of a worker on the real broker: right whenever they are scraped."""

from functools import partial
from itertools import islice
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import PARTITIONS, USERS_TOPICS, Kafka, Traffic, Worker


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def total(worker: Worker, name: str, *labels: str) -> float:
    """Return the sum of a metric's samples that have these labels."""
    lines = worker.get("/metrics")[1].splitlines()
    found = [line for line in lines if line.startswith(f"{name}{{")]
    those = [line for line in found if all(label in line for label in labels)]
    return sum(float(line.rpartition(" ")[2]) for line in those)


def caught_up(client: Kafka) -> bool:
    return all(client.lag(topic) == 0 for topic in ("predictions", "driftline-observations"))


def test_the_end_of_a_burst_and_what_was_deleted_unread_are_told(
    client: Kafka, tmp_path: Path
) -> None:
    rows = Traffic(3000, 3000).predictions()
    settings = {"monitor.burn_in": 200}
    with Worker(client.bootstrap, client.prefix, tmp_path / "first.log", **settings) as worker:
        worker.wait_until_ready()
        client.send_predictions(islice(rows, 1000))
        client.flush()
        wait_until(partial(caught_up, client), within=60.0, why=worker.log)
        # All of it came within a second or so, and nothing comes after it.
        assert total(worker, "driftline_model_rows_total") == 1000
        assert total(worker, "driftline_feature_ready", 'feature="age"') == 1
        assert total(worker, "driftline_feature_values_total", 'feature="age"') == 1000
        assert total(worker, "driftline_records_missed_total") == 0
        assert worker.stop() == 0, worker.log()

    client.send_predictions(islice(rows, 1000))
    client.flush()
    admin = AdminClient({"bootstrap.servers": client.bootstrap, "log_level": 0})
    topic = f"{client.prefix}predictions"
    first = 1000 // PARTITIONS + 100
    places = [TopicPartition(topic, partition, first) for partition in range(PARTITIONS)]
    for deleted in admin.delete_records(places).values():
        deleted.result(30.0)

    with Worker(client.bootstrap, client.prefix, tmp_path / "second.log", **settings) as worker:
        worker.wait_until_ready()
        wait_until(partial(caught_up, client), within=60.0, why=worker.log)
        assert total(worker, "driftline_records_missed_total", topic) == 100 * PARTITIONS
        assert total(worker, "driftline_model_rows_total") == 2000 - 100 * PARTITIONS
        assert f"100 records of {topic}, partition 0, were deleted before they" in worker.log()
        assert worker.stop() == 0, worker.log()
