"""Whether memory stays flat at a sustained rate: ``python -m benchmarks.soak --minutes 30``.

One worker, four models with labels, and drifts. Prints the resident memory over time; the last line
is JSON with the slope of its second half.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import psutil

from app.kafka.topics import ensure_topics
from app.settings import Settings, TopicRole, load_settings
from tests.chaos.crew import Crew, Member
from tests.chaos.feeder import Feeder
from tests.chaos.ledger import Ledger
from tests.chaos.log import Log
from tests.chaos.traffic import Item, Traffic, TrafficOptions
from tests.kafka import KafkaCluster

SETTINGS: Final = {
    # Full after a minute or two: what is measured is the steady state.
    "intake.pending.max_entries": 4_000,
    "intake.pending.ttl_seconds": 300_000_000,
}
TRAFFIC: Final = TrafficOptions(features=20, life=20_000, version_life=10**9, poisoned=0.001)
_BROKER: Final = {
    "log.retention.bytes": "200000000",
    "log.segment.bytes": "50000000",
    "log.retention.check.interval.ms": "10000",
}
_PATIENCE: Final = 60.0
_FLAT: Final = 0.1
"""Share of the memory by which it may grow in an hour."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The worker at one moment: seconds since the begin, resident bytes, records not yet read."""

    at: float
    rss: int
    lag: int


def main() -> int:
    """Measure; 1 where memory is not flat or the worker does not keep up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=2000.0, help="events per second")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two lines")
    arguments = parser.parse_args()
    with KafkaCluster(properties=_BROKER) as cluster, tempfile.TemporaryDirectory() as folder:
        soak = Soak(cluster.bootstrap, Path(folder))
        samples = []
        for sample in soak.run(arguments.rate, arguments.minutes * 60, arguments.every):
            samples.append(sample)
            line = f"{sample.at:7.0f} s {sample.rss / 1e6:7.1f} MB {sample.lag:8,} behind"
            print(line, flush=True)
    result = summary(samples)
    print(json.dumps({"rate": arguments.rate, "events": soak.events, **result}))
    return int(result["growth_per_hour"] > _FLAT)


def summary(samples: list[Sample]) -> dict[str, float]:
    """Return the memory in the middle and at the end, and the slope of the second half."""
    half = samples[len(samples) // 2 :]
    hours = np.array([sample.at / 3600 for sample in half])
    megabytes = np.array([sample.rss / 1e6 for sample in half])
    slope = float(np.polyfit(hours, megabytes, 1)[0]) if len(half) > 1 else 0.0
    return {
        "minutes": round(samples[-1].at / 60, 1),
        "middle_mb": round(float(megabytes[0]), 1),
        "end_mb": round(float(megabytes[-1]), 1),
        "largest_mb": round(max(sample.rss for sample in samples) / 1e6, 1),
        "slope_mb_per_hour": round(slope, 2),
        "growth_per_hour": round(slope / float(megabytes.mean()), 4),
        "lag_at_end": samples[-1].lag,
    }


class Soak:
    """A worker and its traffic.

    Parameters
    ----------
    bootstrap
        Of a broker without topics.
    folder
        For the worker's log.
    """

    def __init__(self, bootstrap: str, folder: Path) -> None:
        assignments = {**SETTINGS, "kafka.bootstrap_servers": bootstrap}
        self._settings: Settings = load_settings(
            None, {name: str(value) for name, value in assignments.items()}, {}
        )
        asyncio.run(ensure_topics(self._settings))
        self._crew = Crew(assignments, folder)
        self._ledger = _Forgetful()
        self._feeder = Feeder(self._settings, self._ledger)
        self._log = Log(bootstrap, self._settings.kafka.group_id)

    @property
    def events(self) -> int:
        """Records that were sent."""
        return self._ledger.sent

    def run(self, rate: float, seconds: float, every: float) -> Iterator[Sample]:
        """Send so many events a second, and yield samples.

        Raises
        ------
        RuntimeError
            If the worker ends.
        """
        member = self._crew.start()
        limit = time.monotonic() + _PATIENCE
        while not member.is_ready and time.monotonic() < limit:
            time.sleep(0.1)
        traffic = Traffic(1, TRAFFIC, self._settings.topics.partitions)
        self._feeder.start(traffic.items(), rate)
        began = time.monotonic()
        try:
            while (at := time.monotonic() - began) < seconds:
                time.sleep(min(every, seconds - at))
                yield self._sample(member, time.monotonic() - began)
        finally:
            self._feeder.stop()
            self._crew.close()
            self._log.close()

    def _sample(self, member: Member, at: float) -> Sample:
        if not member.is_alive:
            raise RuntimeError(f"the worker has ended:\n{member.log()[-3000:]}")
        ends = self._log.ends(self._settings.topics.full_name(TopicRole.PREDICTIONS))
        committed = self._log.committed(ends)
        lag = sum(end - max(committed[each], 0) for each, end in ends.items())
        return Sample(at, psutil.Process(member.process.pid).memory_info().rss, lag)


class _Forgetful(Ledger):
    """Counts, and keeps nothing: a soak has millions of records."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0

    def note(self, item: Item, offset: int) -> None:  # noqa: ARG002 - what it forgets
        self.sent += 1


if __name__ == "__main__":
    raise SystemExit(main())
