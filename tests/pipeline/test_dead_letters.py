"""Bad records by the thousand, and a few of them: when a worker stops, and what comes after."""

import json
from itertools import islice
from pathlib import Path
from time import time as now
from typing import Any, cast

import pytest
from click.testing import CliRunner
from confluent_kafka import Message, Producer

from app.cli import main
from tests.agents.transport.worker_process import committed, wait_until
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
    return {**{k: v for k, v in row.items() if k != "model"}, "name": row["model"]}


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
            assert worker.wait() == 65, worker.log()
            for said in (
                "too many refused records",
                "dead_letters.max_ratio",
                "missing_field 1000",
            ):
                assert said in worker.log()
        assert committed_to(client, "predictions") == before, worker.log()

    mended = {"intake.prediction_fields": "{model: name}"}
    with Worker(client.bootstrap, client.prefix, tmp_path / "mended.log", **mended) as worker:
        worker.wait_until_ready()
        wait_until(lambda: client.lag("predictions") == 0, within=90.0, why=worker.log)
        assert worker.stop() == 0


def test_two_workers_stop_for_a_bad_deploy_and_pass_none_of_it(
    client: Kafka, tmp_path: Path
) -> None:
    with (
        Worker(client.bootstrap, client.prefix, tmp_path / "first.log") as first,
        Worker(client.bootstrap, client.prefix, tmp_path / "second.log") as second,
    ):
        first.wait_until_ready()
        second.wait_until_ready()
        for number in range(BAD):
            client.send("labels", f"p{number}", b"[1]", number % PARTITIONS)
        client.flush()
        assert first.wait() == 65, first.log()
        assert second.wait() == 65, second.log()
    assert committed_to(client, "labels") == [0] * PARTITIONS
    # Given up to the dead letters, as the message says.
    waived = {"dead_letters.max_run": "null", "dead_letters.max_ratio": "null"}
    with Worker(client.bootstrap, client.prefix, tmp_path / "waived.log", **waived) as worker:
        worker.wait_until_ready()
        wait_until(lambda: client.lag("labels") == 0, within=90.0, why=worker.log)
        assert worker.stop() == 0, worker.log()
    code, listed = dead_letters(client, "list")
    assert (code, listed["matching"]) == (0, BAD)


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


INFLATED = 70_000_000
"""Bytes: more than a worker reads of one batch."""


def send_bomb(client: Kafka, topic: str, *, records: int = 1, partition: int = 0) -> None:
    """Send one batch of records, the first of which inflates beyond all bounds."""
    producer = Producer(
        {
            "bootstrap.servers": client.bootstrap,
            "log_level": 0,
            "compression.type": "zstd",
            "message.max.bytes": 2 * INFLATED,
            "batch.size": 2 * INFLATED,
            "linger.ms": 60_000,  # `flush` sends them, and not a machine that stalls in between
            "enable.idempotence": True,
        }
    )
    for number in range(records):
        value = b"{}" if number else bytes(INFLATED)
        producer.produce(client.prefix + topic, value=value, partition=partition)
    assert producer.flush(60.0) == 0


def rows_of(worker: Worker, origin: str) -> float:
    name = f'driftline_rows_accepted_total{{model="fraud",origin="{origin}",version="7"}} '
    lines = worker.get("/metrics")[1].splitlines()
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


def test_batches_that_inflate_beyond_the_bound_and_records_of_nothing_are_a_letter_each(
    client: Kafka, tmp_path: Path
) -> None:
    # Of now, as are the labels without a time: what is a month older would be given up.
    rows = [{**row, "timestamp": now()} for row in Traffic(200, 200).predictions()]
    client.send_predictions(rows[:100], labels=True)
    client.flush()
    for topic in USERS_TOPICS:
        send_bomb(client, topic, records=3)
        client.send(topic, None, None, 0)  # skipped
    client.send_predictions(rows[100:], labels=True)
    client.flush()
    with Worker(client.bootstrap, client.prefix, tmp_path / "worker.log") as worker:
        worker.wait_until_ready()
        for topic in USERS_TOPICS:
            wait_until(lambda topic=topic: client.lag(topic) == 0, within=90.0, why=worker.log)  # type: ignore[misc] # bound by its default
        assert (rows_of(worker, "predictions"), rows_of(worker, "labels")) == (200, 200)
        letters = client.read("driftline-dead-letters", lambda found: len(found) >= 3)
        assert worker.stop() == 0, worker.log()
    # At least once: a rebalance before the commit has a batch read again, and told of again.
    places = {place_of(letter): letter for letter in letters}
    found = {topic: letter for (topic, *_), letter in places.items()}
    assert len(places) == 3, sorted(places)
    assert set(found) == {client.prefix + topic for topic in USERS_TOPICS}
    for topic, before in (("predictions", 25), ("labels", 25), ("model-events", 0)):
        letter = found[client.prefix + topic]
        headers = headers_of(letter)
        assert (letter.value(), headers["ce_reason"]) == (b"", b"batch_too_large")
        assert headers["ce_sourcepartition"] == b"0"
        assert int(headers["ce_sourceoffset"]) == before
        assert int(headers["ce_sourcelastoffset"]) == before + 2
    code, told = dead_letters(client, "explain")
    assert code == 1
    assert [
        (each["reason"], each["refused_now"], each["unknown"]) for each in told["explanations"]
    ] == [("batch_too_large", 0, 1)] * len(letters)
    code, sent = dead_letters(client, "replay", "--yes")
    assert (code, sent["sent"], len(sent["failed"])) == (1, 0, len(letters))


