import asyncio

import orjson
import pytest

from agents.dead_letters.sender import DeadLetters, TooManyRefused
from agents.stages.policy import Policy
from agents.work_thread import WorkThread
from detectors.requests.answers import AnswerOutcome
from detectors.retraining.conditions import Combination, Volume
from detectors.retraining.options import PolicyOptions, usual_trigger
from detectors.retraining.policy import RetrainPolicy
from schemas.documents import examples
from schemas.events.alert import AlertKind, Severity
from schemas.events.codec import decode_event, encode_event
from schemas.events.detector_report import DetectorReport, Stream
from schemas.events.drift_alert import DriftAlert
from schemas.events.invalid import Reason
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.position import Position
from schemas.events.retrain_request import RetrainRequest, Trigger
from schemas.events.times import format_time
from schemas.events.window_summary import NumberSummary
from tests.agents.fakes import FakeDelivery, FakePublisher, FakeTelemetry, batch
from tests.topics import TOPICS

START = 1_700_000_000_000


class Stage:
    """A policy stage with fakes around it."""

    def __init__(self) -> None:
        self.publisher = FakePublisher()
        self.delivery = FakeDelivery()
        self.telemetry = FakeTelemetry()
        self.policy = Policy(
            topics=TOPICS,
            publisher=self.publisher.real,
            dead_letters=DeadLetters(self.publisher.real, TOPICS.dead_letters, self.telemetry),
            telemetry=self.telemetry,
            thread=WorkThread("stage"),
            new_state=lambda: RetrainPolicy(PolicyOptions(usual_trigger(2))),
        )

    def alerts(self, *values: bytes, partition: int = 0) -> None:
        event = batch(TOPICS.alerts, values, partition=partition)
        asyncio.run(self.policy.on_alerts(event, self.delivery.real))

    def lifecycle(self, *values: bytes, partition: int = 0) -> None:
        event = batch(TOPICS.lifecycle, values, partition=partition)
        asyncio.run(self.policy.on_lifecycle(event, self.delivery.real))

    @property
    def requests(self) -> list[RetrainRequest]:
        sent = self.publisher.to(TOPICS.retrain_requests)
        return [decode_event(RetrainRequest, orjson.loads(item.value or b"")) for item in sent]


def alert(feature: str, minute: int) -> bytes:
    time = format_time(START + minute * 60_000)
    at = Position(topic=TOPICS.predictions, partition=0, offset=minute, time=time)
    window = NumberSummary(count=1, mean=1.0, std=None, quantiles={"p50": 1.0})
    report = DetectorReport(
        kind="adwin", stream=Stream.LOCATION, parameters={}, statistic=1.0, threshold=0.5
    )
    return encode_event(
        DriftAlert(
            alert_id=f"{feature}-{minute}",
            kind=AlertKind.FEATURE,
            severity=Severity.WARNING,
            model="fraud",
            version="7",
            feature=feature,
            detector=report,
            before=window,
            after=window,
            change_at=at,
            detected_at=at,
            rows_since_change=1,
            rows_observed=1,
            autocorrelation=None,
            stride=1,
            guaranteed=True,
            message="It changed.",
        )
    )


def test_enough_drifted_features_ask_for_a_retraining_once() -> None:
    stage = Stage()
    stage.alerts(alert("amount", 0), alert("country", 1), alert("channel", 2))
    (request,) = stage.requests
    (sent,) = stage.publisher.to(TOPICS.retrain_requests)
    assert (sent.key, sent.headers["ce_type"]) == (b"fraud", b"io.driftline.retrain-request.v1")
    assert sent.headers["ce_id"] == request.request_id.encode()
    assert (request.trigger, request.features) == (Trigger.FEATURES, ["amount", "country"])
    assert stage.telemetry.requests == [request]
    assert stage.delivery.submitted == [(2, 1)]


def test_a_replayed_alert_counts_once() -> None:
    stage = Stage()
    stage.alerts(alert("amount", 0), alert("amount", 0))
    assert stage.requests == []


def test_a_completed_retraining_makes_room_for_the_next_request() -> None:
    stage = Stage()
    stage.alerts(alert("amount", 0), alert("country", 1))
    completed = ModelEvent(
        type=ModelEventType.RETRAIN_COMPLETED, model="fraud", timestamp=format_time(START + 600_000)
    )
    stage.lifecycle(encode_event(completed))
    stage.alerts(alert("amount", 100), alert("country", 101))
    assert len(stage.requests) == 2


def test_what_is_no_alert_goes_to_the_dead_letters() -> None:
    stage = Stage()
    stage.alerts(b'{"hello": 1}', b"\xff")
    stage.lifecycle(b"[1]")
    assert stage.telemetry.refused == [
        (TOPICS.alerts, Reason.MISSING_FIELD),
        (TOPICS.alerts, Reason.UNDECODABLE),
        (TOPICS.lifecycle, Reason.NOT_AN_OBJECT),
    ]


def test_a_partitions_policies_go_with_it() -> None:
    stage = Stage()
    stage.alerts(alert("amount", 0))
    stage.policy.keep_partitions([1])
    stage.alerts(alert("country", 1))
    assert stage.requests == []


def test_more_bad_alerts_than_are_borne_stop_the_worker_before_their_ack() -> None:
    stage = Stage()
    with pytest.raises(TooManyRefused, match="drift-alerts, partition 0"):
        stage.alerts(*[b"\xff"] * 1001)
    with pytest.raises(TooManyRefused, match="driftline-lifecycle, partition 1"):
        stage.lifecycle(*[b"\xff"] * 1001, partition=1)
    assert stage.delivery.submitted == []


def test_what_rows_have_met_comes_beside_the_model_events_and_answers_are_counted() -> None:
    stage = Stage()
    stage.policy.new_state = lambda: RetrainPolicy(
        PolicyOptions(Combination(1, (Volume(50_000, is_labelled=True),)))
    )
    signal = orjson.dumps(examples.RETRAIN_SIGNAL)
    answer = orjson.dumps({**examples.MODEL_EVENT, "timestamp": "2026-03-02T00:00:00Z"})
    hostile = orjson.dumps({**examples.RETRAIN_SIGNAL, "signal": 3})
    stage.lifecycle(signal, hostile, answer, signal)
    (request,) = stage.requests
    assert request.trigger is Trigger.VOLUME
    assert stage.telemetry.answers == [AnswerOutcome.UNKNOWN_REQUEST]
    assert stage.telemetry.refused == [(TOPICS.lifecycle, Reason.WRONG_TYPE)]
