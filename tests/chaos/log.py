"""Topics as they stand in Kafka, and how far the group has got."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

_PATIENCE: Final = 60.0
_POLL: Final = 0.1


class Log:
    """A reader of whole topics that belongs to no group.

    Parameters
    ----------
    bootstrap
        Address of the brokers.
    group
        The workers' group; its commits are looked at, and never joined.
    """

    def __init__(self, bootstrap: str, group: str) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": group,
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "enable.partition.eof": True,
                "isolation.level": "read_uncommitted",
                "fetch.message.max.bytes": 8_000_000,
                "fetch.wait.max.ms": 20,
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,
            }
        )

    def close(self) -> None:
        """Close the client."""
        self._consumer.close()

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic."""
        return sorted(self._consumer.list_topics(topic, timeout=10.0).topics[topic].partitions)

    def read(self, topic: str) -> Mapping[int, list[Message]]:
        """Return all records by partition, in the order of their offsets."""
        partitions = self.partitions(topic)
        found: dict[int, list[Message]] = defaultdict(list)
        self._consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        unread = set(partitions)
        limit = time.monotonic() + _PATIENCE
        while unread:
            if time.monotonic() > limit:
                raise RuntimeError(f"{topic}: not read within {_PATIENCE:.0f} s")
            for message in self._consumer.consume(1000, _POLL):
                number, error = message.partition(), message.error()
                if error is None:
                    found[number or 0].append(message)
                elif error.code() == KafkaError._PARTITION_EOF:
                    unread.discard(number or 0)
                elif error.fatal():
                    raise RuntimeError(str(error))
        self._consumer.unassign()
        return found

    def ends(self, topic: str) -> dict[TopicPartition, int]:
        """Return the offset after the last record of each partition."""
        partitions = [TopicPartition(topic, number) for number in self.partitions(topic)]
        return {
            each: self._consumer.get_watermark_offsets(each, timeout=10.0)[1] for each in partitions
        }

    def committed(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the group's committed offsets; below 0 where there is none."""
        asked = [TopicPartition(each.topic, each.partition) for each in partitions]
        return {each: each.offset for each in self._consumer.committed(asked, timeout=10.0)}
