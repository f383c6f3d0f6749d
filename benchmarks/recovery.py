"""How long nobody watches a killed worker's models: ``python -m benchmarks.recovery``.

Two workers, and one model with 1,000 features whose references are complete. The worker that
watches it is killed with -9. It is watched again when the detection of the other one has taken
rows of it, and caught up with when these were sent after the kill; of the latter a worker tells
every five seconds only.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from confluent_kafka import Producer

from app.kafka.topics import ensure_topics
from app.settings import Settings, load_settings
from tests.chaos.crew import Crew, Member
from tests.kafka import KafkaCluster

MODEL: Final = "wide"
_TAKEN: Final = "driftline_rows_watched_total"
"""Of every batch of detection; of one model's rows alone, since there is no other one."""

BURN_IN: Final = 200
_RATE: Final = 20.0
_POLL: Final = 0.1
_SCRAPE: Final = 1.0
"""Seconds between two looks at the model, whose columns the worker goes through for each."""

_LONGEST: Final = 120.0


def main() -> None:
    """Measure, and print JSON as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recovery", description=__doc__)
    parser.add_argument("--features", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--session", type=float, help="kafka.session_timeout_seconds")
    arguments = parser.parse_args()
    settings: dict[str, object] = {"monitor.burn_in": BURN_IN}
    if arguments.session is not None:
        settings["kafka.session_timeout_seconds"] = arguments.session
        settings["kafka.heartbeat_interval_seconds"] = arguments.session / 4
    with KafkaCluster() as cluster, tempfile.TemporaryDirectory() as folder:
        settings["kafka.bootstrap_servers"] = cluster.bootstrap
        recovery = Recovery(settings, Path(folder), arguments.features)
        try:
            measured = [recovery.measure() for _ in range(arguments.kills)]
        finally:
            recovery.close()
    result = {
        "features": arguments.features,
        "session_timeout_seconds": recovery.session,
        "watched_after": [round(watched, 2) for watched, _ in measured],
        "caught_up_after": [round(caught_up, 2) for _, caught_up in measured],
        "median": round(statistics.median(watched for watched, _ in measured), 2),
    }
    print(json.dumps(result))


class Recovery:
    """Two workers, and traffic of one model.

    Parameters
    ----------
    settings
        Of the workers, by their paths.
    folder
        For their logs.
    features
        Of the model.
    """

    def __init__(self, settings: dict[str, object], folder: Path, features: int) -> None:
        loaded: Settings = load_settings(
            None, {name: str(value) for name, value in settings.items()}, {}
        )
        asyncio.run(ensure_topics(loaded))
        self.session = loaded.kafka.session_timeout_seconds
        self._crew = Crew(settings, folder)
        self._traffic = _Traffic(loaded, features)

    def measure(self) -> tuple[float, float]:
        """Kill the worker that watches the model.

        Returns
        -------
        watched, caught_up
            Seconds until the other one has taken rows, and rows sent after the kill.
        """
        self._crew.tend(2)
        self._wait(lambda: all(member.is_ready for member in self._crew.members), "two workers")
        self._wait(lambda: self._rows(self._watcher()) >= 2 * BURN_IN, "the references")
        # A snapshot of the whole is written meanwhile.
        time.sleep(10.0)
        victim = self._watcher()
        (survivor,) = (member for member in self._crew.members if member is not victim)
        taken = survivor.metric(_TAKEN)
        self._crew.kill(victim)
        began, sent = time.monotonic(), self._traffic.sent
        self._wait(lambda: survivor.metric(_TAKEN) > taken, "the model", every=_POLL)
        watched = time.monotonic() - began
        self._wait(lambda: self._rows(survivor) > sent, "the traffic")
        caught_up = time.monotonic() - began
        print(
            f"killed at row {sent}: watched again after {watched:.1f} s, "
            f"caught up after {caught_up:.1f} s at most",
            flush=True,
        )
        return watched, caught_up

    def close(self) -> None:
        """End everything."""
        self._traffic.close()
        self._crew.close()

    def _watcher(self) -> Member:
        return max(self._crew.members, key=self._rows)

    def _rows(self, member: Member) -> float:
        """Return how many rows a worker has counted of the model, those of its state included."""
        return member.metric("driftline_model_rows_total")

    def _wait(self, condition: Callable[[], bool], what: str, every: float = _SCRAPE) -> None:
        limit = time.monotonic() + _LONGEST
        while not condition():
            self._crew.tend(0)
            if time.monotonic() > limit or not self._crew.members:
                raise RuntimeError(f"{what}: not there after {_LONGEST:.0f} s")
            time.sleep(every)


class _Traffic:
    """Rows of one wide model, from a thread."""

    def __init__(self, settings: Settings, features: int) -> None:
        self.sent = 0
        self._topic = settings.topics.predictions
        self._names = [f"feature_{number:04d}" for number in range(features)]
        self._rng = np.random.default_rng(1)
        bootstrap = settings.kafka.bootstrap_servers
        self._producer = Producer({"bootstrap.servers": bootstrap, "compression.type": "lz4"})
        self._ended = threading.Event()
        # Enough for the references; then steadily.
        for _ in range(2 * BURN_IN):
            self._send()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join(10.0)
        self._producer.flush(10.0)

    def _run(self) -> None:
        while not self._ended.wait(1 / _RATE):
            self._send()

    def _send(self) -> None:
        values = self._rng.normal(size=len(self._names)).round(4).tolist()
        event = {
            "prediction_id": f"p{self.sent}",
            "model": MODEL,
            "version": "1",
            "timestamp": round(time.time() * 1000),
            "features": dict(zip(self._names, values, strict=True)),
            "prediction": 0,
        }
        self._producer.produce(self._topic, orjson.dumps(event), str(self.sent))
        self._producer.poll(0)
        self.sent += 1


if __name__ == "__main__":
    main()
