"""A bad version on a real broker: one request, the way back and its model event, through kills."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.events.codec import encode_event
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import PARTITIONS, Kafka, Worker
from tests.schemas.events.routes import document_of, route_of

ALLOWED = {"models.fraud.task": "classification", "models.fraud.routing.automatic": "true"}
ROWS, SECOND = 1200, 1_772_366_400


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    return Kafka(kafka.bootstrap, topic_prefix)


def rows(begin: int, end: int) -> Iterator[dict[str, Any]]:
    """Yield predictions of 7 and 8 in turns; half of those of 8 are wrong, a tenth of 7's.

    Both are in each partition: they are read one after the other, and a version that came alone for
    long would be traffic that is not shared as the route says.
    """
    for row in range(begin, end):
        label = row // 5 % 2
        is_new = row // PARTITIONS % 2 == 1
        is_wrong = row // (2 * PARTITIONS) % 2 == 0 if is_new else row % 40 == 0
        yield {
            "prediction_id": f"p{row}",
            "model": "fraud",
            "version": "8" if is_new else "7",
            "timestamp": SECOND + row,
            "features": {"amount": row % 13},
            "prediction": 1 - label if is_wrong else label,
            "label": label,
        }


def happens(client: Kafka, kind: str, version: str, second: int) -> None:
    event = {"type": kind, "model": "fraud", "version": version, "timestamp": SECOND + second}
    client.send("model-events", "fraud", event)


def are_known(client: Kafka) -> bool:
    """Tell whether the worker has taken all events and routes."""
    return not any(
        client.lag(each) for each in ("model-events", "model-routing", "driftline-observations")
    )


def all_of(client: Kafka, topic: str) -> list[dict[str, Any]]:
    found = client.read_all(topic)
    return [orjson.loads(each.value() or b"") for each in found if each.value()]


def test_a_worse_champion_is_asked_to_go_once_and_goes_through_a_kill(
    client: Kafka, tmp_path: Path
) -> None:
    arguments = (client.bootstrap, client.prefix)
    with Worker(*arguments, tmp_path / "first", **ALLOWED) as worker:
        worker.wait_until_ready()
        happens(client, "version_deployed", "7", -20)
        happens(client, "version_deployed", "8", -10)
        client.send(
            "model-routing",
            "fraud",
            encode_event(route_of(document_of("ab", v7=0.5, v8=0.5))),
        )
        client.flush()
        # Topics have no order among them: what comes before the route is not compared.
        wait_until(partial(are_known, client), within=60.0, why=worker.log)
        client.send_predictions(rows(0, ROWS))
        client.flush()
        assert client.read_events("rollback-requests", 1, within=60.0), worker.log()
        worker.kill()  # before the decision is in a snapshot, as a rule: it is made again
    with Worker(*arguments, tmp_path / "second", **ALLOWED) as worker:
        worker.wait_until_ready()
        client.send_predictions(rows(ROWS, ROWS + PARTITIONS))
        client.flush()

        def is_over() -> bool:
            document = worker.document("/v1/models/fraud")
            return (document.get("champion"), document.get("rollback_request", 0)) == ("7", None)

        wait_until(is_over, within=60.0, why=worker.log)
        assert worker.stop() == 0

    requests = {each["request_id"]: each for each in all_of(client, "rollback-requests")}
    (request,) = requests.values()
    assert (request["version"], request["target"], request["cause"]) == ("8", "7", "worse")
    looks = {each["comparison_id"]: each for each in all_of(client, "model-comparisons")}
    (evidence,) = request["evidence"]
    # Of 7, which is better than the version that serves: it is known to be, and so that one goes.
    assert looks[evidence["found_in"]]["decision"] == "promote"
    routes = {each["route_id"]: each for each in all_of(client, "model-routing")}
    back = routes.pop(request["route_id"])
    assert [each["version"] for each in back["versions"]] == ["7"]
    assert back["decision"]["by"] == "driftline"
    assert list(routes) == ["r1"]
    events = {
        (each["version"], each["request_id"])
        for each in all_of(client, "model-events")
        if each["type"] == "rolled_back"
    }
    assert events == {("7", request["request_id"])}
    statuses = {each["version"]: each["status"] for each in all_of(client, "model-versions")}
    assert statuses == {"7": "champion", "8": "rolled_back"}
