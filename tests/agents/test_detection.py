import asyncio

import numpy as np
import orjson

from agents.dead_letters import DeadLetters
from agents.detection import Detection
from agents.topics import Topics
from detectors.fleet import Fleet
from detectors.options import MonitorOptions
from schemas.alert import Alert
from schemas.codec import decode_event, encode_event
from schemas.columns import Role, columns_of
from schemas.invalid import Reason
from schemas.model_event import ModelEvent, ModelEventType
from schemas.observations import ObservationBatch, Origin, encode_observations
from tests.agents.fakes import FakeDelivery, FakePublisher, FakeTelemetry, batch

TOPICS = Topics()
START = 1_700_000_000_000


class Stage:
    """A detection stage with fakes around it."""

    def __init__(self, most_models: int = 10) -> None:
        self.publisher = FakePublisher()
        self.delivery = FakeDelivery()
        self.telemetry = FakeTelemetry()
        self.detection = Detection(
            topics=TOPICS,
            publisher=self.publisher.real,
            dead_letters=DeadLetters(self.publisher.real, TOPICS.dead_letters, self.telemetry),
            telemetry=self.telemetry,
            new_fleet=lambda: Fleet(lambda _: MonitorOptions(), most_models=most_models),
        )

    def take(self, *values: bytes | None, partition: int = 0) -> None:
        event = batch(TOPICS.observations, values, partition=partition)
        asyncio.run(self.detection.on_observations(event, self.delivery.real))

    @property
    def alerts(self) -> list[Alert]:
        sent = self.publisher.to(TOPICS.alerts)
        return [decode_event(Alert, orjson.loads(item.value or b"")) for item in sent]


def observations(first: int, amounts: list[float], model: str = "fraud") -> bytes:
    offsets = np.arange(first, first + len(amounts))
    return encode_observations(
        ObservationBatch(
            model=model,
            version="7",
            origin=Origin.PREDICTIONS,
            topic=TOPICS.predictions,
            partition=0,
            offsets=offsets,
            times=START + offsets * 1000,
            columns=tuple(columns_of("amount", Role.FEATURE, amounts)),
        )
    )


def stream(rows: int, mean: float, seed: int) -> list[float]:
    values: list[float] = np.random.default_rng(seed).normal(mean, 1.0, rows).tolist()
    return values


def test_a_drift_becomes_one_alert_keyed_by_model_with_cloudevents_headers() -> None:
    stage = Stage()
    stage.take(observations(0, stream(2000, 0.0, 1)), observations(2000, stream(500, 2.0, 2)))
    (sent,) = stage.publisher.to(TOPICS.alerts)
    (alert,) = stage.alerts
    assert sent.key == b"fraud"
    assert sent.headers["ce_specversion"] == b"1.0"
    assert sent.headers["ce_type"] == b"io.driftline.alert.v1"
    assert sent.headers["ce_id"] == alert.alert_id.encode()
    assert sent.headers["ce_source"] == b"/driftline/fraud/7"
    assert sent.headers["ce_subject"] == b"amount"
    assert sent.headers["ce_time"] == alert.detected_at.time.encode()
    assert sent.headers["content-type"] == b"application/json"
    assert 2000 <= alert.detected_at.offset <= 2100
    assert stage.telemetry.alerts == [alert]
    assert stage.delivery.submitted == [(1, 1)]


def test_replayed_observations_change_nothing() -> None:
    stage, once = Stage(), Stage()
    records = observations(0, stream(2000, 0.0, 1)), observations(2000, stream(500, 2.0, 2))
    once.take(*records)
    stage.take(*records)
    stage.take(*records)
    assert stage.alerts == once.alerts
    monitor = stage.detection._fleets[0].monitor("fraud", "7")
    assert monitor is not None
    assert (monitor.rows, monitor.replayed_rows) == (2500, 2500)


def test_a_deployed_version_starts_the_references_anew() -> None:
    stage = Stage()
    deployed = ModelEvent(type=ModelEventType.VERSION_DEPLOYED, model="fraud", version="8")
    stage.take(
        observations(0, stream(2000, 0.0, 1)),
        encode_event(deployed),
        observations(2000, stream(2000, 2.0, 2)),
    )
    assert stage.alerts == []


def test_what_is_no_observation_goes_to_the_dead_letters() -> None:
    stage = Stage()
    stage.take(b"DLO1 broken", None, b'{"type": "surprise"}', observations(0, [1.0]))
    assert [reason for _, reason in stage.telemetry.refused] == [
        Reason.UNDECODABLE,
        Reason.NULL_VALUE,
        Reason.WRONG_TYPE,
    ]
    assert stage.telemetry.watched[0, "fraud", "7"].rows == 1


def test_models_beyond_the_limit_are_refused_and_counted() -> None:
    stage = Stage(most_models=1)
    stage.take(observations(0, [1.0, 2.0]), observations(0, [1.0, 2.0, 3.0], "other"))
    assert stage.telemetry.refused_rows == 3
    assert list(stage.telemetry.watched) == [(0, "fraud", "7")]


def test_a_partitions_models_go_with_it() -> None:
    stage = Stage()
    stage.take(observations(0, [1.0]), partition=0)
    stage.take(observations(0, [1.0]), partition=1)
    stage.detection.keep_partitions([1])
    assert stage.telemetry.dropped == [0]
    assert list(stage.detection._fleets) == [1]


def test_a_model_event_with_a_bad_time_goes_to_the_dead_letters() -> None:
    stage = Stage()
    event = b'{"type": "retrain_completed", "model": "fraud", "timestamp": "x"}'
    stage.take(observations(0, [1.0]), event)
    assert [reason for _, reason in stage.telemetry.refused] == [Reason.INVALID_VALUE]
