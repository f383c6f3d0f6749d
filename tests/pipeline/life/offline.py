"""The life of a model without a broker: the stages' own code, one process, nothing in between."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from itertools import groupby
from typing import Final

import orjson

from agents.dead_letters.sender import DeadLetters
from agents.join.stores import PendingStores
from agents.observations.tables_before import TablesBefore
from agents.stages.company import Company
from agents.stages.intake import Intake
from agents.work_thread import WorkThread
from app.options import WorkerOptions
from app.settings import load_settings
from schemas.events.alert import Alert
from schemas.events.any_alert import decode_alert
from schemas.events.codec import encode_event
from schemas.events.lifecycle import decode_lifecycle
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_event import ModelEvent
from schemas.events.model_performance import ModelPerformance
from schemas.events.published import PublishedEvent
from schemas.events.retrain_request import RetrainRequest
from schemas.events.retrain_signal import RetrainSignal
from schemas.events.rollback_request import RollbackRequest
from schemas.events.version_record import VersionRecord
from tests.agents.fakes import FakeDelivery, FakePublisher, FakeTelemetry, batch
from tests.chaos.observed import events_of
from tests.pipeline.life.service import Document

AFTER: Final = 1_790_000_000_000
"""Of all records: later than all event times."""

TOPIC_OF: Final = {
    ModelComparison: "model-comparisons",
    ModelPerformance: "model-performance",
    RetrainRequest: "retrain-requests",
    RollbackRequest: "rollback-requests",
}


class Offline:
    """Takes records in the order in which they were sent; what is decided comes back at once."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        made = WorkerOptions.of(
            load_settings(None, {"kafka.bootstrap_servers": "nowhere:9092", **settings}, {})
        )
        self._topics = made.topics
        self._publisher = FakePublisher()
        telemetry = FakeTelemetry()
        self._intake = Intake(
            options=made.intake,
            topics=made.topics,
            publisher=self._publisher.real,
            dead_letters=DeadLetters(self._publisher.real, made.topics.dead_letters, telemetry),
            telemetry=telemetry,
            pending=PendingStores(made.pending, telemetry, WorkThread("pending"), None),
            company=Company(),
            before=TablesBefore(made.monitor_of),
        )
        self.fleet = made.new_fleet()
        self.policy = made.new_policy()
        self._told: dict[str, list[Document]] = defaultdict(list)
        self._waiting: list[tuple[str, str, bytes]] = []
        self._offsets: dict[str, int] = defaultdict(int)

    def send(self, topic: str, key: str, document: Document) -> None:
        """Write a record."""
        self._told[topic].append(document)
        self._waiting.append((topic, key, orjson.dumps(document)))

    def settle(self, predictions: int) -> None:
        """Take all that waits."""
        del predictions
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            for topic, those in groupby(waiting, lambda each: each[0]):
                self._take(topic, [(key, value) for _, key, value in those])

    def found(self, topic: str) -> list[Document]:
        """Return all that a topic holds by now."""
        return self._told[topic]

    def strike(self) -> None:
        """Nothing is to be killed here."""

    def records(self) -> list[VersionRecord]:
        """Return what is known of the versions."""
        return self.fleet.versions.records()

    def _take(self, topic: str, records: list[tuple[str, bytes]]) -> None:
        names = {
            "predictions": self._topics.predictions,
            "labels": self._topics.labels,
            "model-events": self._topics.model_events,
            "model-routing": self._topics.model_routing,
        }
        name = names[topic]
        event = batch(
            name,
            [value for _, value in records],
            keys=[key.encode() for key, _ in records],
            first_offset=self._offsets[name],
            timestamp=AFTER,
        )
        self._offsets[name] += len(records)
        self._publisher.sent.clear()
        asyncio.run(self._intake.on_round(event, FakeDelivery().real))
        for sent in self._publisher.sent:
            if sent.topic == self._topics.observations:
                assert sent.value is not None
                for found in events_of(self.fleet, sent.value):
                    self._publish(found)
                for decision in self.fleet.router.decisions():
                    if decision.route is not None:
                        self.send("model-routing", "fraud", decision.route.model_dump(mode="json"))
                    if decision.event is not None:
                        self.send("model-events", "fraud", decision.event.model_dump(mode="json"))
            elif sent.topic == self._topics.lifecycle:
                happened = decode_lifecycle(orjson.loads(sent.value or b""))
                if isinstance(happened, ModelEvent):
                    self.policy.on_model_event(happened)
                    for request in self.policy.released(happened):
                        self._publish(request)

    def _publish(self, found: PublishedEvent | None) -> None:
        match found:
            case None:
                return
            case Alert():
                self._told["drift-alerts"].append(orjson.loads(encode_event(found)))
                self._publish(self.policy.on_alert(decode_alert(orjson.loads(encode_event(found)))))
            case RetrainSignal():
                self._publish(self.policy.on_signal(found))
            case _:
                self._told[TOPIC_OF[type(found)]].append(orjson.loads(encode_event(found)))
