"""What a flood of one-shot models costs a watched one: ``python -m benchmarks.newcomers``.

One worker and a real Kafka. A watched model has a steady stream; beside it come events each of
which names a model of its own. All of them are read in the order of their partitions, so that the
watched model is behind by as much as the worker is: by the seconds that it takes, after the last
event, until detection has had every row. Then the worker is stopped in the ordinary way, and
started again until it has the rows of one more second.
"""

import argparse
import asyncio
import json
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from confluent_kafka import Producer

from app.kafka.topics import ensure_topics
from app.settings import Settings, load_settings
from tests.chaos.crew import ROOT, Crew, Member
from tests.kafka import KafkaCluster

WATCHED: Final = "watched"
_TAKEN: Final = "driftline_rows_watched_total"
_SAVED: Final = "driftline_state_snapshots_written_total"
_BURN_IN: Final = 200
_WATCHED_RATE: Final = 100
_TICK: Final = 0.05
_POLL: Final = 0.2
_LONGEST: Final = 600.0


def main() -> None:
    """Measure, and print JSON as the last line."""
    arguments = parser().parse_args()
    settings: dict[str, object] = {"monitor.burn_in": _BURN_IN}
    with KafkaCluster() as cluster, tempfile.TemporaryDirectory() as folder:
        settings["kafka.bootstrap_servers"] = cluster.bootstrap
        flood = Flood(settings, Path(folder), features=arguments.features, root=arguments.root)
        try:
            result = flood.measure(arguments.models, arguments.rate)
        finally:
            flood.close()
    print(json.dumps({"models": arguments.models, "rate": arguments.rate, **result}))


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(prog="python -m benchmarks.newcomers", description=__doc__)
    result.add_argument("--models", type=int, default=60_000, help="of one event each")
    result.add_argument("--rate", type=int, default=2000, help="of these a second")
    result.add_argument("--features", type=int, default=5, help="of every event")
    result.add_argument("--root", type=Path, default=ROOT, help="the tree that the worker is of")
    return result


class Flood:
    """A worker, a watched model and models of one event.

    Parameters
    ----------
    settings
        Of the worker, by their paths.
    folder
        For its logs.
    features
        Of every event.
    root
        The tree that the worker is of.
    """

    def __init__(
        self, settings: dict[str, object], folder: Path, *, features: int, root: Path
    ) -> None:
        loaded: Settings = load_settings(
            None, {name: str(value) for name, value in settings.items()}, {}
        )
        asyncio.run(ensure_topics(loaded))
        self._crew = Crew(settings, folder)
        self._crew.root = root
        self._topic = loaded.topics.predictions
        bootstrap = loaded.kafka.bootstrap_servers
        self._producer = Producer({"bootstrap.servers": bootstrap, "compression.type": "lz4"})
        self._names = [f"feature_{number:02d}" for number in range(features)]
        self._rng = np.random.default_rng(1)
        self._sent = self._number = 0

    def measure(self, models: int, rate: int) -> dict[str, float]:
        """Return how far behind the watched model was, and how long stop and restart took.

        The first start, with nothing to load, is there to compare them with.
        """
        began = time.monotonic()
        worker = self._begin()
        empty = time.monotonic() - began
        for _ in range(2 * _BURN_IN):
            self._send(WATCHED)
        self._catch_up(worker)
        began = time.monotonic()
        self._play(models, rate)
        played = time.monotonic() - began
        self._producer.flush(10.0)
        ended = time.monotonic()
        self._catch_up(worker)
        behind = time.monotonic() - ended
        snapshots = worker.metric(_SAVED)
        began = time.monotonic()
        worker.send(signal.SIGTERM)
        worker.process.wait(_LONGEST)
        stop = time.monotonic() - began
        self._crew.members.remove(worker)
        began = time.monotonic()
        worker = self._begin()
        ready = time.monotonic() - began
        self._sent = 0
        for _ in range(_WATCHED_RATE):
            self._send(WATCHED)
        self._catch_up(worker)
        return {
            "empty_ready_seconds": round(empty, 1),
            "played_seconds": round(played, 1),
            "behind_seconds": round(behind, 1),
            "snapshots": snapshots,
            "stop_seconds": round(stop, 1),
            "ready_seconds": round(ready, 1),
            "restart_seconds": round(time.monotonic() - began, 1),
        }

    def close(self) -> None:
        """End everything."""
        self._crew.close()
        self._producer.flush(10.0)

    def _begin(self) -> Member:
        worker = self._crew.start()
        self._wait(worker, lambda: worker.is_ready, "the worker")
        return worker

    def _catch_up(self, worker: Member) -> None:
        """Wait until detection has had all that was sent."""
        self._producer.flush(10.0)
        self._wait(worker, lambda: worker.metric(_TAKEN) >= self._sent, "the rows")

    def _play(self, models: int, rate: int) -> None:
        """Send the events of both kinds as time goes on."""
        began, once, watched = time.monotonic(), 0, 0
        while once < models:
            seconds = time.monotonic() - began
            while once < min(models, rate * seconds):
                self._send(f"once-{once}")
                once += 1
            while watched < _WATCHED_RATE * seconds:
                self._send(WATCHED)
                watched += 1
            self._producer.poll(0)
            time.sleep(_TICK)

    def _send(self, model: str) -> None:
        values = self._rng.normal(size=len(self._names)).round(4).tolist()
        self._number += 1
        event = {
            "prediction_id": f"p{self._number}",
            "model": model,
            "version": "1",
            "timestamp": round(time.time() * 1000),
            "features": dict(zip(self._names, values, strict=True)),
            "prediction": 0,
        }
        self._producer.produce(self._topic, orjson.dumps(event), key=f"p{self._number}")
        self._sent += 1

    def _wait(self, worker: Member, condition: Callable[[], bool], what: str) -> None:
        limit = time.monotonic() + _LONGEST
        while not condition():
            if time.monotonic() > limit or not worker.is_alive:
                raise RuntimeError(f"{what}: not there after {_LONGEST:.0f} s")
            time.sleep(_POLL)


if __name__ == "__main__":
    main()
