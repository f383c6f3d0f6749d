"""How far the worker's consumer is, read at the scrape."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

from prometheus_client.registry import Collector

from app.metrics import catalogue
from app.metrics.models import Family, family


class ProgressView(Protocol):
    """What is read of one partition; `agents.transport.progress.PartitionProgress` has it."""

    @property
    def outstanding(self) -> int:
        """Batches that were delivered and are not acked."""

    def commit_age(self, now: float) -> float:
        """Return the seconds since the last accepted commit."""


class ConsumerView(Protocol):
    """What is read of a consumer; `agents.transport.consumer.BatchedConsumer` has it.

    Partitions are objects with ``topic`` and ``partition``.
    """

    @property
    def progress(self) -> Mapping[Any, ProgressView]:
        """The assigned partitions."""

    def lag(self, tp: Any) -> int | None:
        """Return the records between the committed offset and the end; None where unknown."""


class ConsumerCollector(Collector):
    """Reads the consumer that it was given last; yields empty families before.

    Parameters
    ----------
    clock
        That of `PartitionProgress`: monotonic, seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.consumer: ConsumerView | None = None
        self._clock = clock

    def describe(self) -> list[Family]:
        """Return the families without samples."""
        return [family(spec) for spec in _SPECS]

    def collect(self) -> Iterator[Family]:
        """Yield lag, commit age and outstanding batches of the assigned partitions."""
        lag, age, outstanding = self.describe()
        now = self._clock()
        consumer = self.consumer
        # A copy: a rebalance may change it during the scrape, which runs in a thread of its own.
        partitions = [] if consumer is None else list(consumer.progress.items())
        for tp, progress in partitions:
            labels = (tp.topic, str(tp.partition))
            behind = None if consumer is None else consumer.lag(tp)
            if behind is not None:
                lag.add_metric(labels, behind)
            age.add_metric(labels, progress.commit_age(now))
            outstanding.add_metric(labels, progress.outstanding)
        yield from (lag, age, outstanding)


_SPECS: Final = (catalogue.CONSUMER_LAG, catalogue.COMMIT_AGE, catalogue.OUTSTANDING_BATCHES)
