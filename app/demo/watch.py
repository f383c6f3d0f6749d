"""Reads what the worker publishes: observations for the order of the rows, alerts, requests."""

from collections.abc import Iterable
from time import monotonic
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from app.demo.ledger import Ledger, Partition
from app.kafka.clients import client_arguments
from app.settings import Settings, TopicRole
from schemas.events.any_alert import decode_alert
from schemas.events.codec import decode_event, decode_object
from schemas.events.retrain_request import RetrainRequest
from schemas.tables.frames import decode_frame, is_frame

_READ: Final = (TopicRole.OBSERVATIONS, TopicRole.ALERTS, TopicRole.RETRAIN_REQUESTS)


class Watch:
    """Fills a ledger from the worker's topics, of which it reads all partitions.

    Parameters
    ----------
    settings
        The worker's.
    ledger
        What is filled.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._topics = {settings.topics.full_name(role): role for role in _READ}
        self._ledger = ledger
        self._consumer: Any = AIOKafkaConsumer(
            *self._topics,
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
                role = self._topics[partition.topic]
                for record in records:
                    self._take(role, record.value)

    async def next_offsets(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return the offset of the next record of partitions, which need not be read here."""
        asked = [TopicPartition(topic, number) for topic, number in partitions]
        ends = await self._consumer.end_offsets(asked)
        return {(one.topic, one.partition): offset for one, offset in ends.items()}

    def _take(self, role: TopicRole, value: bytes) -> None:
        now = monotonic()
        if role is TopicRole.OBSERVATIONS:
            if is_frame(value):
                for table in decode_frame(value):
                    for batch in table.batches():
                        self._ledger.observe(batch)
        elif role is TopicRole.ALERTS:
            self._ledger.alert(decode_alert(decode_object(value)), now)
        else:
            request = decode_event(RetrainRequest, decode_object(value))
            self._ledger.request(request, now)
