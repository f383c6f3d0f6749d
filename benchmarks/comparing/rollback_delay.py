"""From the label that decides to the rollback request, through a worker and a broker.

Run it with ``python -m benchmarks.comparing.rollback_delay [--rounds N] [--seed N] [--rate N]``
``[--embedded]``.

Of each model a worse version shares the traffic with the champion, a label follows each prediction,
and all come at an even pace. A request names the row that has decided it; the time at which that
label was handed to the producer, and the one at which a consumer has the request, are those of one
clock. What lies between is the way through Kafka, intake, Kafka again, detection and Kafka a third
time, as people's pipelines see it; the times of the records in between say how far each was.

The broker is an Apache Kafka, where one can be started here, else the embedded one. That answers a
fetch with one batch of records of each partition: a worker cannot follow many small ones, and falls
behind at a rate at which Kafka waits for the next record. The broker is told with the figures.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from confluent_kafka import Message

from app.kafka.embedded import EmbeddedBroker
from app.kafka.topic_catalogue import CATALOGUE
from app.settings import TopicRole
from benchmarks.comparing.even_traffic import EvenTraffic, Place
from benchmarks.comparing.listener import Listener
from schemas.tables.frames import decode_frame, is_frame
from schemas.tables.observations import Origin
from tests.kafka import KafkaCluster, KafkaUnavailable
from tests.pipeline.driftline import Worker

RATE: Final = 400
"""Requests per second."""

KAFKA, EMBEDDED = "Apache Kafka", "embedded"
"""The brokers, by the names under which figures are told."""

_USERS: Final = (TopicRole.PREDICTIONS, TopicRole.LABELS, TopicRole.MODEL_EVENTS)

_DRAIN: Final = 60.0
"""Seconds in which the requests of all models have to come once the last label was sent."""


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
    """

    requests: int
    p50: float
    p99: float
    largest: float
    broker: str
    observed_p99: float
    decided_p99: float


def measure_delays(
    rounds: int, seed: int, rate: int = RATE, *, is_embedded: bool = False
) -> Delays:
    """Return the delays of rollback requests about twenty models in each round.

    Raises
    ------
    RuntimeError
        If no request comes.
    AssertionError
        If the worker does not start.
    """
    with ExitStack() as stack:
        name, bootstrap = stack.enter_context(_broker(is_embedded=is_embedded))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        settings = {"state.enabled": "false", "topics.create": "never"} if name == EMBEDDED else {}
        worker = stack.enter_context(Worker(bootstrap, "", folder / "log", **settings))
        worker.wait_until_ready()
        seen = Seen()
        for role, take in (
            (TopicRole.OBSERVATIONS, seen.observe),
            (TopicRole.ROLLBACK_REQUESTS, seen.ask),
        ):
            stack.enter_context(Listener(bootstrap, CATALOGUE[role].default_name, take))
        traffic = EvenTraffic(bootstrap, np.random.default_rng(seed), rate)
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
    return Delays(len(parts), p50, p99, largest, name, observed, decided)


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


class Seen:
    """Records as they come: requests, and labels among the observations.

    Attributes
    ----------
    requests
        By their ids, with the times at which each was published and was there.
    """

    def __init__(self) -> None:
        self.requests: dict[str, tuple[float, float, dict[str, Any]]] = {}
        self._observed: dict[Place, float] = {}

    def observe(self, message: Message) -> None:
        """Take an observation: when its labels were published."""
        value = message.value() or b""
        for table in decode_frame(value) if is_frame(value) else ():
            if table.origin is Origin.LABELS:
                sources = [table.sources[each] for each in table.source_of.tolist()]
                for source, offset in zip(sources, table.offsets.tolist(), strict=True):
                    place = source.topic, source.partition, offset
                    self._observed.setdefault(place, message.timestamp()[1] / 1000)

    def ask(self, message: Message) -> None:
        """Take a rollback request."""
        request = orjson.loads(message.value() or b"")
        times = message.timestamp()[1] / 1000, time.time()
        self.requests.setdefault(request["request_id"], (*times, request))

    def parts(self, labelled: Mapping[Place, float]) -> Iterator[tuple[float, float, float]]:
        """Yield of each request the seconds until its label was observed, it was made and came.

        Parameters
        ----------
        labelled
            When the label of the record at a place was handed to the producer.
        """
        for published, arrived, request in self.requests.values():
            at = request["decided_at"]
            place = at["topic"], at["partition"], at["offset"]
            begun = labelled[place]
            yield self._observed[place] - begun, published - begun, arrived - begun


def main() -> None:
    """Measure it, and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of twenty models each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=int, default=RATE, help="requests per second")
    parser.add_argument("--embedded", action="store_true", help="on the embedded broker")
    given = parser.parse_args()
    delays = measure_delays(given.rounds, given.seed, given.rate, is_embedded=given.embedded)
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
    }


if __name__ == "__main__":
    main()
