"""State that survives its workers, on the real broker: the oracle is a run without interruption."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.agents.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import USERS_TOPICS, Kafka, Traffic, Worker

ROWS, CHANGE_AT, STOP_AT = 3000, 1800, 1500
SETTINGS = {"policy.features": 2, "monitor.burn_in": 200, "state.interval_seconds": 0.5}


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def drained(client: Kafka, topic: str) -> bool:
    return client.lag(topic) == 0


def watched_rows(worker: Worker) -> int:
    """Return the values in the reference of ``age``, which does not drift."""
    _, metrics = worker.get("/metrics")
    return sum(
        int(float(line.rpartition(" ")[2]))
        for line in metrics.splitlines()
        if line.startswith("driftline_feature_reference_rows{") and 'feature="age"' in line
    )


def send(client: Kafka, rows: Iterable[dict[str, Any]], worker: Worker) -> None:
    """Send rows, and wait until the detectors have seen them and nothing is left to commit."""
    client.send_predictions(rows)
    client.flush()
    # What is committed of the one is acknowledged in the other.
    for topic in ("predictions", "driftline-observations"):
        wait_until(partial(drained, client, topic), within=30.0, why=worker.log)


@pytest.mark.parametrize("end", [Worker.kill, Worker.stop], ids=["kill", "stop"])
def test_a_worker_goes_on_from_where_another_one_ended(
    client: Kafka, tmp_path: Path, end: Callable[[Worker], object]
) -> None:
    rows = Traffic(ROWS, CHANGE_AT).predictions()
    with Worker(client.bootstrap, client.prefix, tmp_path / "1.log", **SETTINGS) as worker:
        worker.wait_until_ready()
        send(client, islice(rows, STOP_AT), worker)
        end(worker)
    with Worker(client.bootstrap, client.prefix, tmp_path / "2.log", **SETTINGS) as worker:
        worker.wait_until_ready()
        # Before any new row: the reference is there.
        assert watched_rows(worker) == STOP_AT
        send(client, rows, worker)
        alerts = client.read_events("drift-alerts", 2)
        assert worker.stop() == 0, worker.log()
    assert {alert["feature"] for alert in alerts} == {"amount", "country"}
    # The change is within a burn-in of the second worker's start: with a new reference it would
    # have been taken for the normal state.
    assert all(alert["rows_observed"] > STOP_AT for alert in alerts)
