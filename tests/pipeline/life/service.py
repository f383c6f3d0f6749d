"""A service that answers requests by the route in force: seeded, no clock, no Kafka."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np

from app.routing.assignment import version_of
from app.routing.order import Order, decide
from schemas.events.codec import decode_event
from schemas.events.routing import ModelRoute

Document = dict[str, Any]

BEGIN: Final = 1_772_366_400
EVERY: Final = 60
"""Seconds of event time from one request to the next."""

LATE: Final = 20
"""Requests after which a label comes."""

CHUNK: Final = 50

SETTINGS: Final = {
    "monitor.burn_in": "200",
    "performance.rows": "400",
    "models.fraud.task": "classification",
    "models.fraud.thresholds": '["recall[1] >= 0.75"]',
    "models.fraud.retraining.triggers": '[{"performance": {}}]',
    "models.fraud.retraining.labelled_rows": "30",
    "models.fraud.comparison.metrics": (
        '[{"metric": "accuracy", "smallest_effect": 0.1, "margin": 0.05},'
        ' {"metric": "recall[1]", "role": "guardrail", "margin": 0.1, "smallest_effect": 0.3}]'
    ),
    "models.fraud.comparison.segments": '["country"]',
    "models.fraud.routing.automatic": "true",
    "models.fraud.routing.step_seconds": "6000",
    "models.fraud.routing.labels": "50",
    "cdevents.enabled": "true",
}

COUNTRIES: Final = ("CH", "DE", "FR")
SHARES: Final = (0.4, 0.2, 0.4)

CAUGHT: Final[Mapping[str, tuple[Mapping[str, float], Mapping[str, float]]]] = {
    # Which of the frauds of a country a version sees: in the world it was made for, and after.
    "1": ({"CH": 0.95, "DE": 0.95, "FR": 0.95}, {"CH": 0.25, "DE": 0.25, "FR": 0.95}),
    "2": ({"CH": 0.95, "DE": 0.95, "FR": 0.05}, {"CH": 0.95, "DE": 0.95, "FR": 0.05}),
    "3": ({"CH": 0.95, "DE": 0.95, "FR": 0.95}, {"CH": 0.95, "DE": 0.95, "FR": 0.95}),
}


class Stage(Protocol):
    """Where the life is played: a broker with workers, or one process without either."""

    def send(self, topic: str, key: str, document: Document) -> None:
        """Write a record."""

    def settle(self, predictions: int) -> None:
        """Wait until all that was written is taken, so many predictions among it."""

    def found(self, topic: str) -> list[Document]:
        """Return all that a topic holds by now, in its order."""

    def strike(self) -> None:
        """Kill what is at work, and let another one go on."""


@dataclass
class Service:
    """Customers of three countries, and whichever version the route in force names for each.

    Attributes
    ----------
    stage
        Where requests and labels go, and routes come from.
    seed
        Of all draws: the request of a number is the same whoever answers it.
    has_drifted
        Whether the world is another one than that of the first version's training.
    requests
        How many were answered.
    predictions
        How many rows these gave: a shadow answers beside.
    """

    stage: Stage
    seed: int
    has_drifted: bool = False
    requests: int = 0
    predictions: int = 0
    _due: deque[tuple[int, str, Document]] = field(default_factory=deque)

    @property
    def now(self) -> int:
        """Event time of the next request, seconds since the epoch."""
        return BEGIN + EVERY * self.requests

    @property
    def routes(self) -> list[ModelRoute]:
        """All routes that are there, in their order."""
        return [decode_event(ModelRoute, each) for each in self.stage.found("model-routing")]

    @property
    def route(self) -> ModelRoute | None:
        """The route in force: the last of those that are no copies of one before."""
        routes = {each.route_id: each for each in self.routes}
        return max(routes.values(), key=lambda each: each.revision, default=None)

    def happens(self, kind: str, version: str, **more: Any) -> None:
        """Tell what happens to a version."""
        event = {"type": kind, "model": "fraud", "version": version, "timestamp": self.now, **more}
        self.stage.send("model-events", "fraud", event)

    def order(self, champion: str | None = None, **asked: Any) -> None:
        """Write a route as the command does."""
        order = Order(by="ada", salt="life", **asked)
        route = decide(order, "fraud", self.route, champion, 1000 * self.now)
        self.stage.send("model-routing", "fraud", route.model_dump(mode="json"))

    def serve(self, requests: int = CHUNK) -> None:
        """Answer requests by the route in force; labels follow."""
        route = self.route
        for _ in range(requests):
            number, made = self.requests, self.now
            self.requests += 1
            customer = f"c{number}"
            versions = ["1"] if route is None else [version_of(route, customer), *route.shadows]
            random = np.random.default_rng([self.seed, number])
            country = str(random.choice(COUNTRIES, p=SHARES))
            is_fraud = bool(random.random() < 0.5)
            amount = float(random.normal(1.5 if self.has_drifted else 0.0))
            chances = dict(zip(CAUGHT, random.random(len(CAUGHT)).tolist(), strict=True))
            self.predictions += len(versions)
            for version in versions:
                caught = CAUGHT[version][self.has_drifted][country]
                is_said = chances[version] < (caught if is_fraud else 0.05)
                self.stage.send(
                    "predictions",
                    f"p{number}",
                    {
                        "prediction_id": f"p{number}",
                        "model": "fraud",
                        "version": version,
                        "timestamp": made,
                        "features": {"amount": amount, "age": float(random.normal(40.0, 9.0))},
                        "prediction": int(is_said),
                        "segment": {"country": country},
                    },
                )
            label = {"prediction_id": f"p{number}", "label": int(is_fraud)}
            self._due.append((number + LATE, f"p{number}", label))
        # Behind the predictions: a shadow's rows are pairs where both came before their label.
        while self._due and self._due[0][0] < self.requests:
            number, name, document = self._due.popleft()
            timestamp = BEGIN + EVERY * number
            self.stage.send("labels", name, {**document, "timestamp": timestamp})
        self.stage.settle(self.predictions)

    def serve_until(self, is_there: Callable[[], bool], *, at_most: int) -> int:
        """Serve until something is there; return after how many requests it was."""
        for served in range(0, at_most, CHUNK):
            if is_there():
                return served
            self.serve()
        assert is_there(), f"not there after {at_most} requests: {self.route}"
        return at_most
