"""The whole path, by real workers: predictions and labels in, alerts and requests out."""

from collections.abc import Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import cast

import orjson
import pytest
from confluent_kafka import Message
from jsonschema import Draft202012Validator

from app.kafka.embedded import EmbeddedBroker
from schemas.tables.frames import MAGIC, decode_frame
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import (
    PARTITIONS,
    ROOT,
    TOPICS,
    USERS_TOPICS,
    Kafka,
    Traffic,
    Worker,
)

ROWS, CHANGE_AT = 3000, 1800


@pytest.fixture
def client(broker: EmbeddedBroker | KafkaCluster, topic_prefix: str) -> Kafka:
    # On the real broker the workers make what is missing, as they would for a user.
    for topic in TOPICS if isinstance(broker, EmbeddedBroker) else USERS_TOPICS:
        broker.create(topic_prefix + topic)
    return Kafka(broker.bootstrap, topic_prefix)


def valid(name: str, event: object) -> bool:
    schema = orjson.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_bytes())
    Draft202012Validator(schema).validate(event)
    return True


def headers_of(message: Message) -> dict[str, str]:
    headers = cast("list[tuple[str, bytes]]", message.headers() or [])
    return {name: value.decode() for name, value in headers}


def source_rows(messages: Iterable[Message]) -> list[tuple[int, int]]:
    """Return partition and offset of every prediction in the observations, replays included."""
    rows: list[tuple[int, int]] = []
    for message in messages:
        value = message.value() or b""
        if value.startswith(MAGIC):
            batches = [batch for table in decode_frame(value) for batch in table.batches()]
            rows += [
                (run.partition, offset)
                for batch in batches
                if batch.origin == "predictions"
                for run, begin, end in batch.slices()
                for offset in batch.offsets[begin:end].tolist()
            ]
    return rows


def drained(client: Kafka, topic: str) -> bool:
    return client.lag(topic) == 0


def test_a_drift_comes_out_as_alerts_and_one_retrain_request(client: Kafka, tmp_path: Path) -> None:
    traffic = Traffic(ROWS, CHANGE_AT)
    settings = {"policy.features": 2}
    with Worker(client.bootstrap, client.prefix, tmp_path / "worker.log", **settings) as worker:
        worker.wait_until_ready()
        client.send("predictions", "junk", b"\xff{")
        client.send("predictions", "null", None)
        rows = traffic.predictions()
        # In step with event time, as a live service would: all partitions at once.
        for _ in range(ROWS // 300):
            client.send_predictions(islice(rows, 300), labels=True)
            client.flush()
            wait_until(partial(drained, client, "predictions"), why=worker.log)
        alerts = client.read_events("drift-alerts", 2)
        requests = client.read_events("retrain-requests", 1)
        letters = client.read("driftline-dead-letters", lambda found: len(found) >= 1)
        wait_until(partial(drained, client, "driftline-observations"), why=worker.log)
        _, metrics = worker.get("/metrics")
        assert worker.stop() == 0, worker.log()
    assert {alert["feature"] for alert in alerts} == {"amount", "country"}
    assert all(valid("alert", alert) for alert in alerts)
    for alert in alerts:
        row = alert["detected_at"]["offset"] * PARTITIONS  # the rows went round the partitions
        assert CHANGE_AT - 2 * PARTITIONS < row < CHANGE_AT + 400, alert["message"]
    (request,) = requests
    assert valid("retrain_request", request)
    assert set(request["features"]) == {"amount", "country"}
    reasons = {headers_of(letter)["ce_reason"] for letter in letters}
    assert reasons == {"undecodable"}
    assert {letter.value() for letter in letters} == {b"\xff{"}
    (skipped,) = (
        x for x in metrics.splitlines() if x.startswith("driftline_records_skipped_total")
    )
    assert skipped.endswith('predictions"} 1.0')
    assert "driftline_alerts_total{" in metrics
    assert [path.name for path in tmp_path.iterdir()] == ["worker.log"]


def test_alerts_requests_and_dead_letters_carry_cloudevents_headers(
    client: Kafka, tmp_path: Path
) -> None:
    settings = {"policy.features": 1}
    with Worker(client.bootstrap, client.prefix, tmp_path / "worker.log", **settings) as worker:
        client.send("labels", "x", b"[1]")
        rows = Traffic(1500, 800).predictions()
        for _ in range(5):
            client.send_predictions(islice(rows, 300))
            client.flush()
        worker.wait_until_ready()
        for topic, kind in (
            ("drift-alerts", "alert"),
            ("retrain-requests", "retrain-request"),
            ("driftline-dead-letters", "dead-letter"),
        ):
            first = client.read(topic, bool)[0]
            headers = headers_of(first)
            assert headers["ce_specversion"] == "1.0"
            assert headers["ce_type"] == f"io.driftline.{kind}.v1"
            assert headers["ce_id"]
            assert headers["ce_source"].startswith("/driftline/")
            assert headers["ce_time"].endswith("Z")
        assert worker.stop() == 0


def test_workers_that_join_and_leave_under_load_lose_nothing(
    client: Kafka, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    # The embedded broker refuses a third member at random; a real one does not.
    real = "kafka" in request.node.name.rpartition("[")[2]
    rows = Traffic(9000, 9000).predictions()
    sent = 0
    with (
        Worker(client.bootstrap, client.prefix, tmp_path / "first.log") as first,
        Worker(client.bootstrap, client.prefix, tmp_path / "second.log") as second,
    ):
        first.wait_until_ready()
        second.wait_until_ready()
        sent += client.send_predictions(islice(rows, 3000), labels=True)
        client.flush()
        if real:
            with Worker(client.bootstrap, client.prefix, tmp_path / "third.log") as third:
                sent += client.send_predictions(islice(rows, 1500), labels=True)
                client.flush()
                third.wait_until_ready()
                sent += client.send_predictions(islice(rows, 1500), labels=True)
                client.flush()
                assert third.stop() == 0, third.log()
        sent += client.send_predictions(islice(rows, 1500), labels=True)
        client.flush()
        assert second.stop() == 0, second.log()
        sent += client.send_predictions(rows, labels=True)
        client.flush()
        for topic in ("predictions", "labels", "driftline-observations"):
            wait_until(partial(drained, client, topic), within=60.0, why=first.log)
        assert first.stop() == 0, first.log()
    assert sent == 9000
    expected = {(p, offset) for p in range(PARTITIONS) for offset in range(9000 // PARTITIONS)}
    found = client.read(
        "driftline-observations", lambda messages: set(source_rows(messages)) >= expected
    )
    assert set(source_rows(found)) == expected
    assert client.read_all("driftline-dead-letters") == []


def test_a_worker_without_a_broker_says_so_and_ends(tmp_path: Path) -> None:
    settings = {"kafka.connect_timeout_seconds": 2}
    with Worker("127.0.0.1:9", "none-", tmp_path / "worker.log", **settings) as worker:
        assert worker.wait() == 69
        assert "127.0.0.1:9" in worker.log()
        assert "Traceback" not in worker.log()


def test_unequal_partition_counts_are_refused_with_what_to_do(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    kafka.create_topic(f"{topic_prefix}predictions", 4)
    kafka.create_topic(f"{topic_prefix}labels", 3)
    with Worker(kafka.bootstrap, topic_prefix, tmp_path / "worker.log") as worker:
        assert worker.wait() == 3
        assert f"{topic_prefix}labels" in worker.log()
        assert "partitions" in worker.log()
