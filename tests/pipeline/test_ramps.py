"""A ramp on a real broker: it goes on by itself, and a worker's end changes nothing of it."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.events.codec import encode_event
from schemas.events.routing import ModelRoute
from tests.agents.transport.worker_process import wait_until
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import Kafka, Worker
from tests.schemas.events.routes import canary_of, route_of

ALLOWED = {
    "models.fraud.task": "classification",
    "models.fraud.comparison.metrics": '[{"metric": "accuracy", "margin": 0.3}]',
    "models.fraud.comparison.promotes_equals": "true",
    "models.fraud.routing.automatic": "true",
    "models.fraud.routing.step_seconds": "100",
    "models.fraud.routing.labels": "40",
}
CHUNK = 100


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    return Kafka(kafka.bootstrap, topic_prefix)


class Service:
    """Two versions that serve by the route in force, a request each second of event time.

    Attributes
    ----------
    worker
        The one that watches: it has counted all requests before there are more.
    """

    def __init__(self, client: Kafka, worker: Worker) -> None:
        self.client = client
        self.worker = worker
        self._rows = count()
        self._sent = 0

    def routes(self) -> list[ModelRoute]:
        """Return all routes of the topic that are there by now, by their numbers."""
        found = self.client.read_all("model-routing")
        routes = [ModelRoute.model_validate(orjson.loads(each.value() or b"")) for each in found]
        return sorted(routes, key=lambda route: route.revision)

    def serve_until(self, is_there: Callable[[list[ModelRoute]], bool]) -> list[ModelRoute]:
        """Serve until the routes are as they should be."""
        routes = self.routes()
        for _ in range(200):
            if is_there(routes):
                return routes
            self._serve(routes[-1])
            routes = self.routes()
        pytest.fail(f"the routes are {routes}")

    def _serve(self, route: ModelRoute) -> None:
        shares = {each.version: each.share for each in route.versions}
        self._sent += self.client.send_predictions(self._requests(shares.get("8", 0.0)))
        self.client.flush()
        wait_until(lambda: self._counted() == self._sent, within=120.0, why=self.worker.log)

    def _counted(self) -> int:
        document = self.worker.document("/v1/models/fraud")
        return sum(each["rows"] for each in document.get("versions", ()))

    def _requests(self, share: float) -> Iterator[dict[str, Any]]:
        for row in [next(self._rows) for _ in range(CHUNK)]:
            name = f"p{row}"
            label = row // 7 % 2
            # One in ten of either version is wrong, and the label stands beside it.
            yield {
                "prediction_id": name,
                "model": "fraud",
                "version": "8" if row % 20 < round(20 * share) else "7",
                "timestamp": 1_772_366_400 + row,
                "features": {"amount": row % 13},
                "prediction": 1 - label if row % 11 == 3 else label,
                "label": label,
            }


def begun() -> ModelRoute:
    document = canary_of(0.2, 0)
    return route_of({**document, "ramp": {**document["ramp"], "steps": [0.2, 0.5, 1.0]}})


def test_a_ramp_goes_on_to_the_promotion_through_a_kill(client: Kafka, tmp_path: Path) -> None:
    arguments = (client.bootstrap, client.prefix)
    with Worker(*arguments, tmp_path / "first", **ALLOWED) as worker:
        worker.wait_until_ready()
        client.send("model-routing", "fraud", encode_event(begun()))
        client.flush()
        service = Service(client, worker)
        service.serve_until(lambda routes: routes[-1].versions[0].share == 0.5)
        worker.kill()  # before the decision is in a snapshot, as a rule: it is made again
    with Worker(*arguments, tmp_path / "second", **ALLOWED) as worker:
        worker.wait_until_ready()
        service.worker = worker
        routes = service.serve_until(lambda routes: routes[-1].mode == "single")
        versions = [
            each
            for each in client.read_events("model-events", 1)
            if each["type"] == "version_deployed"
        ]
        assert worker.stop() == 0
    by_id = {each.route_id: each for each in routes}
    own = [each for each in by_id.values() if each.decision.kind == "driftline"]
    assert [each.revision for each in own] == sorted({each.revision for each in own})
    known = ["r1", *(each.route_id for each in own)]
    assert [each.decision.replaces for each in own] == known[:-1]
    served = [(each.mode, each.versions[0].share) for each in own if not _is_held(each)]
    assert served == [("canary", 0.5), ("canary", 1.0), ("single", 1.0)]
    assert [(each["model"], each["version"]) for each in versions] == [("fraud", "8")]


def _is_held(route: ModelRoute) -> bool:
    return route.decision.reason.startswith(("held", "goes on"))
