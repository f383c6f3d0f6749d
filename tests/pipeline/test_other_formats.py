"""What another release wrote, in a format that this one does not read: left to that release."""

from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from app.worker.exit_codes import ExitCode
from schemas.formats import CHANGES, FRAMES, Format
from tests.agents.transport.worker_process import committed, wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import PARTITIONS, USERS_TOPICS, Kafka, Traffic, Worker


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def drained(client: Kafka, topic: str) -> bool:
    return client.lag(topic) == 0


@pytest.mark.parametrize(
    ("topic", "form"), [("driftline-observations", FRAMES), ("driftline-pending", CHANGES)]
)
def test_a_newer_format_ends_the_worker_before_the_commit_and_is_no_letter(
    client: Kafka, tmp_path: Path, topic: str, form: Format
) -> None:
    client.send_predictions(islice(Traffic(40, 40).predictions(), 40))
    client.flush()
    with Worker(client.bootstrap, client.prefix, tmp_path / "before.log") as worker:
        worker.wait_until_ready()
        # In this order: what is committed of the one is written to the other.
        for each in ("predictions", "driftline-observations"):
            wait_until(partial(drained, client, each), within=90.0, why=worker.log)
        assert worker.stop() == 0
    group = f"{client.prefix}group"
    before = committed(client.bootstrap, group, client.prefix + topic)
    newer = form.writes + 1
    for partition in range(PARTITIONS):
        client.send(topic, "model", form.magic(newer) + bytes(20), partition)
    client.flush()
    for attempt in range(2):
        log = tmp_path / f"attempt-{attempt}.log"
        with Worker(client.bootstrap, client.prefix, log) as worker:
            assert worker.wait() == ExitCode.FORMATS, worker.log()
            assert f"{form.name} are of format {newer}" in worker.log()
    assert committed(client.bootstrap, group, client.prefix + topic) == before
    assert client.read_all("driftline-dead-letters") == []
