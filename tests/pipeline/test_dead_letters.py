"""Bad records by the thousand, and a few of them: when a worker stops, and what comes after."""

from itertools import islice
from pathlib import Path

import pytest

from tests.agents.worker_process import committed, wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import PARTITIONS, USERS_TOPICS, Kafka, Traffic, Worker

BAD = 5000


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def committed_to(client: Kafka, topic: str) -> list[int]:
    return committed(client.bootstrap, f"{client.prefix}group", client.prefix + topic)


def renamed(row: dict[str, object]) -> dict[str, object]:
    """A prediction as another version of the producer writes it."""
    return {**{k: v for k, v in row.items() if k != "features"}, "payload": row["features"]}


def test_a_bad_deploy_stops_the_worker_again_and_again_until_it_is_mended(
    client: Kafka, tmp_path: Path
) -> None:
    good = list(islice(Traffic(BAD + 400, BAD + 400).predictions(), BAD + 400))
    client.send_predictions(good[:400])
    client.flush()
    with Worker(client.bootstrap, client.prefix, tmp_path / "before.log") as worker:
        worker.wait_until_ready()
        wait_until(lambda: client.lag("predictions") == 0, within=90.0, why=worker.log)
        assert worker.stop() == 0
    before = committed_to(client, "predictions")
    assert before == [100] * PARTITIONS
    for row in good[400:]:
        client.send(
            "predictions", row["prediction_id"], renamed(row), int(row["prediction_id"][1:]) % 4
        )
    client.flush()

    for attempt in range(2):
        log = tmp_path / f"attempt-{attempt}.log"
        with Worker(client.bootstrap, client.prefix, log) as worker:
            assert worker.wait(90.0) == 65, worker.log()
            for said in (
                "too many refused records",
                "dead_letters.max_ratio",
                "missing_field 1000",
            ):
                assert said in worker.log()
        assert committed_to(client, "predictions") == before, worker.log()

    mended = {"intake.prediction_fields": "{features: payload}"}
    with Worker(client.bootstrap, client.prefix, tmp_path / "mended.log", **mended) as worker:
        worker.wait_until_ready()
        wait_until(lambda: client.lag("predictions") == 0, within=90.0, why=worker.log)
        assert worker.stop() == 0


def test_a_few_bad_records_in_a_good_stream_stop_nobody(client: Kafka, tmp_path: Path) -> None:
    for number, row in enumerate(Traffic(3000, 3000).predictions()):
        name = row["prediction_id"]
        if number % 10 == 0:
            client.send("predictions", name, b"\xff{", number % PARTITIONS)
        else:
            client.send("predictions", name, row, number % PARTITIONS)
    client.flush()
    with Worker(client.bootstrap, client.prefix, tmp_path / "worker.log") as worker:
        worker.wait_until_ready()
        wait_until(lambda: client.lag("predictions") == 0, within=90.0, why=worker.log)
        letters = client.read("driftline-dead-letters", lambda found: len(found) >= 300)
        assert worker.stop() == 0, worker.log()
    assert len(letters) == 300
    assert {letter.value() for letter in letters} == {b"\xff{"}
