"""The embedded broker: a Kafka cluster inside this process, for the demo and for fast tests."""

from types import TracebackType
from typing import Final, Self

PARTITIONS: Final = 4
"""Partitions of every topic; librdkafka has no setting for it."""

_TIMEOUT_S: Final = 10.0


class EmbeddedBroker:
    """
    librdkafka's in-process cluster, which speaks Kafka's protocol on a loopback port.

    It starts in milliseconds, needs neither Java nor Docker, and serves every process of the
    machine for as long as the object is open. It is no substitute for Kafka:

    - records live in memory, 5 MB or 100,000 batches a partition; then the oldest batches go,
      read or not;
    - a fetch is answered with one batch of each partition, so producers should gather;
    - a topic comes into being at its first use, always with `PARTITIONS` partitions; a request to
      create one fails, so clients must not declare topics (`create` is the way);
    - a group's first member joins after 3 s, one that joins a group which has had members after its
      session timeout less 1 s;
    - nothing is compacted, and retention cannot be set;
    - no authentication, no encryption, no check of a topic's name, one broker.

    Attributes
    ----------
    bootstrap
        Its address, ``127.0.0.1:PORT``.

    Raises
    ------
    ModuleNotFoundError
        If confluent-kafka, which brings librdkafka, is not installed.
    confluent_kafka.KafkaException
        If the cluster does not answer.

    Examples
    --------
    >>> with EmbeddedBroker() as broker:
    ...     broker.create("predictions")
    ...     broker.bootstrap.split(":")[0]
    '127.0.0.1'
    """

    def __init__(self) -> None:
        try:
            # Only the demo needs it: a worker's installation does without.
            from confluent_kafka import Producer  # noqa: PLC0415 - an optional dependency
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "the embedded broker needs confluent-kafka: install driftline[demo]",
                name=error.name,
            ) from error
        # The cluster lives as long as the client that carries it; the client itself stays idle.
        self._carrier: Producer | None = Producer({"test.mock.num.brokers": 1, "log_level": 0})
        (broker,) = self._carrier.list_topics(timeout=_TIMEOUT_S).brokers.values()
        self.bootstrap = f"{broker.host}:{broker.port}"

    def create(self, topic: str) -> None:
        """
        Make a topic known before anyone subscribes to it; it holds no record.

        Parameters
        ----------
        topic
            Its name. A topic that exists stays as it is.

        Raises
        ------
        RuntimeError
            If the broker is closed.
        confluent_kafka.KafkaException
            If the cluster does not answer.
        """
        if self._carrier is None:
            raise RuntimeError("the embedded broker is closed")
        from confluent_kafka import KafkaException  # noqa: PLC0415 - an optional dependency

        # Asking for a topic's metadata is a first use.
        error = self._carrier.list_topics(topic, timeout=_TIMEOUT_S).topics[topic].error
        if error is not None:
            raise KafkaException(error)

    def close(self) -> None:
        """End the cluster and forget its records. A second call does nothing."""
        # Destroying the client ends the cluster; releases differ in whether it has a close().
        self._carrier = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
