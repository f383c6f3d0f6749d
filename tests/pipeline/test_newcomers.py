"""A flood of models that come once, beside one that comes to stay, on the real broker."""

from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import PARTITIONS, USERS_TOPICS, Kafka, Traffic, Worker
from tests.pipeline.test_state import SETTINGS, drained, driftline

WIDE, ONCE = 100, 200
"""Features and names of the flood: more columns than are watched at once in all partitions."""


def _flood() -> list[dict[str, Any]]:
    features = {f"x{number}": float(number) for number in range(WIDE)}
    return [
        {
            "prediction_id": f"p{10_000 + number}",
            "model": f"once-{number}",
            "version": "1",
            "timestamp": 1_772_366_400,
            "features": features,
            "prediction": 1,
        }
        for number in range(ONCE)
    ]


def _send(client: Kafka, rows: list[dict[str, Any]], worker: Worker) -> None:
    # In one order: which of the flood there is room for is a matter of which come first.
    client.send_predictions(rows, only=0)
    client.flush()
    for topic in ("predictions", "driftline-observations"):
        wait_until(partial(drained, client, topic), within=60.0, why=worker.log)


def test_a_model_that_was_held_is_watched_as_from_its_first_row_on_over_a_restart(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    client = Kafka(kafka.bootstrap, topic_prefix)
    rows = Traffic(2000, 1200).predictions()
    with Worker(client.bootstrap, client.prefix, tmp_path / "1.log", **SETTINGS) as worker:
        worker.wait_until_ready()
        _send(client, _flood(), worker)
        _send(client, list(islice(rows, 10)), worker)
        _, metrics = worker.get("/metrics")
        held = [line for line in metrics.splitlines() if line.startswith("driftline_newcomers{")]
        newcomers = sum(float(line.rpartition(" ")[2]) for line in held)
        assert ONCE / 2 < newcomers < ONCE + 1
        assert "driftline_newcomer_rows_dropped_total 0.0" in metrics
        assert 'driftline_model_rows_total{model="fraud"' not in metrics
        assert worker.stop() == 0, worker.log()
    assert len(held) <= PARTITIONS

    code, said = driftline(client, "state", "show", "fraud")
    assert (code, "held rows: 10" in said) == (0, True), said
    code, said = driftline(client, "state", "reset", "--model", "once-199", "--yes")
    assert (code, said) == (0, "forgot newcomers once-199 1\n")
    assert driftline(client, "state", "show", "once-199")[0] == 4

    with Worker(client.bootstrap, client.prefix, tmp_path / "2.log", **SETTINGS) as worker:
        worker.wait_until_ready()
        _send(client, list(rows), worker)
        assert worker.stop() == 0, worker.log()
    code, said = driftline(client, "state", "show", "fraud")
    assert (code, "predictions: 2000 rows" in said) == (0, True), said
