"""Routes that a worker knows: it follows their topic from the beginning, as long as it runs."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

from aiokafka.errors import KafkaError
from mode import Service

from agents.records.record import Record
from agents.transport.topic_reader import Bounds, TopicStalled, open_topic
from app.kafka.clients import client_arguments
from app.routing.known_routes import KnownRoutes, RouteOutcome
from app.settings import Settings, TopicRole
from schemas.events.routing import ModelRoute

AGAIN_S: Final = 5.0
"""Seconds after a failure before the topic is read anew."""

_WAIT_MS: Final = 1_000
"""For which brokers hold a fetch of the topic: a request a second while nothing comes; a fetch that
is held when the end is reached delays what comes next by as much."""

logger = logging.getLogger(__name__)


class Followed(Protocol):
    """A topic that is read to its end and beyond; `TopicReader` is one."""

    async def bounds(self, partitions: Any) -> Mapping[int, Bounds]:
        """Return the bounds of each partition, as they are now."""

    def records(self, wanted: Mapping[int, Bounds]) -> AsyncIterator[Record]:
        """Yield the records within the bounds."""

    def following(self, offsets: Mapping[int, int]) -> AsyncIterator[Record]:
        """Yield what is written from these offsets on; without an end."""


class RouteFollower(Service):
    """Follows the topic of routes; ``app.add_dependency(follower)`` before the app starts.

    A topic that cannot be read for a while keeps no worker from its work: the routes stay what they
    were, and are read anew.

    Parameters
    ----------
    open_
        Connects a reader of the topic.
    partitions
        How many the topic has.
    told
        Is told what became of each record.
    again
        Seconds after a failure before the topic is read anew.
    """

    def __init__(
        self,
        open_: Callable[[], AbstractAsyncContextManager[Followed]],
        partitions: int,
        told: Callable[[RouteOutcome], None],
        *,
        again: float = AGAIN_S,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._open = open_
        self._partitions = range(partitions)
        self._told = told
        self._again = again
        self._known = KnownRoutes()
        self._complete = False

    def route_of(self, model: str) -> ModelRoute | None:
        """Return the route of a model; None where it has none."""
        return self._known.of(model)

    @property
    def is_complete(self) -> bool:
        """Whether the topic was read to its end once: only then has a model without one none."""
        return self._complete

    @Service.task
    async def _follow(self) -> None:
        while not self.should_stop:
            try:
                await self._read()
            except (KafkaError, OSError, TimeoutError, TopicStalled) as error:
                logger.warning(
                    "the routes of models cannot be read, those known stay: %s", error or "timeout"
                )
                await self.sleep(self._again)

    async def _read(self) -> None:
        async with self._open() as reader:
            bounds = await reader.bounds(self._partitions)
            async for record in reader.records(bounds):
                self._take(record)
            self._complete = True
            async for record in reader.following({at: each.end for at, each in bounds.items()}):
                self._take(record)

    def _take(self, record: Record) -> None:
        outcome = self._known.take(record)
        self._told(outcome)
        if outcome in {RouteOutcome.REFUSED, RouteOutcome.TOO_MANY}:
            place = f"{record.topic}/{record.partition}/{record.offset}"
            logger.warning("the record at %s is not taken for a route: %s", place, outcome)


def route_follower(
    settings: Settings, partitions: int, told: Callable[[RouteOutcome], None]
) -> RouteFollower:
    """Return a follower that asks the brokers of the settings."""
    topic = settings.topics.full_name(TopicRole.MODEL_ROUTING)
    connect, isolation = client_arguments(settings.kafka), settings.kafka.isolation_level

    def connected() -> AbstractAsyncContextManager[Followed]:
        return open_topic(connect, topic, isolation_level=isolation, wait_ms=_WAIT_MS)

    return RouteFollower(connected, partitions, told)
