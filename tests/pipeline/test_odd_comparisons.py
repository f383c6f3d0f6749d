"""Comparisons that cannot be decided, on the real broker: each says why, and none is a pass."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import USERS_TOPICS, Kafka, Worker
from tests.pipeline.test_shadows import drained, predictions, send_labels, tell

SETTINGS = {
    "models.fraud.task": "classification",
    "models.fraud.comparison.metrics": (
        '[{"metric": "accuracy"}, {"metric": "roc_auc", "role": "guardrail", "margin": 0.1}]'
    ),
    "models.fraud.comparison.mode": "ab",
}


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def serve(client: Kafka, rows: range, versions: list[str]) -> None:
    """Have each of the versions answer its share of the requests."""
    for number, version in enumerate(versions):
        own = range(rows.start + number, rows.stop, len(versions))
        client.send_predictions(predictions(own, [version]))
    client.flush()


def looks(client: Kafka) -> list[dict[str, Any]]:
    """Return all looks of the topic in their order."""
    found = client.read_all("model-comparisons")
    return [orjson.loads(each.value() or b"") for each in found]


def test_what_cannot_be_decided_says_why_and_passes_nobody(client: Kafka, tmp_path: Path) -> None:
    with Worker(client.bootstrap, client.prefix, tmp_path / "log", **SETTINGS) as worker:
        worker.wait_until_ready()

        def settle() -> None:
            wait_until(lambda: drained(client), within=60.0, why=worker.log)

        def verdict(version: str) -> tuple[int, dict[str, Any]]:
            status, text = worker.get(f"/v1/models/fraud/verdict?version={version}")
            return status, orjson.loads(text)

        tell(client, "version_deployed", "7")
        tell(client, "version_challenger", "8")
        settle()
        # Version 9 appears unannounced: it is seen, and compared with none.
        serve(client, range(1200), ["7", "8", "9"])
        settle()
        send_labels(client, range(0, 1200, 3))
        settle()
        one_armed = looks(client)[-1]
        assert {each["version"] for each in looks(client)} == {"8"}
        assert (one_armed["verdict"], one_armed["reason"]) == ("inconclusive", "one_arm_labelled")
        assert verdict("9")[1]["verdict"] == "Inconclusive"
        # The other's labels come; of a metric without scores there is nothing, ever.
        send_labels(client, range(1, 1200, 3))
        settle()
        unscored = looks(client)[-1]
        accuracy, area = unscored["metrics"]
        assert accuracy["finding"] == "better"
        assert (area["finding"], area["difference"]) == ("no_labels", None)
        assert (unscored["verdict"], unscored["reason"]) == (
            "inconclusive",
            "guardrail_undecided",
        )
        # It goes back, goes on serving, and is compared no longer; named again, it begins anew.
        tell(client, "version_rolled_back", "8", 1200)
        settle()
        before = len(looks(client))
        serve(client, range(1200, 1600), ["7", "8"])
        settle()
        assert len(looks(client)) == before
        tell(client, "version_challenger", "8", 1700)
        settle()
        serve(client, range(1700, 2100), ["7", "8"])
        settle()
        send_labels(client, range(1700, 2100))
        settle()
        again = looks(client)[-1]
        assert again["since"] > unscored["since"]
        assert again["exposure"]["candidate"]["predictions"] == 200
        assert worker.stop() == 0, worker.log()
