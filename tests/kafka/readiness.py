"""Whether a broker that may still be starting can be used."""

import time

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient


def admin_client(bootstrap: str) -> AdminClient:
    """Return a client that tries again soon and does not report every failed attempt."""
    return AdminClient(
        {
            "bootstrap.servers": bootstrap,
            "reconnect.backoff.ms": 50,
            "reconnect.backoff.max.ms": 200,
            "log_level": 0,
        }
    )


def is_ready(admin: AdminClient, topic: str | None = None) -> bool:
    """Say whether a broker answers and every partition (of the topic, if given) has its leader."""
    try:
        metadata = admin.list_topics(topic, timeout=1)
    except KafkaException:
        return False
    partitions = [
        partition for found in metadata.topics.values() for partition in found.partitions.values()
    ]
    led = all(partition.leader >= 0 and partition.error is None for partition in partitions)
    return bool(metadata.brokers) and led and (topic is None or bool(partitions))


def await_groups(bootstrap: str) -> None:
    """Wait until a broker takes groups: it makes the topic of these when it is first asked for one.

    A client that joins a group meanwhile may wait for its partitions for minutes. While the leader
    of that topic loads, the broker says that it does not coordinate the group: it is asked again.
    """
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "first", "log_level": 0})
    deadline = time.monotonic() + 60.0
    try:
        while True:
            try:
                consumer.committed([TopicPartition("none", 0)], timeout=60.0)
            except KafkaException:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return
    finally:
        consumer.close()
