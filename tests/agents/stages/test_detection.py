import asyncio

import numpy as np
import orjson
import pytest

from agents.dead_letters.sender import DeadLetters, TooManyRefused
from agents.stages.cdevents import CDEvents
from agents.stages.detection import Detection
from agents.work_thread import WorkThread
from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from detectors.reference.given import GivenOutcome
from detectors.routing.routes import RouteOutcome
from schemas.events.alert import Alert
from schemas.events.any_alert import decode_alert
from schemas.events.codec import encode_event
from schemas.events.drift_alert import DriftAlert
from schemas.events.invalid import Reason
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.nothing_to_say import Silence
from schemas.formats import FRAMES, REFERENCES, OtherFormat
from schemas.tables.columns import Role, column_of
from schemas.tables.frames import encode_frame
from schemas.tables.observations import ObservationBatch, ObservationTable, Origin, Source
from tests.agents.fakes import FakeDelivery, FakePublisher, FakeTelemetry, batch
from tests.detectors.references import reference_of
from tests.schemas.events.routes import canary_of, notice_of, route_of
from tests.topics import TOPICS

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
            thread=WorkThread("stage"),
            new_state=lambda: Fleet(lambda _: MonitorOptions(), most_models=most_models),
        )

    def take(self, *values: bytes | None, partition: int = 0) -> None:
        event = batch(TOPICS.observations, values, partition=partition)
        asyncio.run(self.detection.on_observations(event, self.delivery.real))

    def report(self) -> None:
        asyncio.run(self.detection.report())

    @property
    def alerts(self) -> list[Alert]:
        sent = self.publisher.to(TOPICS.alerts)
        return [decode_alert(orjson.loads(item.value or b"")) for item in sent]


def observations(
    first: int, amounts: list[float], model: str = "fraud", start: int = START
) -> bytes:
    offsets = np.arange(first, first + len(amounts))
    batch = ObservationBatch(
        model=model,
        version="7",
        origin=Origin.PREDICTIONS,
        sources=(Source(TOPICS.predictions, 0),),
        source_of=np.zeros(len(offsets), dtype=np.int64),
        offsets=offsets,
        times=start + offsets * 1000,
        columns=(column_of("amount", Role.FEATURE, amounts),),
    )
    return encode_frame([ObservationTable.of(batch)])


def stream(rows: int, mean: float, seed: int) -> list[float]:
    values: list[float] = np.random.default_rng(seed).normal(mean, 1.0, rows).tolist()
    return values


@pytest.mark.parametrize("version", [2, 5])
def test_rows_in_a_format_that_is_not_read_stop_the_worker_and_are_no_letter(version: int) -> None:
    stage = Stage()
    frame = FRAMES.magic(version) + observations(0, [1.0])[4:]
    with pytest.raises(OtherFormat, match="stop this worker"):
        stage.take(observations(0, [1.0]), frame)
    assert stage.publisher.sent == []
    assert stage.delivery.submitted == []


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
    assert stage.delivery.submitted == [(1, 2)], "the alert, and the version's record"


def test_what_is_found_is_a_cdevent_too_where_that_is_asked_for() -> None:
    stage = Stage()
    rows = observations(0, stream(2000, 0.0, 1)), observations(2000, stream(500, 2.0, 2))
    deployed = ModelEvent(
        type=ModelEventType.VERSION_DEPLOYED,
        model="fraud",
        version="8",
        timestamp="2023-11-14T23:00:00.000Z",
    )
    back = deployed.model_copy(update={"type": ModelEventType.ROLLED_BACK, "version": "7"})
    back = back.model_copy(update={"timestamp": "2023-11-14T23:30:00.000Z"})
    stage.detection.cdevents = CDEvents(
        TOPICS.cdevents, "production", stage.publisher.real, stage.telemetry
    )
    stage.take(*rows)
    stage.take(encode_event(deployed))
    stage.take(encode_event(back))
    (alert,) = stage.alerts
    sent = stage.publisher.to(TOPICS.cdevents)
    assert [(each.headers["ce_type"], each.headers["ce_subject"]) for each in sent] == [
        (b"dev.cdevents.incident.detected.0.3.0", alert.alert_id.encode()),
        (b"dev.cdevents.incident.resolved.0.3.0", alert.alert_id.encode()),
        (b"dev.cdevents.service.rolledback.0.3.0", b"fraud"),
    ]
    assert sum(outputs for _, outputs in stage.delivery.submitted) == len(stage.publisher.sent)
    plain = Stage()
    plain.take(*rows)
    plain.take(encode_event(deployed))
    plain.take(encode_event(back))
    assert plain.publisher.to(TOPICS.cdevents) == []


