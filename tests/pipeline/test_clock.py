"""Brokers that take this machine's time for a wrong one."""

from itertools import islice
from pathlib import Path

from app.worker.exit_codes import ExitCode
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import PARTITIONS, USERS_TOPICS, Kafka, Traffic, Worker
from tests.topics import TOPICS


def test_a_worker_whose_clock_is_refused_ends_and_names_it(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    client = Kafka(kafka.bootstrap, topic_prefix)
    # As an hour ahead is by default: no record is as young as the broker wants it to be.
    config = {
        "message.timestamp.before.max.ms": "0",
        "max.message.bytes": "2000000",
        "retention.ms": "-1",
    }
    kafka.create_topic(topic_prefix + TOPICS.pending, PARTITIONS, config)

    rows = Traffic(10_000, 10_000).predictions()

    def has_ended() -> bool:
        # A record that arrives within its millisecond is taken: a later one will not.
        client.send_predictions(islice(rows, 20))
        client.flush()
        return worker.has_ended()

    with Worker(client.bootstrap, client.prefix, tmp_path / "worker.log") as worker:
        wait_until(has_ended, within=240.0, why=worker.log)
        assert worker.wait() == ExitCode.CONFIGURATION, worker.log()
        assert "the brokers refuse the time of this machine's clock" in worker.log()
