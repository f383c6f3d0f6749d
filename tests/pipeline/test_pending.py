"""What waits for its label outlives workers, their disks, and moves between them."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from agents.join.changes import Changes
from agents.join.changes_codec import encode_changes
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import PARTITIONS, Kafka, Traffic, Worker

ROWS = 2000
SMALL: dict[str, object] = {"intake.pending.hot_entries": 8, "intake.pending.max_entries": 100_000}


def send_predictions(client: Kafka, first: int, end: int) -> None:
    rows = list(Traffic(rows=end, change_at=end).predictions())[first:]
    client.send_predictions(rows)
    client.flush()


def send_labels(client: Kafka, first: int, end: int, label: int = 0) -> None:
    for row in range(first, end):
        value = {"prediction_id": f"p{row}", "label": label, "timestamp": 1_772_366_400 + row}
        client.send("labels", f"p{row}", value, row % PARTITIONS)
    client.flush()


def caught_up(client: Kafka, *topics: str) -> None:
    wait_until(lambda: all(client.lag(topic) == 0 for topic in topics), within=60.0, why=str)


def labels(*workers: Worker) -> dict[str, float]:
    """Labels by outcome, of all workers together."""
    found: dict[str, float] = {}
    for worker in workers:
        for line in worker.get("/metrics")[1].splitlines():
            if line.startswith("driftline_labels_total"):
                outcome = line.split('"')[1]
                found[outcome] = found.get(outcome, 0) + float(line.split()[-1])
    return {outcome: count for outcome, count in found.items() if count}


def wait_for(expected: dict[str, float], *workers: Worker) -> None:
    wait_until(
        lambda: labels(*workers) == expected,
        within=60.0,
        why=lambda: f"{labels(*workers)}\n{workers[0].log()}",
    )


@pytest.mark.parametrize("disk", ["none", "kept", "lost", "spoilt"])
def test_labels_meet_the_predictions_of_a_worker_that_was_killed(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path, disk: str
) -> None:
    client = Kafka(kafka.bootstrap, topic_prefix)
    folder = tmp_path / "pending"
    settings: dict[str, Any] = {}
    if disk != "none":
        settings = {**SMALL, "intake.pending.directory": folder}
    with Worker(kafka.bootstrap, topic_prefix, tmp_path / "first.log", **settings) as worker:
        worker.wait_until_ready()
        send_predictions(client, 0, ROWS)
        caught_up(client, "predictions")
        send_labels(client, 0, 100)
        send_labels(client, ROWS, ROWS + 10)
        wait_for({"joined": 100.0, "early": 10.0}, worker)
        caught_up(client, "predictions", "labels")
    # Killed by the end of the block.
    if disk == "lost":
        shutil.rmtree(folder)
    elif disk == "spoilt":
        for file in folder.glob("*/*.sqlite*"):
            file.write_bytes(b"spoilt" * 1000)
    with Worker(kafka.bootstrap, topic_prefix, tmp_path / "second.log", **settings) as worker:
        worker.wait_until_ready()
        send_labels(client, 0, ROWS)
        send_labels(client, 50, 60, label=1)
        send_predictions(client, ROWS, ROWS + 10)
        wait_for({"joined": ROWS - 100.0 + 10.0, "duplicate": 100.0, "corrected": 10.0}, worker)
        assert "pending predictions of 4 partitions are back" in worker.log()
        assert "Traceback" not in worker.log()
        assert worker.stop() == 0


def test_what_waits_moves_with_its_partition(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    client = Kafka(kafka.bootstrap, topic_prefix)
    settings = {**SMALL, "intake.pending.directory": tmp_path / "shared"}
    with Worker(kafka.bootstrap, topic_prefix, tmp_path / "first.log", **settings) as first:
        first.wait_until_ready()
        send_predictions(client, 0, ROWS)
        caught_up(client, "predictions")
        send_labels(client, 0, 100)
        wait_for({"joined": 100.0}, first)
        # What is not committed is read again by whoever is given it, and counted there.
        caught_up(client, "labels")
        with Worker(kafka.bootstrap, topic_prefix, tmp_path / "second.log", **settings) as second:
            second.wait_until_ready()
            wait_until(lambda: "are back" in second.log(), why=second.log)
            send_labels(client, 100, 1000)
            wait_for({"joined": 1000.0}, first, second)
            assert labels(second)["joined"] > 0
            assert first.stop() == 0
            before = labels(second)["joined"]
            send_labels(client, 0, 1000, label=1)
            send_labels(client, 1000, ROWS)
            wait_for({"joined": before + ROWS - 1000, "corrected": 1000.0}, second)
            assert second.stop() == 0


def test_a_changelog_that_was_cut_off_costs_what_was_cut_and_no_more(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    client = Kafka(kafka.bootstrap, topic_prefix)
    with Worker(kafka.bootstrap, topic_prefix, tmp_path / "first.log") as worker:
        worker.wait_until_ready()
        send_predictions(client, 0, ROWS // 2)
        caught_up(client, "predictions")
        ends = changelog_ends(client)
        send_predictions(client, ROWS // 2, ROWS)
        caught_up(client, "predictions")
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    for future in admin.delete_records(ends).values():
        future.result(20.0)
    with Worker(kafka.bootstrap, topic_prefix, tmp_path / "second.log") as worker:
        worker.wait_until_ready()
        send_labels(client, 0, ROWS)
        wait_for({"joined": ROWS / 2, "early": ROWS / 2}, worker)
        assert worker.stop() == 0


def changelog_ends(client: Kafka) -> list[TopicPartition]:
    consumer = Consumer({"bootstrap.servers": client.bootstrap, "group.id": "ends"})
    name = f"{client.prefix}driftline-pending"
    found = [TopicPartition(name, partition) for partition in range(PARTITIONS)]
    for each in found:
        each.offset = consumer.get_watermark_offsets(each, timeout=10.0)[1]
    consumer.close()
    return found


def test_a_worker_whose_partitions_were_claimed_acks_nothing_until_it_has_them_again(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    client = Kafka(kafka.bootstrap, topic_prefix)
    with Worker(kafka.bootstrap, topic_prefix, tmp_path / "first.log") as first:
        first.wait_until_ready()
        send_predictions(client, 0, 100)
        caught_up(client, "predictions")
        # As another worker does that was given the partitions, and this one has not heard of it.
        (claim,) = encode_changes(Changes((), 0, is_claim=True))
        producer = Producer({"bootstrap.servers": kafka.bootstrap})
        for partition in range(PARTITIONS):
            producer.produce(f"{topic_prefix}driftline-pending", claim, partition=partition)
        producer.flush()
        send_predictions(client, 100, ROWS)
        send_labels(client, 0, ROWS)
        wait_until(lambda: "was claimed by another worker" in first.log(), why=first.log)
        assert client.lag("predictions") == ROWS - 100
        with Worker(kafka.bootstrap, topic_prefix, tmp_path / "second.log") as second:
            second.wait_until_ready()
            caught_up(client, "predictions", "labels")
            assert {*labels(first), *labels(second)} <= {"joined", "early"}
            assert first.stop() == 0
            assert second.stop() == 0
        assert "Traceback" not in first.log()