def test_what_changed_of_versions_is_told_once_a_batch() -> None:
    stage = Stage(most_models=1)
    stage.take(observations(0, stream(300, 0.0, 1)))
    deployed = ModelEvent(
        type=ModelEventType.VERSION_DEPLOYED, model="fraud", version="7", timestamp=START
    )
    timed = deployed.model_copy(update={"timestamp": "2023-11-14T23:00:00.000Z"})
    stage.take(encode_event(timed), encode_event(timed))
    stage.take(observations(300, stream(5, 0.0, 2)))
    sent = stage.publisher.to(TOPICS.model_versions)
    told = [orjson.loads(each.value or b"") for each in sent]
    assert [each["rows"] for each in told] == [256, 300]
    assert [each["status"] for each in told] == ["observed", "champion"]
    assert {each.key for each in sent} == {b'["fraud","7"]'}
    assert [str(each) for each in stage.telemetry.version_events] == ["taken", "repeated"]
    (by_now,) = asyncio.run(stage.detection.versions_of("fraud", 10))
    assert by_now.rows == 305
    assert asyncio.run(stage.detection.versions_of("other", 10)) == []
    (short,) = asyncio.run(stage.detection.overview())
    assert (short.model, short.version, short.status, short.rows) == ("fraud", "7", "champion", 305)
    stage.report()
    assert stage.telemetry.watched[0, "fraud", "7"].status == "champion"


def test_a_version_that_made_room_is_deleted_from_the_topic() -> None:
    stage = Stage(most_models=1)
    for model in ("fraud", "churn"):
        stage.take(observations(0, stream(10, 0.0, 1), model=model))
    told = [(each.key, each.value is None) for each in stage.publisher.to(TOPICS.model_versions)]
    assert told == [
        (b'["fraud","7"]', False),
        (b'["churn","7"]', False),
        (b'["fraud","7"]', True),
    ]


def test_replayed_observations_change_nothing() -> None:
    stage, once = Stage(), Stage()
    records = observations(0, stream(2000, 0.0, 1)), observations(2000, stream(500, 2.0, 2))
    once.take(*records)
    stage.take(*records)
    stage.take(*records)
    assert stage.alerts == once.alerts
    monitor = stage.detection.states[0].monitor("fraud", "7")
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


def test_a_reference_from_outside_counts_from_its_place_in_the_log_on_and_is_told() -> None:
    stage = Stage()
    (value,) = reference_of(amount=stream(2000, 0.0, 3))
    stage.take(
        observations(0, stream(1500, 2.0, 1)), value, observations(1500, stream(1200, 2.0, 2))
    )
    (alert,) = stage.alerts
    assert isinstance(alert, DriftAlert)
    assert alert.detected_at.offset == 2499
    assert alert.reference is not None
    assert alert.reference.source == "train.csv"
    stage.report()
    assert stage.telemetry.watched[0, "fraud", "7"].references == {
        (Role.FEATURE, "amount"): GivenOutcome.REPLACED
    }


def test_a_reference_that_cannot_be_read_or_kept_goes_to_the_dead_letters() -> None:
    stage = Stage()
    (value,) = reference_of(amount=stream(100, 0.0, 3))
    stage.take(value[:-1], value)
    (letter,) = stage.publisher.to(TOPICS.dead_letters)
    assert letter.headers["ce_reason"] == b"undecodable"
    with pytest.raises(OtherFormat, match="stop this worker"):
        stage.take(REFERENCES.magic(9) + value[4:])


def test_what_is_no_observation_goes_to_the_dead_letters() -> None:
    stage = Stage()
    stage.take(FRAMES.magic() + b" broken", None, b'{"type": "surprise"}', observations(0, [1.0]))
    assert [reason for _, reason in stage.telemetry.refused] == [
        Reason.UNDECODABLE,
        Reason.WRONG_TYPE,
    ]
    assert stage.telemetry.skipped == [(TOPICS.observations, Silence.TOMBSTONE)]
    stage.report()
    assert stage.telemetry.watched[0, "fraud", "7"].rows == 1


