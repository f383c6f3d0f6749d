"""From produce to alert, at a paced rate.

Every event carries the time at which it was produced, and an alert names the event at which the
drift was detected; the broker stamps the alert with the time at which it has it. The difference is
what the way through Kafka, intake, Kafka again, detection and Kafka a third time took.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson
from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, Consumer, Producer

from app.kafka.topics import ensure_topics
from benchmarks.contenders.driftline import settings_of
from benchmarks.contenders.task import Task
from benchmarks.events import feature_names
from benchmarks.steps import Steps
from benchmarks.topic import PARTITIONS
from benchmarks.workers import Workers
from schemas.events.times import parse_time
from tests.kafka import KafkaCluster

FEATURES: Final = 20
LIFE: Final = 10_000
"""Events of a model; then another one takes its place, so that references are always fresh."""

FIRST_MOVE: Final = 1500
MOVE_EVERY: Final = 400
"""Events of a model after which its first feature moves, and then the next one, by three standard
deviations: an alert for each."""

_GROUP: Final = "latency"
_TICK: Final = 0.005
_WARM_UP: Final = 4.0
_DRAIN: Final = 3.0
_START: Final = 60.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Produce to alert.

    Attributes
    ----------
    rate
        Events per second that were produced.
    alerts
        How many there were.
    p50, p99, largest
        Milliseconds.
    """

    rate: float
    alerts: int
    p50: float
    p99: float
    largest: float


def measure_latency(cluster: KafkaCluster, rate: int, seconds: float, steps: Steps) -> Latency:
    """Produce at ``rate`` events per second for so long, and time the alerts."""
    steps.begin(f"latency at {rate:,} events/s", total=seconds)
    task = Task(cluster.bootstrap, f"{_GROUP}-predictions", f"{_GROUP}-alerts", _GROUP, 0)
    cluster.create_topic(task.topic, PARTITIONS)
    cluster.create_topic(task.alerts, PARTITIONS, {"message.timestamp.type": "LogAppendTime"})
    asyncio.run(ensure_topics(settings_of(task)))
    traffic = _Traffic(task, rate)
    with Workers(task) as workers:
        started = time.monotonic()

        def warming(_: float) -> bool:
            workers.check()
            late = time.monotonic() - started > _START
            if late:
                raise RuntimeError(f"the worker handled nothing within {_START:.0f} s")
            return not workers.reports[0].detected

        traffic.run(warming)
        traffic.run(lambda elapsed: elapsed < _WARM_UP)
        since = round(time.time() * 1000)
        sent, began = traffic.sent, time.monotonic()
        traffic.run(lambda elapsed: elapsed < seconds, lambda: steps.advance(_TICK))
        produced = (traffic.sent - sent) / (time.monotonic() - began)
        until = round(time.time() * 1000)
        traffic.flush()
        time.sleep(_DRAIN)
        workers.check()
    delays = _delays(task, since, until)
    if len(delays) == 0:
        raise RuntimeError("no alert came: there is no latency to measure")
    p50, p99 = (float(level) for level in np.percentile(delays, [50, 99]))
    latency = Latency(produced, len(delays), p50, p99, float(delays.max()))
    steps.end(f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, {len(delays)} alerts")
    return latency


class _Traffic:
    """Produces, at an even pace, events of models whose features move one after the other."""

    def __init__(self, task: Task, rate: int) -> None:
        self.sent = 0
        self._topic = task.topic
        self._rate = rate
        self._rng = np.random.default_rng(1)
        self._names = feature_names(FEATURES)
        self._producer = Producer(
            {"bootstrap.servers": task.bootstrap, "compression.type": "lz4"},
        )

    def run(self, more: Callable[[float], bool], ticked: Callable[[], object] = int) -> None:
        """Produce while ``more``, told the seconds since the begin, says so."""
        began, first = time.monotonic(), self.sent
        while more(elapsed := time.monotonic() - began):
            self._produce(int(elapsed * self._rate) - (self.sent - first))
            self._producer.poll(0)
            ticked()
            time.sleep(_TICK)

    def flush(self) -> None:
        """Have the broker acknowledge everything."""
        self._producer.flush(10.0)

    def _produce(self, count: int) -> None:
        numbers = np.arange(self.sent, self.sent + count)
        values = self._rng.normal(0.5, 0.15, (count, FEATURES))
        moves = FIRST_MOVE + MOVE_EVERY * np.arange(FEATURES)
        values += 0.45 * (numbers[:, None] % LIFE >= moves)
        for number, row in zip(numbers.tolist(), values.round(6).tolist(), strict=True):
            key = f"p{number:011d}"
            event = {
                "prediction_id": key,
                "model": f"model-{number // LIFE:04d}",
                "version": "1",
                "timestamp": round(time.time() * 1000),
                "features": dict(zip(self._names, row, strict=True)),
                "prediction": "approve",
                "scores": {"approve": 0.7, "refuse": 0.3},
            }
            self._producer.produce(self._topic, orjson.dumps(event), key)
        self.sent += count


def _delays(task: Task, since: int, until: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the milliseconds of each alert on an event that was produced between the two."""
    consumer = Consumer(
        {
            "bootstrap.servers": task.bootstrap,
            "group.id": f"{_GROUP}-reader",
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([task.alerts])
    delays = []
    # The first answer waits for the group; after that an empty one is the end.
    timeout = 15.0
    while messages := consumer.consume(1000, timeout):
        timeout = 2.0
        for message in messages:
            kind, stamp = message.timestamp()
            if kind != TIMESTAMP_LOG_APPEND_TIME:
                raise RuntimeError("the broker has not stamped the alerts")
            produced = parse_time(orjson.loads(message.value() or b"")["detected_at"]["time"])
            if since <= produced <= until:
                delays.append(float(stamp - produced))
    consumer.close()
    return np.array(delays)
