"""Topics that are changed under those who use them: widened, made anew, configured otherwise."""

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from confluent_kafka import KafkaException
from confluent_kafka.cimpl import NewPartitions, NewTopic

from tests.kafka.readiness import admin_client, is_ready

_PATIENCE: Final = 20.0


def widen_topic(bootstrap: str, topic: str, partitions: int) -> None:
    """Give a topic so many partitions in all."""
    admin = admin_client(bootstrap)
    admin.create_partitions([NewPartitions(topic, partitions)])[topic].result(_PATIENCE)


def delete_topic(bootstrap: str, topic: str) -> None:
    """Delete a topic."""
    admin = admin_client(bootstrap)
    admin.delete_topics([topic], operation_timeout=_PATIENCE)[topic].result(_PATIENCE)


def renew_topic(
    bootstrap: str, topic: str, partitions: int, config: Mapping[str, str] | None = None
) -> None:
    """Delete a topic and make it anew, at once."""
    delete_topic(bootstrap, topic)
    admin = admin_client(bootstrap)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        new = NewTopic(topic, num_partitions=partitions, config=dict(config or {}))
        with suppress(KafkaException):
            admin.create_topics([new])[topic].result(_PATIENCE)
            break
        time.sleep(0.05)
    while not is_ready(admin, topic):
        time.sleep(0.05)