def test_a_flood_of_batches_that_nobody_can_read_stops_the_worker_before_the_first(
    client: Kafka, tmp_path: Path
) -> None:
    client.send_predictions(Traffic(40, 40).predictions())
    client.flush()
    for _ in range(3):
        send_bomb(client, "predictions", records=4)
    limits = {"dead_letters.max_run": 10}
    for attempt in range(2):
        log = tmp_path / f"attempt-{attempt}.log"
        with Worker(client.bootstrap, client.prefix, log, **limits) as worker:
            assert worker.wait() == 65, worker.log()
            assert "batch_too_large 11" in worker.log()
        # What was read before it is acked while it is refused: it is committed, or read again.
        assert committed_to(client, "predictions")[0] <= 10, worker.log()


MAP = ("--set", "intake.prediction_fields={model: name}")


def dead_letters(client: Kafka, command: str, *flags: str) -> tuple[int, dict[str, Any]]:
    """Run a command with --json; return its exit code and what it printed."""
    place = ("--bootstrap", client.bootstrap, "--set", f"topics.prefix={client.prefix}")
    result = CliRunner().invoke(main, ["dead-letters", command, "--json", *place, *flags])
    return result.exit_code, json.loads(result.stdout or "null")


def headers_of(message: Message) -> dict[str, bytes]:
    return dict(cast("list[tuple[str, bytes]]", message.headers() or []))


def place_of(letter: Message) -> tuple[str, bytes, bytes]:
    """Return topic, partition and first offset of what a letter tells of."""
    headers = headers_of(letter)
    return (
        headers["ce_sourcetopic"].decode(),
        headers["ce_sourcepartition"],
        headers["ce_sourceoffset"],
    )


def test_records_that_were_refused_are_taken_when_they_are_replayed_after_the_fix(
    client: Kafka, tmp_path: Path
) -> None:
    rows = list(Traffic(40, 40).predictions())
    raw = Producer({"bootstrap.servers": client.bootstrap, "log_level": 0})
    topic = f"{client.prefix}predictions"
    strange: list[tuple[str, str | bytes | None]] = [
        ("trace", b"\xff\xfe"),
        ("trace", None),
        ("x", b""),
    ]
    # Kafka deletes by the records' own time: one of long ago could be gone by the end of the test.
    time = (int(now()) - 3600) * 1000
    raw.produce(
        topic, key=b"\xff\x00key", value=b"\xff", headers=strange, partition=3, timestamp=time
    )
    assert raw.flush(20.0) == 0
    for row in rows:
        name = row["prediction_id"]
        client.send("predictions", name, renamed(row), int(name[1:]) % PARTITIONS)
    client.flush()
    with Worker(client.bootstrap, client.prefix, tmp_path / "before.log") as worker:
        worker.wait_until_ready()
        wait_until(lambda: client.lag("predictions") == 0, within=90.0, why=worker.log)
        assert worker.stop() == 0

    code, listed = dead_letters(client, "list")
    assert (code, listed["matching"]) == (0, 41)
    assert {(each["reason"], each["letters"]) for each in listed["by_reason"]} == {
        ("missing_field", 40),
        ("undecodable", 1),
    }
    code, told = dead_letters(client, "explain", "--reason", "missing_field")
    assert (code, told["explanations"][0]["refused_now"]) == (1, 40)
    assert told["explanations"][0]["examples"][0]["now"]["path"] == "model"
    code, told = dead_letters(client, "explain", "--reason", "missing_field", *MAP)
    assert (code, told["explanations"][0]["accepted_now"]) == (0, 40)

    code, sent = dead_letters(client, "replay", "--if-accepted", "--dry-run", *MAP)
    assert (code, sent["sent"], sent["still_refused"]) == (1, 40, 1)
    code, _ = dead_letters(client, "replay", "--if-accepted", *MAP)
    assert code == 2
    code, sent = dead_letters(client, "replay", "--if-accepted", "--yes", *MAP)
    assert (code, sent["sent"], sent["still_refused"]) == (1, 40, 1)
    code, sent = dead_letters(client, "replay", "--if-accepted", "--yes", *MAP)
    assert (sent["sent"], sent["already_replayed"]) == (0, 40)
    # One that is refused again: its new letter names the first.
    code, sent = dead_letters(client, "replay", "--reason", "undecodable")
    assert (code, sent["sent"]) == (0, 1)

    mended = {"intake.prediction_fields": "{model: name}"}
    with Worker(client.bootstrap, client.prefix, tmp_path / "after.log", **mended) as worker:
        worker.wait_until_ready()
        wait_until(lambda: client.lag("predictions") == 0, within=90.0, why=worker.log)
        _, metrics = worker.get("/metrics")
        assert worker.stop() == 0
    accepted = 'driftline_rows_accepted_total{model="fraud",origin="predictions",version="7"} 40.0'
    assert accepted in metrics
    found = client.read("predictions", lambda messages: len(messages) >= 82)
    first, again = (message for message in found if message.value() == b"\xff")
    assert (first.key(), first.partition(), first.timestamp()) == (
        again.key(),
        again.partition(),
        again.timestamp(),
    )
    *original, (name, _) = cast("list[tuple[str, bytes]]", again.headers())
    assert (original, name) == (strange, "driftline-dead-letter")
    letters = client.read("driftline-dead-letters", lambda messages: len(messages) >= 83)
    undecodable = [m for m in letters if headers_of(m).get("ce_reason") == b"undecodable"]
    assert len(undecodable) == 2
    assert headers_of(undecodable[1])["ce_replayof"] == headers_of(undecodable[0])["ce_id"]
