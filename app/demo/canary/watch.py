"""Reads what is said of the versions: how they compare, and which of them serve."""

from collections.abc import Callable
from typing import Any, Final

from aiokafka import AIOKafkaConsumer

from app.kafka.clients import client_arguments
from app.settings import Settings, TopicRole
from schemas.events.codec import decode_event, decode_object
from schemas.events.event import Event
from schemas.events.model_comparison import ModelComparison
from schemas.events.routing import ModelRoute

_READ: Final[dict[TopicRole, type[Event]]] = {
    TopicRole.MODEL_COMPARISONS: ModelComparison,
    TopicRole.MODEL_ROUTING: ModelRoute,
}


class CanaryWatch:
    """Follows the topics from their beginning.

    Parameters
    ----------
    settings
        The worker's.
    told
        Gets each event.
    """

    def __init__(self, settings: Settings, told: Callable[[Event], None]) -> None:
        self._kinds = {settings.topics.full_name(role): kind for role, kind in _READ.items()}
        self._told = told
        self._consumer: Any = AIOKafkaConsumer(
            *self._kinds,
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
                kind = self._kinds[partition.topic]
                for record in records:
                    self._told(decode_event(kind, decode_object(record.value)))
