"""From the label that decides to the rollback request, through a worker and a broker.

Run it with ``python -m benchmarks.comparing.rollback_delay [--rounds N] [--seed N] [--rate N]``
``[--gathered MS] [--embedded]``.

Of each model a worse version shares the traffic with the champion, a label follows each prediction,
and all come at an even pace. A request names the row that has decided it; the time at which that
label was handed to the producer, and the one at which a consumer has the request, are those of one
clock. What lies between is the way through Kafka, intake, Kafka again, detection and Kafka a third
time, as people's pipelines see it; the times of the records in between say how far each was. Beside
it are the delays of the alerts that the same models raise by a threshold, and of the retrain
requests that these make.

The broker is an Apache Kafka, where one can be started here, else the embedded one. That answers a
fetch with one batch of records of each partition: a worker cannot follow many small ones, and falls
behind at a rate at which Kafka waits for the next record. The broker is told with the figures.
"""

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import numpy as np

from app.kafka.embedded import EmbeddedBroker
from app.kafka.topic_catalogue import CATALOGUE
from app.settings import TopicRole
from benchmarks.comparing.even_traffic import EvenTraffic, names_of
from benchmarks.comparing.listener import Listener
from benchmarks.comparing.seen import Seen
from tests.kafka import KafkaCluster, KafkaUnavailable
from tests.pipeline.driftline import Worker

RATE: Final = 400
"""Requests per second."""

GATHERED: Final = 50
"""Milliseconds for which records gather, as they do at many producers. It is part of what is
measured."""

KAFKA, EMBEDDED = "Apache Kafka", "embedded"
"""The brokers, by the names under which figures are told."""

_USERS: Final = (TopicRole.PREDICTIONS, TopicRole.LABELS, TopicRole.MODEL_EVENTS)

_DRAIN: Final = 60.0
"""Seconds in which the requests of all models have to come once the last label was sent."""


_THRESHOLD: Final = '["accuracy >= 0.8"]'
"""Of each model; the worse versions cross it."""

_LAST: Final = 1.0
"""Seconds for the observations behind the last request, which another consumer takes."""


class Delays(NamedTuple):
    """What was measured, in seconds.

    Attributes
    ----------
    requests
        How many there were.
    p50, p99, largest
        Of their delays.
    broker
        Of which.
    observed_p99, decided_p99
        Of the part of the delay until the label was joined and published as an observation, and
        until the request was published.
    alert_p99, retrain_p99
        Of alerts, and of retrain requests; NaN where there was none.
    """

    requests: int
    p50: float
    p99: float
    largest: float
    broker: str
    observed_p99: float
    decided_p99: float
    alert_p99: float
    retrain_p99: float


class Pace(NamedTuple):
    """What is produced, and where to.

    Attributes
    ----------
    rate
        Requests per second.
    gathered
        Milliseconds for which the producer gathers records.
    is_embedded
        Whether the embedded broker is meant, also where another can be started.
    """

    rate: int = RATE
    gathered: int = GATHERED
    is_embedded: bool = False


def measure_delays(rounds: int, seed: int, pace: Pace | None = None) -> Delays:
    """Return the delays of rollback requests about twenty models in each round.

    Raises
    ------
    RuntimeError
        If no request comes.
    AssertionError
        If the worker does not start.
    """
    pace = pace or Pace()
    with ExitStack() as stack:
        name, bootstrap = stack.enter_context(_broker(is_embedded=pace.is_embedded))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        settings = {f"models.{each}.thresholds": _THRESHOLD for each in names_of(rounds)}
        if name == EMBEDDED:
            settings |= {"state.enabled": "false", "topics.create": "never"}
        worker = stack.enter_context(Worker(bootstrap, "", folder / "log", **settings))
        worker.wait_until_ready()
        seen = Seen()
        for role, take in (
            (TopicRole.OBSERVATIONS, seen.observe),
            (TopicRole.ROLLBACK_REQUESTS, seen.ask),
            (TopicRole.ALERTS, seen.alert),
            (TopicRole.RETRAIN_REQUESTS, seen.retrain),
        ):
            stack.enter_context(Listener(bootstrap, CATALOGUE[role].default_name, take))
        traffic = EvenTraffic(bootstrap, np.random.default_rng(seed), pace.rate, pace.gathered)
        for number in range(rounds):
            traffic.play(number)
        limit = time.monotonic() + _DRAIN
        while len(seen.requests) < traffic.models and time.monotonic() < limit:
            time.sleep(0.1)
        time.sleep(_LAST)
    parts = np.array([*seen.parts(traffic.labelled)])
    if not len(parts):
        raise RuntimeError("no rollback request came: there is no delay to measure")
    p50, largest = float(np.median(parts[:, 2])), float(parts[:, 2].max())
    observed, decided, p99 = (float(each) for each in np.percentile(parts, 99, axis=0))
    others = (_p99(seen.others(each, traffic.labelled)) for each in (seen.alerts, seen.retrains))
    return Delays(len(parts), p50, p99, largest, name, observed, decided, *others)


def _p99(delays: Iterable[float]) -> float:
    known = [*delays]
    return float(np.percentile(known, 99)) if known else float("nan")


@contextmanager
def _broker(*, is_embedded: bool) -> Iterator[tuple[str, str]]:
    """Start a broker with users' topics, and with all others where no worker makes them."""
    if not is_embedded:
        try:
            with KafkaCluster() as kafka:
                for role in _USERS:
                    kafka.create(CATALOGUE[role].default_name)
                yield KAFKA, kafka.bootstrap
                return
        except KafkaUnavailable:
            pass
    with EmbeddedBroker() as broker:
        for spec in CATALOGUE.values():
            broker.create(spec.default_name)
        yield EMBEDDED, broker.bootstrap


def main() -> None:
    """Measure it, and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of twenty models each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=int, default=RATE, help="requests per second")
    parser.add_argument("--gathered", type=int, default=GATHERED, help="ms at the producer")
    parser.add_argument("--embedded", action="store_true", help="on the embedded broker")
    given = parser.parse_args()
    pace = Pace(given.rate, given.gathered, given.embedded)
    delays = measure_delays(given.rounds, given.seed, pace)
    print(json.dumps({f"rollback_{name}": value for name, value in told(delays).items()}))


def told(delays: Delays) -> dict[str, float | str]:
    """Return what is told of delays, by name."""
    return {
        "broker": delays.broker,
        "requests": delays.requests,
        "p50_s": round(delays.p50, 4),
        "p99_s": round(delays.p99, 4),
        "largest_s": round(delays.largest, 4),
        "observed_p99_s": round(delays.observed_p99, 4),
        "decided_p99_s": round(delays.decided_p99, 4),
        "alert_p99_s": round(delays.alert_p99, 4),
        "retrain_p99_s": round(delays.retrain_p99, 4),
    }


if __name__ == "__main__":
    main()
