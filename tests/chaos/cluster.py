"""The brokers of the chaos suite."""

from typing import Final

from tests.kafka import KafkaCluster
from tests.kafka.three import ThreeBrokers

_PROPERTIES: Final = {
    # Workers that died are replaced within seconds, so that many can die.
    "group.min.session.timeout.ms": "1000",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    # What compaction can remove is soon removed.
    "log.cleaner.backoff.ms": "500",
    # Event times lie in the past, and so do the records' times in some scenarios.
    "log.retention.check.interval.ms": "86400000",
}


def three_brokers() -> ThreeBrokers:
    """Return three brokers that have not started."""
    return ThreeBrokers(_PROPERTIES)


def chaos_cluster() -> KafkaCluster:
    """Return a broker that has not started."""
    return KafkaCluster(properties=_PROPERTIES)
