"""A year of fraud models on the real broker: labels up to 120 days late, and a kill in between."""

from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import orjson
import pytest
from confluent_kafka import Message

from app.settings import load_settings
from schemas.events.any_alert import decode_alert
from schemas.events.codec import decode_event, decode_object
from schemas.events.lifecycle import decode_lifecycle
from schemas.events.model_event import ModelEvent
from schemas.events.model_performance import ModelPerformance, WindowKind
from schemas.events.retrain_signal import RetrainSignal
from schemas.events.times import format_time, parse_time
from tests.agents.transport.worker_process import wait_until
from tests.chaos.offline import Evidence, OfflineDetection, OfflinePolicy
from tests.kafka import KafkaCluster
from tests.pipeline.driftline import PARTITIONS, USERS_TOPICS, Kafka, Worker

DAY: Final = 86_400
BEGIN: Final = 1_672_531_200
ROWS: Final = 7300
LATEST: Final = 120 * DAY
LATE: Final = 3
"""Predictions of days that are told, whose labels come one by one once all others have."""

SETTINGS: Final = {
    "monitor.burn_in": 200,
    "state.interval_seconds": 0.5,
    "performance.rows": 500,
    "performance.windows": 200,
    "intake.pending.ttl_seconds": 300_000_000,
    "models.fraud.thresholds": '["accuracy >= 0.93"]',
    "models.cards.retraining.triggers": '[{"labelled_rows": 1000}, {"schedule": "0 3 1 * *"}, '
    '{"label_corrections": {"share": 0.005}}]',
}
"""One model asks by what is found in its alerts, the other by what its rows have met."""

READ: Final = (*USERS_TOPICS, "driftline-observations", "driftline-lifecycle", "drift-alerts")


@pytest.fixture
def client(kafka: KafkaCluster, topic_prefix: str) -> Kafka:
    for topic in USERS_TOPICS:
        kafka.create(topic_prefix + topic)
    return Kafka(kafka.bootstrap, topic_prefix)


def year() -> list[tuple[float, str, str, dict[str, Any]]]:
    """Return what is sent, by event time: topic, id and document.

    From August on the models miss most frauds. A fraud that was caught is known within a day, one
    that was missed after up to 120; one label in fifty is corrected later.
    """
    rng = np.random.default_rng(7)
    sent: list[tuple[float, str, str, dict[str, Any]]] = []
    for row, made in enumerate((BEGIN + np.sort(rng.random(ROWS)) * 365 * DAY).tolist()):
        is_fraud, name = bool(rng.random() < 0.1), f"p{row}"
        caught = 0.9 if made < BEGIN + 212 * DAY else 0.2
        is_said = bool(rng.random() < (caught if is_fraud else 0.01))
        days = 30 if not is_fraud else 1 if is_said else 120
        delay = days * DAY * float(rng.random())
        prediction = {
            "prediction_id": name,
            "model": ("fraud", "cards")[row % 2],
            "version": "1" if made < BEGIN + 100 * DAY else "2",
            "timestamp": made,
            "features": {"amount": float(rng.normal(2.0 * is_said)), "age": float(rng.normal())},
            "prediction": int(is_said),
            "scores": {"1": float(np.clip(0.8 * is_said + 0.1 + rng.normal(0, 0.05), 0, 1))},
        }
        label = {"prediction_id": name, "label": int(is_fraud), "timestamp": made + delay}
        sent += [(made, "predictions", name, prediction)]
        sent += [(made + delay, "labels", name, label)]
        if row % 50 == 0:
            at = made + delay + 5 * DAY
            again = {**label, "label": int(not is_fraud), "timestamp": at}
            sent.append((at, "labels", name, again))
    return sorted(sent, key=lambda each: each[0])


def send(client: Kafka, rows: Iterable[tuple[float, str, str, dict[str, Any]]]) -> None:
    for _, topic, name, document in rows:
        client.send(topic, name, document, int(name[1:]) % PARTITIONS)
    client.flush()


def drained(client: Kafka) -> bool:
    return not any(client.lag(topic) for topic in READ)


def everything(client: Kafka, topic: str) -> list[Message]:
    return client.read_all(topic)


def values_of(client: Kafka, topic: str) -> list[bytes]:
    return [message.value() or b"" for message in everything(client, topic)]


def ids(client: Kafka, topic: str, name: str) -> set[str]:
    return {str(orjson.loads(value)[name]) for value in values_of(client, topic)}


def by_partition(messages: Iterable[Message]) -> dict[int, list[Message]]:
    found: dict[int, list[Message]] = {}
    for message in sorted(messages, key=lambda each: each.offset() or 0):
        found.setdefault(message.partition() or 0, []).append(message)
    return found


