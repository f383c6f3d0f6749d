"""A topic that is read from its beginning on, as long as a worker runs, outside of its group."""

import logging
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

from aiokafka.errors import KafkaError
from mode import Service

from agents.records.record import Record
from agents.transport.topic_reader import Bounds, TopicStalled, open_topic
from app.kafka.clients import client_arguments
from app.settings import Settings, TopicRole

AGAIN_S: Final = 5.0
"""Seconds after a failure before the topic is read anew."""

_WAIT_MS: Final = 1_000
"""For which brokers hold a fetch of the topic: a request a second while nothing comes; a fetch that
is held when the end is reached delays what comes next by as much."""

logger = logging.getLogger(__name__)


class Followed(Protocol):
    """A topic that is read to its end and beyond; `TopicReader` is one."""

    async def bounds(
        self, partitions: Iterable[int], *, since: int | None = None
    ) -> Mapping[int, Bounds]:
        """Return the bounds of each partition, as they are now."""

    def records(self, wanted: Mapping[int, Bounds]) -> AsyncIterator[Record]:
        """Yield the records within the bounds."""

    def following(self, offsets: Mapping[int, int]) -> AsyncIterator[Record]:
        """Yield what is written from these offsets on; without an end."""


Open = Callable[[], AbstractAsyncContextManager[Followed]]


class TopicFollower(Service):
    """Follows a topic; ``app.add_dependency(follower)`` before the app starts.

    A topic that cannot be read for a while keeps no worker from its work: what is known of it stays
    what it was, and it is read anew, records that were taken before among them.

    Parameters
    ----------
    open_
        Connects a reader of the topic.
    partitions
        How many the topic has.
    since
        Gives the time before which records are left out, milliseconds since the epoch.
    again
        Seconds after a failure before the topic is read anew.
    """

    def __init__(
        self,
        open_: Open,
        partitions: int,
        *,
        since: Callable[[], int] | None = None,
        again: float = AGAIN_S,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._open = open_
        self._partitions = range(partitions)
        self._since = since
        self._again = again
        self._complete = False

    @property
    def is_complete(self) -> bool:
        """Whether the topic was read to its end once: only then what is not known is not there."""
        return self._complete

    @abstractmethod
    def take(self, record: Record) -> None:
        """Take the next record of a partition."""

    @Service.task
    async def _follow(self) -> None:
        while not self.should_stop:
            try:
                await self._read()
            except (KafkaError, OSError, TimeoutError, TopicStalled) as error:
                said = error or type(error).__name__
                logger.warning("%s: cannot be followed, what is known stays: %s", self, said)
                await self.sleep(self._again)

    async def _read(self) -> None:
        since = None if self._since is None else self._since()
        async with self._open() as reader:
            bounds = await reader.bounds(self._partitions, since=since)
            async for record in reader.records(bounds):
                self.take(record)
            self._complete = True
            async for record in reader.following({at: each.end for at, each in bounds.items()}):
                self.take(record)


def opener(settings: Settings, role: TopicRole) -> Open:
    """Return what connects a reader of a topic that is followed."""
    topic = settings.topics.full_name(role)
    connect, isolation = client_arguments(settings.kafka), settings.kafka.isolation_level

    def connected() -> AbstractAsyncContextManager[Followed]:
        return open_topic(connect, topic, isolation_level=isolation, wait_ms=_WAIT_MS)

    return connected
