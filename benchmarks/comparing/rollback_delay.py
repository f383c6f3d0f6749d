"""From the label that decides to the rollback request, through a worker and a broker.

Run it with ``python -m benchmarks.comparing.rollback_delay [--rounds N] [--seed N]``.

Of each model a worse version shares the traffic with the champion, a label follows each prediction,
and all come at an even pace. A request names the row that has decided it; the time at which that
label was handed to the producer, and the one at which a consumer has the request, are those of one
clock. What lies between is the way through Kafka, intake, Kafka again, detection and Kafka a third
time, as people's pipelines see it.
"""

import argparse
import json
import threading
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple, Self

import numpy as np
import orjson
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from app.kafka.embedded import PARTITIONS, EmbeddedBroker
from app.kafka.topic_catalogue import CATALOGUE
from app.settings import TopicRole
from tests.pipeline.driftline import Worker

RATE: Final = 400
"""Requests per second."""

_AT_ONCE: Final = 20
"""Models whose versions are compared at a time; then the next ones are."""

_ROUND: Final = 6000
"""Requests to these: each of their versions has 150, of which the worse one has half wrong."""

_GATHERED: Final = 50
"""Milliseconds for which records gather: the embedded broker answers a fetch with one batch of each
partition, so that a worker cannot follow many small ones. It is part of what is measured."""

_DRAIN: Final = 60.0
"""Seconds in which the requests of all models have to come once the last label was sent."""

_LATE: Final = 0.25
"""Seconds from a prediction to its label."""


class Delays(NamedTuple):
    """What was measured, in seconds.

    Attributes
    ----------
    requests
        How many there were.
    p50, p99, largest
        Of their delays.
    """

    requests: int
    p50: float
    p99: float
    largest: float


def measure_delays(rounds: int, seed: int) -> Delays:
    """Return the delays of rollback requests about twenty models in each round.

    Raises
    ------
    RuntimeError
        If no request comes.
    AssertionError
        If the worker does not start.
    """
    with ExitStack() as stack:
        broker = stack.enter_context(EmbeddedBroker())
        for spec in CATALOGUE.values():
            broker.create(spec.default_name)
        folder = Path(stack.enter_context(TemporaryDirectory()))
        settings = {"state.enabled": "false", "topics.create": "never"}
        worker = stack.enter_context(Worker(broker.bootstrap, "", folder / "log", **settings))
        requests = stack.enter_context(_Requests(broker.bootstrap))
        traffic = _Traffic(broker.bootstrap, np.random.default_rng(seed))
        worker.wait_until_ready()
        for number in range(rounds):
            traffic.play(number)
        limit = time.monotonic() + _DRAIN
        while len(requests.found) < rounds * _AT_ONCE and time.monotonic() < limit:
            time.sleep(0.1)
    delays = [
        arrived - traffic.produced[place["partition"], place["offset"]]
        for arrived, request in requests.found.values()
        if (place := request["decided_at"])["topic"] == "labels"
    ]
    if not delays:
        raise RuntimeError("no rollback request came: there is no delay to measure")
    p50, p99 = (float(each) for each in np.percentile(delays, [50, 99]))
    return Delays(len(delays), p50, p99, max(delays))


class _Requests:
    """Takes rollback requests as they come, with the time at which each is there."""

    def __init__(self, bootstrap: str) -> None:
        self.found: dict[str, tuple[float, dict[str, Any]]] = {}
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "requests"})
        topic = CATALOGUE[TopicRole.ROLLBACK_REQUESTS].default_name
        self._consumer.assign([TopicPartition(topic, each, 0) for each in range(PARTITIONS)])
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join(10.0)
        self._consumer.close()

    def _run(self) -> None:
        while not self._is_over.is_set():
            message = self._consumer.poll(0.05)
            if message is not None and message.error() is None:
                request = orjson.loads(message.value() or b"")
                self.found.setdefault(request["request_id"], (time.time(), request))


class _Traffic:
    """Produces, at an even pace, predictions of two versions of each model, and their labels.

    Attributes
    ----------
    produced
        When the label at a partition and offset was handed to the producer.
    """

    def __init__(self, bootstrap: str, random: np.random.Generator) -> None:
        self.produced: dict[tuple[int, int], float] = {}
        self._random = random
        self._producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": _GATHERED})
        self._waiting: deque[tuple[float, str, int]] = deque()

    def play(self, number: int) -> None:
        """Play a round: models of its own, each a champion and a challenger that is worse."""
        models = [f"round-{number}-{each}" for each in range(_AT_ONCE)]
        for model in models:
            for kind, version in (("version_deployed", "1"), ("version_challenger", "2")):
                event = {"type": kind, "model": model, "version": version}
                self._send("model-events", model, event)
        begun, sent = time.monotonic(), 0
        while sent < _ROUND or self._waiting:
            due = min(int((time.monotonic() - begun) * RATE), _ROUND)
            for row in range(sent, due):
                self._predict(f"{number}-{row}", models[row % len(models)])
            sent = due
            while self._waiting and self._waiting[0][0] <= time.monotonic():
                _, name, label = self._waiting.popleft()
                self._label(name, label)
            self._producer.poll(0)
            time.sleep(0.002)
        self._producer.flush(10.0)

    def _predict(self, name: str, model: str) -> None:
        version = "12"[int(self._random.random() < 0.5)]
        label = int(self._random.random() < 0.5)
        is_right = self._random.random() < (0.9 if version == "1" else 0.5)
        row = {
            "prediction_id": name,
            "model": model,
            "version": version,
            "timestamp": round(time.time(), 3),
            "features": {"x": round(float(self._random.normal()), 4)},
            "prediction": label if is_right else 1 - label,
        }
        self._send("predictions", name, row)
        self._waiting.append((time.monotonic() + _LATE, name, label))

    def _label(self, name: str, label: int) -> None:
        now = time.time()

        def acknowledged(_error: object, message: Message) -> None:
            self.produced[message.partition() or 0, message.offset() or 0] = now

        value = orjson.dumps({"prediction_id": name, "label": label})
        self._producer.produce("labels", value, name, on_delivery=acknowledged)

    def _send(self, topic: str, key: str, value: dict[str, Any]) -> None:
        self._producer.produce(topic, orjson.dumps(value), key)


def main() -> None:
    """Measure it, and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of twenty models each")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    delays = measure_delays(arguments.rounds, arguments.seed)
    print(json.dumps({f"rollback_{name}": value for name, value in told(delays).items()}))


def told(delays: Delays) -> dict[str, float]:
    """Return what is told of delays, by name."""
    return {
        "requests": delays.requests,
        "p50_s": round(delays.p50, 4),
        "p99_s": round(delays.p99, 4),
        "largest_s": round(delays.largest, 4),
    }


if __name__ == "__main__":
    main()