def late_ones(sent: Iterable[tuple[float, str, str, dict[str, Any]]]) -> dict[str, float]:
    """Return predictions of different days of the summer, and when they were made."""
    of_days: dict[int, tuple[str, float]] = {}
    for made, topic, name, _ in sent:
        if topic == "predictions" and made > BEGIN + 200 * DAY:
            of_days.setdefault(int(made) // DAY, (name, made))
    return dict(list(of_days.values())[:LATE])


def seconds_to_revise(client: Kafka, late: dict[str, float]) -> list[float]:
    """Send labels 120 days late one by one; return how long after each its window is published."""
    published = {}
    for name, made in late.items():
        label = {"prediction_id": name, "label": 1, "timestamp": made + LATEST}
        send(client, [(0, "labels", name, label)])
        wanted = int(made) // DAY, label_time(made)
        found = client.read("model-performance", partial(is_revised, wanted))
        published[name] = next(
            each.timestamp()[1] for each in found if revision_of(each.value() or b"") == wanted
        )
    sent = {
        orjson.loads(each.value() or b"{}")["prediction_id"]: each.timestamp()[1]
        for each in everything(client, "labels")
    }
    return [(published[name] - sent[name]) / 1000 for name in late]


def is_revised(wanted: tuple[int, int], found: list[Message]) -> bool:
    return any(revision_of(each.value() or b"") == wanted for each in found)


@cache
def revision_of(value: bytes) -> tuple[int, int] | None:
    """Return the window in event time that an event revises, and as of when."""
    event = decode_event(ModelPerformance, decode_object(value))
    if event.window.kind is not WindowKind.TIME or event.revision == 0:
        return None
    return event.window.number, parse_time(event.as_of.time)


def label_time(made: float) -> int:
    return parse_time(format_time(round(1000 * (made + LATEST))))


def test_a_year_with_late_labels_and_a_kill_is_what_an_offline_run_makes_of_it(
    client: Kafka, tmp_path: Path
) -> None:
    whole = year()
    late = late_ones(whole)
    rest = [row for row in whole if row[1] == "predictions" or row[2] not in late]
    taken = {"type": "retrain_started", "model": "cards", "timestamp": BEGIN + 90 * DAY}
    client.send("model-events", "cards", taken)
    with Worker(client.bootstrap, client.prefix, tmp_path / "1.log", **SETTINGS) as first:
        first.wait_until_ready()
        send(client, rest[: len(rest) // 2])
        # Some of it was observed by then, and some was not.
        client.read("driftline-observations", lambda found: len(found) > 0, within=60.0)
        first.kill()
    with Worker(client.bootstrap, client.prefix, tmp_path / "2.log", **SETTINGS) as second:
        second.wait_until_ready()
        send(client, rest[len(rest) // 2 :])
        wait_until(partial(drained, client), within=120.0, why=second.log)
        took = seconds_to_revise(client, late)
        assert median(took) < 1.0, took
        wait_until(partial(drained, client), within=60.0, why=second.log)
        assert second.stop() == 0, second.log()
    flags = {"kafka.bootstrap_servers": client.bootstrap}
    flags |= {key: str(value) for key, value in SETTINGS.items()}
    settings = load_settings(None, flags, {})
    detection, policy = OfflineDetection(settings), OfflinePolicy(settings)
    for partition, each in by_partition(everything(client, "driftline-observations")).items():
        detection.take(partition, [message.value() or b"" for message in each])
    assert ids(client, "model-performance", "performance_id") == detection.performances
    assert ids(client, "drift-alerts", "alert_id") == detection.alerts
    records = {each.key(): each.value() for each in everything(client, "model-versions")}
    versions = [each for fleet in detection.fleets.values() for each in fleet.versions.records()]
    assert {orjson.loads(value or b"")["record_id"] for value in records.values()} == {
        each.record_id for each in versions
    }
    assert sum(each.label_corrections for each in versions) > 0
    happened = by_partition(everything(client, "driftline-lifecycle"))
    alerts = by_partition(everything(client, "drift-alerts"))
    for partition in range(PARTITIONS):
        # Of no model do alerts and signals both count: their order does not matter.
        log: list[Evidence] = [
            decode_lifecycle(decode_object(each.value())) for each in happened.get(partition, ())
        ]
        log += [decode_alert(decode_object(each.value())) for each in alerts.get(partition, ())]
        policy.take(partition, log)
    asked = [orjson.loads(each) for each in values_of(client, "retrain-requests")]
    assert {each["request_id"] for each in asked} == policy.requests
    assert {each["trigger"] for each in asked} >= {"performance", "data_volume", "schedule"}
    signals = {each.event_id for those in happened.values() for each in _signals(those)}
    assert signals == detection.signals


def _signals(messages: Iterable[Message]) -> list[RetrainSignal]:
    decoded = [decode_lifecycle(decode_object(each.value())) for each in messages]
    return [each for each in decoded if not isinstance(each, ModelEvent)]
