"""A worker on a real Kafka that follows a real MLflow: from an alias to the registry and back."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import orjson

from app.mlflow.webhooks import PATH
from app.settings import load_settings
from app.versions.reader import read_versions
from schemas.events.version_record import VersionRecord
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.mlflow.server import MlflowServer
from tests.pipeline.driftline import USERS_TOPICS, Kafka, Traffic, Worker

SECRET = "shared with MLflow"  # noqa: S105 - of a test


def statuses(client: Kafka) -> dict[str, str]:
    """Return the status of each version, as `driftline models` tells it."""
    flags = {"kafka.bootstrap_servers": client.bootstrap, "topics.prefix": client.prefix}
    records: Iterable[VersionRecord]
    records = asyncio.run(read_versions(load_settings(None, flags, {}))).records
    return {each.version: str(each.status) for each in records}


def wait_for_tag(mlflow: MlflowServer, name: str, key: str, value: str, worker: Worker) -> None:
    """Wait until version 7 has a tag."""
    wait_until(lambda: mlflow.tags(name, 7).get(key) == value, within=150.0, why=worker.log)


def test_an_alias_becomes_the_champion_and_mlflow_hears_how_it_does(
    kafka: KafkaCluster, mlflow: MlflowServer, topic_prefix: str, tmp_path: Path
) -> None:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    client = Kafka(kafka.bootstrap, topic_prefix)
    name = f"{topic_prefix}fraud"
    mlflow.register(name, 8)
    mlflow.set_alias(name, "champion", 7)
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    settings = {
        "mlflow.tracking_uri": mlflow.url,
        "mlflow.models": f"{{fraud: {name}}}",
        "mlflow.interval_seconds": 1.0,
        "mlflow.webhook_secret_file": secret,
        "state.interval_seconds": 0.5,
    }
    with Worker(client.bootstrap, client.prefix, tmp_path / "log", **settings) as worker:
        worker.wait_until_ready()
        # Before there is traffic: the references begin anew with the event.
        wait_for_tag(mlflow, name, "driftline.status", "champion", worker)
        client.send_predictions(Traffic(1500, 700).predictions())
        client.flush()
        wait_for_tag(mlflow, name, "driftline.verdict", "drifting", worker)
        assert "amount" in mlflow.tags(name, 7)["driftline.alerts"]

        mlflow.add_webhook(worker.url + PATH, SECRET)
        mlflow.set_alias(name, "champion", 8)
        wait_until(
            lambda: statuses(client) == {"7": "retired", "8": "champion"},
            within=150.0,
            why=worker.log,
        )
        wait_until(
            lambda: 'mlflow_webhooks_total{outcome="taken"} 1.0' in worker.get("/metrics")[1],
            why=worker.log,
        )
    events = [orjson.loads(each.value() or b"") for each in client.read_all("model-events")]
    assert [(each["type"], each["version"]) for each in events] == [
        ("version_deployed", "7"),
        ("version_deployed", "8"),
    ]
