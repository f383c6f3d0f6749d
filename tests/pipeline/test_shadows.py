"""Shadows on the real broker: two versions under one prediction id, whose rows pair up."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from detectors.monitors.options import MonitorOptions
from schemas.events.codec import encode_event
from schemas.events.model_comparison import ComparisonMode, ModelComparison, Verdict
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import USERS_TOPICS, Kafka, Worker
from tests.pipeline.oracle import offline

START = 1_772_366_400
REQUESTS = 600
SETTINGS = {"state.interval_seconds": "0.5"}


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def tell(client: Kafka, kind: str, version: str, second: int = 0) -> None:
    event = {"type": kind, "model": "fraud", "version": version, "timestamp": START + second}
    client.send("model-events", "fraud", event)
    client.flush()


def label_of(row: int) -> int:
    return row // 7 % 2


def predictions(rows: range, versions: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield requests that all versions score: 7 is wrong about one in five, the others of 20."""
    for row in rows:
        for version in versions:
            is_wrong = row % 5 == 0 if version == "7" else row % 20 == 0
            yield {
                "prediction_id": f"p{row}",
                "model": "fraud",
                "version": version,
                "timestamp": START + row,
                "features": {"amount": row % 13},
                "prediction": 1 - label_of(row) if is_wrong else label_of(row),
            }


def send_labels(client: Kafka, rows: range) -> None:
    for row in rows:
        label = {"prediction_id": f"p{row}", "label": label_of(row), "timestamp": START + row + 60}
        client.send("labels", f"p{row}", label, row % 4)
    client.flush()


def drained(client: Kafka) -> bool:
    return not any(client.lag(each) for each in (*USERS_TOPICS, "driftline-observations"))


def told(client: Kafka) -> dict[str, bytes]:
    """Return the looks that were told by their ids; one that was told twice is the same."""
    looks: dict[str, bytes] = {}
    for message in client.read_all("model-comparisons"):
        value = message.value() or b""
        name = orjson.loads(value)["comparison_id"]
        assert looks.setdefault(name, value) == value
    return looks


def test_shadows_pair_up_and_are_decided_as_offline_whatever_is_killed(
    client: Kafka, tmp_path: Path
) -> None:
    arguments = (client.bootstrap, client.prefix)
    first_half, second_half = range(REQUESTS), range(REQUESTS, 2 * REQUESTS)
    with Worker(*arguments, tmp_path / "1.log", **SETTINGS) as first:
        first.wait_until_ready()
        tell(client, "version_deployed", "7")
        tell(client, "version_challenger", "8")
        # Topics have no order among them: rows of before the event are not compared.
        wait_until(partial(drained, client), within=60.0, why=first.log)
        client.send_predictions(predictions(first_half, ["7", "8"]))
        client.flush()
        wait_until(partial(drained, client), within=60.0, why=first.log)
        send_labels(client, first_half)
        wait_until(lambda: len(told(client)) > 1, within=60.0, why=first.log)
        client.send_predictions(predictions(second_half, ["7", "8"]))
        client.flush()
        first.kill()
    with Worker(*arguments, tmp_path / "2.log", **SETTINGS) as second:
        second.wait_until_ready()
        wait_until(partial(drained, client), within=60.0, why=second.log)
        send_labels(client, second_half)
        wait_until(partial(drained, client), within=60.0, why=second.log)
        assert second.stop() == 0, second.log()
    observations = client.read_all("driftline-observations")
    events, _ = offline(observations, MonitorOptions(burn_in=200))
    looks = [each for each in events if isinstance(each, ModelComparison)]
    assert told(client) == {each.comparison_id: encode_event(each) for each in looks}
    last = looks[-1]
    assert (last.mode, last.verdict) == (ComparisonMode.SHADOW, Verdict.SUCCESSFUL)
    assert last.exposure.faults == []
    arms = last.exposure.baseline, last.exposure.candidate
    assert {each.predictions for each in arms} == {2 * REQUESTS}
    # Each label has joined both, and is one pair; the latest look is not at the very last row.
    assert REQUESTS < last.exposure.pairs <= min(each.labelled for each in arms)
    (accuracy,) = last.metrics
    assert accuracy.difference == pytest.approx(0.15, abs=0.01)
