"""Routes on a real broker: written by a command, told by a worker, obeyed by the client."""

import json
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from confluent_kafka import Message

from app.cli import main
from driftline_routing import Routing
from schemas.events.codec import encode_event
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import Kafka, Worker
from tests.schemas.events.comparisons import comparison_of


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    return Kafka(kafka.bootstrap, topic_prefix)


def order(client: Kafka, *arguments: str) -> None:
    flags = ("--bootstrap", client.bootstrap, "--set", f"topics.prefix={client.prefix}")
    result = CliRunner().invoke(main, ["route", "fraud", *arguments, *flags])
    assert result.exit_code == 0, result.output


def are(count: int, messages: list[Message]) -> bool:
    return len(messages) == count


def followed(messages: list[Message]) -> Routing:
    """Return what a service knows that has a consumer of its own."""
    routing = Routing()
    for message in messages:
        assert routing.feed(message.key(), message.value())
    return routing


def is_harmful(worker: Worker) -> bool:
    status, text = worker.get("/v1/models/fraud/verdict?version=8")
    return bool(status == 200 and json.loads(text)["verdict"] == "Failed")


def test_services_by_topic_and_by_port_answer_alike(client: Kafka, tmp_path: Path) -> None:
    by_port = Routing()

    def ask(revision: int) -> bool:
        status, text = worker.get("/v1/models/fraud/route")
        if status != 200 or json.loads(text)["revision"] != revision:
            return False
        return by_port.answered("fraud", text.encode())

    with Worker(client.bootstrap, client.prefix, tmp_path / "log") as worker:
        worker.wait_until_ready()
        status, text = worker.get("/v1/models/fraud/route")
        assert (status, json.loads(text)["error"]) in {(404, "no_route"), (503, "not_known_yet")}
        orders = [
            ("--canary", "8", "--baseline", "7", "--steps", "30,100"),
            ("--next",),
            ("--only", "7"),
        ]
        seen: list[set[str]] = []
        for number, arguments in enumerate(orders, start=1):
            order(client, *arguments)
            wait_until(partial(ask, number), within=60.0, why=worker.log)
            by_topic = followed(client.read("model-routing", partial(are, number)))
            keys = [f"customer-{each}" for each in range(100)]
            answers = [by_topic.route("fraud", key) for key in keys]
            assert [by_port.route("fraud", key) for key in keys] == answers
            seen.append(set(answers))
        assert seen == [{"7", "8"}, {"8"}, {"7"}]
        taken = 'driftline_route_records_total{outcome="taken"} 3.0'
        wait_until(lambda: taken in worker.get("/metrics")[1], within=60.0, why=worker.log)
        status, text = worker.get("/v1/models/fraud/verdict?version=8")
        assert (status, json.loads(text)["verdict"]) == (200, "Inconclusive")
        # Of a version that was taken out of the route only harm is told.
        look = comparison_of(version="8", baseline="7")
        client.send("model-comparisons", "fraud", encode_event(look))
        client.flush()
        wait_until(partial(is_harmful, worker), within=60.0, why=worker.log)
        assert worker.stop() == 0
