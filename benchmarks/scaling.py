"""One worker and more: the same topic of several models, read to its end."""

import asyncio
from dataclasses import dataclass
from typing import Final

from app.kafka.topics import ensure_topics
from benchmarks.contenders.driftline import settings_of
from benchmarks.contenders.task import Task
from benchmarks.events import Events
from benchmarks.steps import Steps
from benchmarks.topic import PARTITIONS, fill
from benchmarks.workers import Report, Workers
from tests.kafka import KafkaCluster

FEATURES: Final = 20
MODELS: Final = 8
"""Enough that the models, and so detection's work, fall on every partition."""

JOIN_DELAY: Final = {"group.initial.rebalance.delay.ms": "5000"}
"""Kafka's own default is 3 s: a new group waits for all of its members, and none begins alone."""

_LONGEST: Final = 300.0
_TOPIC: Final = "predictions"


@dataclass(frozen=True, slots=True)
class Scaled:
    """What so many workers did together.

    Attributes
    ----------
    workers
        How many.
    rate
        Events per second, from the first one's first record to the last one's last.
    cpu_per_event
        Microseconds of CPU of all workers.
    """

    workers: int
    rate: float
    cpu_per_event: float


def measure_scaling(workers: int, events: int, steps: Steps) -> list[Scaled]:
    """Measure one worker and ``workers`` on ``events`` events."""
    with KafkaCluster(properties=JOIN_DELAY) as cluster:
        steps.begin(f"scaling: producing {events:,} events", total=events)
        cluster.create_topic(_TOPIC, PARTITIONS)
        fill(cluster.bootstrap, _TOPIC, Events(FEATURES, MODELS).take(events), steps.advance)
        steps.end("done")
        return [_measure(cluster, count, events, steps) for count in sorted({1, workers})]


def _measure(cluster: KafkaCluster, count: int, events: int, steps: Steps) -> Scaled:
    group = f"scaling-{count}"
    task = Task(cluster.bootstrap, _TOPIC, f"{group}-alerts", group, events)
    asyncio.run(ensure_topics(settings_of(task)))
    steps.begin(f"scaling: {count} worker{'s' if count > 1 else ''}")
    with Workers(task, count) as workers:
        reports = workers.wait(lambda reports: _done(reports, events), _LONGEST)
    counted = events - sum(report.uncounted for report in reports)
    began = min(report.began for report in reports if report.accepted)
    seconds = max(report.ended for report in reports) - began
    cpu = sum(report.cpu_seconds for report in reports)
    scaled = Scaled(count, counted / seconds, cpu / counted * 1e6)
    steps.end(f"{scaled.rate:,.0f} events/s, {scaled.cpu_per_event:.1f} us of CPU an event")
    return scaled


def _done(reports: list[Report], events: int) -> bool:
    accepted = sum(report.accepted for report in reports)
    return accepted >= events and sum(report.detected for report in reports) >= accepted
