import asyncio
from dataclasses import replace
from typing import ClassVar

import orjson
import pytest

from agents.stages.outputs import Outputs
from detectors.routing.ramp import RampMove
from detectors.routing.router import RouteDecision
from schemas.documents import examples
from schemas.events.any_alert import decode_alert
from schemas.events.cloudevents import CloudEventType
from schemas.events.codec import decode_event, encode_event
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.model_performance import ModelPerformance
from schemas.events.published import PublishedEvent
from schemas.events.retrain_request import RetrainRequest
from schemas.events.retrain_signal import RetrainSignal
from schemas.events.rollback_request import RollbackRequest
from schemas.events.version_record import VersionRecord
from tests.agents.fakes import FakePublisher, FakeTelemetry
from tests.schemas.events.routes import route_of
from tests.topics import TOPICS as DEFAULTS

TOPICS = replace(
    DEFAULTS,
    alerts="acme.alerts",
    model_performance="acme.performance",
    model_comparisons="acme.comparisons",
    retrain_requests="acme.requests",
    rollback_requests="acme.rollbacks",
)
DRIFT, QUALITY = decode_alert(examples.DRIFT_ALERT), decode_alert(examples.QUALITY_ALERT)
PERFORMANCE = decode_alert(examples.PERFORMANCE_ALERT)
WINDOW = decode_event(ModelPerformance, examples.MODEL_PERFORMANCE)
COMPARISON = decode_event(ModelComparison, examples.MODEL_COMPARISON)
REQUEST = decode_event(RetrainRequest, examples.RETRAIN_REQUEST)
ROLLBACK = decode_event(RollbackRequest, examples.ROLLBACK_REQUEST)
SIGNAL = decode_event(RetrainSignal, examples.RETRAIN_SIGNAL)
VERSION = decode_event(VersionRecord, examples.VERSION_RECORD)


class Unplaced(PublishedEvent):
    """An event of which nobody has said where it goes."""

    ce_type: ClassVar = CloudEventType.ALERT

    @property
    def event_id(self) -> str:
        return "1"

    @property
    def event_time(self) -> str:
        return "2026-03-01T12:00:00.000Z"

    @property
    def subject(self) -> str:
        return self.model


class World:
    """Outputs with fakes around them."""

    def __init__(self) -> None:
        self.publisher = FakePublisher()
        self.telemetry = FakeTelemetry()
        self.outputs = Outputs(TOPICS, self.publisher.real, self.telemetry)

    def publish(self, event: PublishedEvent) -> None:
        async def acknowledged() -> None:
            await (await self.outputs.publish(event))

        asyncio.run(acknowledged())


@pytest.mark.parametrize(
    ("event", "topic", "value", "headers"),
    [
        (DRIFT, TOPICS.alerts, examples.DRIFT_ALERT, examples.DRIFT_ALERT_HEADERS),
        (QUALITY, TOPICS.alerts, examples.QUALITY_ALERT, examples.QUALITY_ALERT_HEADERS),
        (
            PERFORMANCE,
            TOPICS.alerts,
            examples.PERFORMANCE_ALERT,
            examples.PERFORMANCE_ALERT_HEADERS,
        ),
        (
            WINDOW,
            TOPICS.model_performance,
            examples.MODEL_PERFORMANCE,
            examples.MODEL_PERFORMANCE_HEADERS,
        ),
        (
            COMPARISON,
            TOPICS.model_comparisons,
            examples.MODEL_COMPARISON,
            examples.MODEL_COMPARISON_HEADERS,
        ),
        (
            REQUEST,
            TOPICS.retrain_requests,
            examples.RETRAIN_REQUEST,
            examples.RETRAIN_REQUEST_HEADERS,
        ),
        (
            ROLLBACK,
            TOPICS.rollback_requests,
            examples.ROLLBACK_REQUEST,
            examples.ROLLBACK_REQUEST_HEADERS,
        ),
        (
            VERSION,
            TOPICS.model_versions,
            examples.VERSION_RECORD,
            examples.VERSION_RECORD_HEADERS,
        ),
        (
            SIGNAL,
            TOPICS.lifecycle,
            examples.RETRAIN_SIGNAL,
            examples.RETRAIN_SIGNAL_HEADERS,
        ),
    ],
    ids=[
        "drift",
        "quality",
        "performance",
        "window",
        "comparison",
        "request",
        "rollback",
        "version",
        "signal",
    ],
)
def test_an_event_goes_to_the_topic_of_its_type_as_the_published_examples_show_it(
    event: PublishedEvent, topic: str, value: object, headers: dict[str, str]
) -> None:
    world = World()
    world.publish(event)
    (sent,) = world.publisher.sent
    assert (sent.topic, sent.key) == (topic, event.key)
    assert event.key == (b'["fraud","3"]' if event is VERSION else b"fraud")
    assert orjson.loads(sent.value or b"") == value
    assert {name: content.decode() for name, content in sent.headers.items()} == headers


def test_each_event_is_told_of() -> None:
    world = World()
    for event in (DRIFT, QUALITY, PERFORMANCE, WINDOW, COMPARISON, REQUEST, ROLLBACK):
        world.publish(event)
    assert world.telemetry.alerts == [DRIFT, QUALITY, PERFORMANCE]
    assert world.telemetry.performances == [WINDOW]
    assert world.telemetry.comparisons == [COMPARISON]
    assert world.telemetry.requests == [REQUEST]
    assert world.telemetry.rollbacks == [ROLLBACK]


def test_an_event_without_a_topic_is_no_output() -> None:
    world = World()
    with pytest.raises(TypeError, match="Unplaced has no topic"):
        world.publish(Unplaced(model="fraud", version="3"))
    assert world.publisher.sent == []


async def test_a_decision_about_a_route_is_a_record_of_its_topic_with_what_is_told_beside_it() -> (
    None
):
    world = World()
    route = route_of()
    deployed = ModelEvent(type=ModelEventType.VERSION_DEPLOYED, model="fraud", version="8")
    decisions = [
        RouteDecision("fraud", RampMove.PROMOTED, route, deployed),
        RouteDecision("fraud", RampMove.RESTATED),
        RouteDecision("fraud", RampMove.ENDED_BY_OPERATOR),
    ]
    sent = [len(await world.outputs.route(each)) for each in decisions]
    assert sent == [2, 1, 0]
    assert [(each.topic, each.key) for each in world.publisher.sent] == [
        (TOPICS.model_routing, b"fraud"),
        (TOPICS.model_events, b"fraud"),
        (TOPICS.model_routing, b"fraud"),
    ]
    first, event, end = world.publisher.sent
    assert (first.value, first.headers) == (encode_event(route), route.headers())
    assert (event.value, end.value) == (encode_event(deployed), None)
    assert world.telemetry.decided == decisions
