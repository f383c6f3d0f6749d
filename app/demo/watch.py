"""Reads what the worker publishes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from app.demo.ledger import Partition
from app.kafka.clients import client_arguments
from app.settings import Settings, TopicRole


class Watch:
    """Follows topics from their beginning, all partitions of them.

    Parameters
    ----------
    settings
        The worker's.
    takers
        Who gets the values of the records, by topic.
    """

    def __init__(
        self, settings: Settings, takers: Mapping[TopicRole, Callable[[bytes], None]]
    ) -> None:
        self._takers = {settings.topics.full_name(role): take for role, take in takers.items()}
        self._consumer: Any = AIOKafkaConsumer(
            *self._takers,
            **client_arguments(settings.kafka),
            group_id=None,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        )

    async def start(self) -> None:
        """Connect."""
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            batches = await self._consumer.getmany(timeout_ms=200)
            for partition, records in batches.items():
                take = self._takers[partition.topic]
                for record in records:
                    take(record.value)

    async def next_offsets(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return the offset of the next record of partitions, which need not be read here."""
        asked = [TopicPartition(topic, number) for topic, number in partitions]
        ends = await self._consumer.end_offsets(asked)
        return {(one.topic, one.partition): offset for one, offset in ends.items()}
