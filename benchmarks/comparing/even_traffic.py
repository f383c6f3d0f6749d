"""Predictions of two versions of many models at an even pace, and their labels."""

import time
from collections import deque
from typing import Any, Final

import numpy as np
import orjson
from confluent_kafka import Message, Producer

_AT_ONCE: Final = 20
"""Models whose versions are compared at a time; then the next ones are."""

_OF_A_MODEL: Final = 300
"""Requests: each of its versions has 150, of which the worse one has half wrong."""

Place = tuple[str, int, int]
"""Topic, partition and offset."""

_LATE: Final = 0.25
"""Seconds from a prediction to its label."""


class EvenTraffic:
    """Produces them.

    Parameters
    ----------
    bootstrap
        To which broker.
    random
        Draws.
    rate, gathered
        Requests per second, and the milliseconds for which records gather.

    Attributes
    ----------
    models
        How many there were.
    labelled
        When the label of the record at a place, a label or its prediction, was handed to the
        producer: the later one of the two that is read makes the labelled row.
    """

    def __init__(
        self, bootstrap: str, random: np.random.Generator, rate: int, gathered: int
    ) -> None:
        self.models = 0
        self.labelled: dict[Place, float] = {}
        self._predicted: dict[str, Place] = {}
        self._sent: dict[str, float] = {}
        self._rate = rate
        self._random = random
        self._producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": gathered})
        self._waiting: deque[tuple[float, str, int]] = deque()

    def play(self, number: int) -> None:
        """Play a round: models of its own, each a champion and a challenger that is worse."""
        models = _names(number)
        self.models += len(models)
        for model in models:
            for kind, version in (("version_deployed", "1"), ("version_challenger", "2")):
                event = {"type": kind, "model": model, "version": version}
                self._send("model-events", model, event)
        rows = _OF_A_MODEL * len(models)
        begun, sent = time.monotonic(), 0
        while sent < rows or self._waiting:
            due = min(int((time.monotonic() - begun) * self._rate), rows)
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

        def acknowledged(_error: object, message: Message) -> None:
            self._predicted[name] = _place(message)
            self._match(name)

        value = orjson.dumps(row)
        self._producer.produce("predictions", value, name, on_delivery=acknowledged)
        self._waiting.append((time.monotonic() + _LATE, name, label))

    def _label(self, name: str, label: int) -> None:
        now = time.time()

        def acknowledged(_error: object, message: Message) -> None:
            self.labelled[_place(message)] = self._sent[name] = now
            self._match(name)

        value = orjson.dumps({"prediction_id": name, "label": label})
        self._producer.produce("labels", value, name, on_delivery=acknowledged)

    def _match(self, name: str) -> None:
        """Note of a prediction when its label was sent, once both are acknowledged."""
        if name in self._predicted and name in self._sent:
            self.labelled[self._predicted.pop(name)] = self._sent.pop(name)

    def _send(self, topic: str, key: str, value: dict[str, Any]) -> None:
        self._producer.produce(topic, orjson.dumps(value), key)


def names_of(rounds: int) -> list[str]:
    """Return the models of so many rounds."""
    return [name for number in range(rounds) for name in _names(number)]


def _names(number: int) -> list[str]:
    return [f"round-{number}-{each}" for each in range(_AT_ONCE)]


def _place(message: Message) -> Place:
    return str(message.topic()), message.partition() or 0, message.offset() or 0