def test_a_model_beyond_the_limit_takes_the_place_of_the_one_that_was_idle() -> None:
    stage = Stage(most_models=1)
    for number in range(3):
        stage.take(observations(0, [1.0, 2.0], f"m{number}"))
    assert stage.telemetry.evicted == [("m0", "7"), ("m1", "7")]
    assert stage.detection.unreported == {0: {("m2", "7")}}
    assert [each.model for each in stage.detection.states[0]] == ["m2"]


def test_a_report_tells_of_the_last_row_of_a_burst() -> None:
    stage = Stage()
    for first in range(0, 3000, 100):
        stage.take(observations(first, stream(100, 0.0, first)))
    assert stage.telemetry.watched == {}
    stage.report()
    status = stage.telemetry.watched[0, "fraud", "7"]
    assert (status.rows, status.newest) == (3000, START / 1000 + 2999)
    (figures,) = status.columns.values()
    assert (figures.problems[0], figures.ready) == (3000, True)


def test_a_report_tells_only_of_what_has_changed() -> None:
    stage = Stage()
    stage.take(observations(0, [1.0], "m0"), observations(0, [1.0], "m1"))
    stage.report()
    stage.telemetry.watched.clear()
    stage.report()
    assert stage.telemetry.watched == {}
    stage.take(observations(1, [1.0], "m1"))
    stage.report()
    assert [model for _, model, _ in stage.telemetry.watched] == ["m1"]


def test_a_reference_that_begins_anew_without_a_row_is_told() -> None:
    stage = Stage()
    stage.take(observations(0, stream(2000, 0.0, 1)), observations(0, [1.0], "other"))
    stage.report()
    assert all(each.ready for each in stage.telemetry.watched[0, "fraud", "7"].columns.values())
    stage.telemetry.watched.clear()
    deployed = ModelEvent(type=ModelEventType.VERSION_DEPLOYED, model="fraud", version="8")
    stage.take(encode_event(deployed))
    stage.report()
    assert list(stage.telemetry.watched) == [(0, "fraud", "7")]
    (status,) = stage.telemetry.watched.values()
    assert not any(each.ready for each in status.columns.values())


async def test_a_partition_that_goes_while_it_is_reported_on_stays_gone() -> None:
    stage = Stage()
    event = batch(TOPICS.observations, [observations(0, [1.0])])
    await stage.detection.on_observations(event, stage.delivery.real)
    reporting = asyncio.create_task(stage.detection.report())
    await asyncio.sleep(0)
    stage.detection.keep_partitions([])
    await reporting
    assert (stage.telemetry.watched, stage.telemetry.dropped) == ({}, [0])


async def test_a_report_that_nobody_waits_for_any_more_is_made_up_for() -> None:
    stage = Stage()
    event = batch(TOPICS.observations, [observations(0, [1.0])])
    await stage.detection.on_observations(event, stage.delivery.real)
    reporting = asyncio.create_task(stage.detection.report())
    await asyncio.sleep(0)
    reporting.cancel()
    await asyncio.wait([reporting])
    await stage.detection.report()
    assert list(stage.telemetry.watched) == [(0, "fraud", "7")]


def test_a_topic_that_was_made_anew_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    for model in ("fraud", "churn"):
        stage.take(observations(5000, [1.0] * 10, model))
        stage.take(observations(0, [1.0] * 10, model, START + 6_000_000))
    stage.take(observations(0, [1.0] * 10, "churn", START + 7_000_000))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"offsets of {TOPICS.predictions}, partition 0, began anew" in caplog.text
    assert [each.rows for each in stage.detection.states[0]] == [20, 30]


def minutes(first: int, rows: int, nearness: int, version: str = "7") -> bytes:
    """Return labelled rows of a model that predicts whole minutes."""
    offsets = np.arange(first, first + rows)
    said = offsets * nearness % 101 + offsets % 7
    outcomes = ObservationBatch(
        model="eta",
        version=version,
        origin=Origin.LABELS,
        sources=(Source(TOPICS.labels, 0),),
        source_of=np.zeros(rows, dtype=np.int64),
        offsets=offsets,
        times=START + offsets * 1000,
        columns=(
            column_of("prediction", Role.PREDICTION, said.tolist()),
            column_of("label", Role.LABEL, (offsets % 101).tolist()),
        ),
    )
    return encode_frame([ObservationTable.of(outcomes)])


