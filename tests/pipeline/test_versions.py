"""The registry of versions on the real broker: what a kill leaves is what an offline run gives."""

import asyncio
from functools import partial
from itertools import islice
from pathlib import Path

import orjson
import pytest

from app.settings import load_settings
from app.versions.reader import read_versions
from detectors.monitors.options import MonitorOptions
from schemas.events.model_comparison import ModelComparison, Verdict
from schemas.events.version_record import VersionRecord
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import USERS_TOPICS, Kafka, Traffic, Worker
from tests.pipeline.oracle import offline

SETTINGS = {"state.interval_seconds": 0.5}
STRANGER = {"type": "rolled_back", "model": "churn", "version": "1"}


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def tell(client: Kafka, kind: str, version: str, time: int) -> None:
    """Write a model event of ``fraud``."""
    event = {"type": kind, "model": "fraud", "version": version, "timestamp": time}
    client.send("model-events", "fraud", event)
    client.flush()


def drained(client: Kafka) -> bool:
    return not any(client.lag(each) for each in (*USERS_TOPICS, "driftline-observations"))


def told(client: Kafka) -> list[VersionRecord]:
    """Return what `driftline models` reads."""
    flags = {"kafka.bootstrap_servers": client.bootstrap, "topics.prefix": client.prefix}
    return asyncio.run(read_versions(load_settings(None, flags, {}))).records


def test_versions_after_a_kill_and_a_replay_are_those_of_an_offline_run(
    client: Kafka, tmp_path: Path
) -> None:
    start = 1_772_366_400
    seven = Traffic(2400, 900).predictions()
    eight = ({**row, "version": "8"} for row in Traffic(2400, 2400, 2).predictions())

    def send(rows: int) -> None:
        client.send_predictions(islice(seven, rows))
        client.send_predictions(
            {**row, "prediction_id": f"p{9 * n}"} for n, row in enumerate(islice(eight, rows))
        )
        client.flush()

    with Worker(client.bootstrap, client.prefix, tmp_path / "1.log", **SETTINGS) as first:
        first.wait_until_ready()
        tell(client, "version_deployed", "7", start)
        send(1200)
        tell(client, "version_challenger", "8", start + 600)
        wait_until(partial(drained, client), within=60.0, why=first.log)
        send(600)
        first.kill()
    with Worker(client.bootstrap, client.prefix, tmp_path / "2.log", **SETTINGS) as second:
        second.wait_until_ready()
        # Both are compared until the event, and it does not wait for rows of before it.
        wait_until(partial(drained, client), within=60.0, why=second.log)
        tell(client, "version_deployed", "8", start + 1900)
        client.send("model-events", "churn", STRANGER)
        send(600)
        wait_until(partial(drained, client), within=60.0, why=second.log)
        status, body = second.get("/v1/models/fraud")
        assert second.stop() == 0, second.log()
    observations = client.read_all("driftline-observations")
    events, fleets = offline(observations, MonitorOptions(burn_in=200))
    compared = {
        orjson.loads(each.value() or b"")["comparison_id"]: each
        for each in client.read_all("model-comparisons")
    }
    looks = [each for each in events if isinstance(each, ModelComparison)]
    assert set(compared) == {each.comparison_id for each in looks}
    assert [each.verdict for each in looks] == [Verdict.INCONCLUSIVE] * len(looks) != []
    expected = [each for fleet in fleets.values() for each in fleet.versions.records()]
    found = told(client)
    assert found == sorted(expected, key=lambda each: (each.model, each.version))
    churn, *versions = found
    assert (churn.status, churn.history[0].remark) == ("champion", "never_served")
    assert [(each.version, each.status) for each in versions] == [
        ("7", "retired"),
        ("8", "champion"),
    ]
    assert [each.rows > 1200 for each in versions] == [True, True]
    assert status == 200
    by_now = orjson.loads(body)
    assert by_now["champion"] == "8"
    assert [each["rows"] for each in by_now["versions"]] == [2400, 2400]