@pytest.mark.parametrize(("nearness", "task"), [(1, "classification"), (37, "regression")])
def test_what_whole_numbers_are_taken_for_is_told_once(
    caplog: pytest.LogCaptureFixture, nearness: int, task: str
) -> None:
    stage = Stage()
    for first in range(0, 400, 50):
        stage.take(minutes(first, 50, nearness))
    for first in range(400, 800, 50):
        stage.take(minutes(first, 50, nearness, "8"))
    (warning,) = (each.message for each in caplog.records if "predicts" in each.message)
    assert warning.startswith("version 7 of eta predicts whole numbers")
    assert warning.endswith(f"set models.eta.task={task}")


def test_a_partitions_models_go_with_it() -> None:
    stage = Stage()
    stage.take(observations(0, [1.0]), partition=0)
    stage.take(observations(0, [1.0]), partition=1)
    stage.detection.keep_partitions([1])
    assert stage.telemetry.dropped == [0]
    assert list(stage.detection.states) == list(stage.detection.unreported) == [1]


def test_a_model_event_with_a_bad_time_goes_to_the_dead_letters() -> None:
    stage = Stage()
    event = b'{"type": "retrain_completed", "model": "fraud", "timestamp": "x"}'
    stage.take(observations(0, [1.0]), event)
    assert [reason for _, reason in stage.telemetry.refused] == [Reason.INVALID_VALUE]


def test_more_bad_observations_than_are_borne_stop_the_worker_before_their_ack() -> None:
    stage = Stage()
    with pytest.raises(TooManyRefused, match="driftline-observations, partition 3"):
        stage.take(*[b"\xff"] * 1001, partition=3)
    assert stage.delivery.submitted == []


@pytest.mark.parametrize("most", [0, 900, 4_000_000])
def test_how_much_is_taken_at_once_changes_nothing(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.observations.fleet_records.CELLS_AT_ONCE", most)
    stage = Stage()
    values = [*stream(2000, 0.0, 1), *stream(500, 2.0, 2)]
    frames = [observations(start, values[start : start + 250]) for start in range(0, 2500, 250)]
    other = ModelEvent(type=ModelEventType.VERSION_DEPLOYED, model="other", version="8")
    garbage, event = b"no observations", encode_event(other)
    stage.take(*frames[:4], garbage, event, *frames[4:], frames[3], frames[-1])
    whole = Stage()
    whole.take(observations(0, values))
    assert [each.detected_at for each in stage.alerts] == [
        each.detected_at for each in whole.alerts
    ]
    assert len(stage.alerts) == 1
    assert stage.telemetry.taken == {Origin.PREDICTIONS: 3000}
    assert len(stage.publisher.to(TOPICS.dead_letters)) == 1


@pytest.mark.parametrize(
    ("models", "rows", "gains"), [(1, 10, True), (1, 500, False), (8, 80, True)]
)
def test_a_partition_gains_by_more_where_there_are_few_rows_of_each_version(
    models: int, rows: int, gains: bool
) -> None:
    stage = Stage()
    assert not stage.detection.prefers_larger_rounds(0)
    stage.take(*(observations(0, stream(rows, 0.0, 1), f"m{model}") for model in range(models)))
    assert stage.detection.prefers_larger_rounds(0) is gains
    stage.take(b"nothing")
    assert stage.detection.prefers_larger_rounds(0) is gains
    stage.detection.keep_partitions([])
    assert not stage.detection.prefers_larger_rounds(0)


def test_a_route_counts_from_its_place_in_the_log_on_and_is_told() -> None:
    stage = Stage()
    route = route_of(canary_of())
    rows = observations(0, stream(100, 0.0, 1))
    stage.take(rows, encode_event(notice_of(route, 3)), rows, encode_event(notice_of(None, 2)))
    fleet = stage.detection.states[0]
    assert fleet.routes.of("fraud") == route
    assert stage.telemetry.routes == [RouteOutcome.TAKEN, RouteOutcome.STALE]
    assert stage.publisher.to(TOPICS.dead_letters) == []
