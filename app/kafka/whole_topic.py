"""Topics that are read as a whole, for people."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiokafka.errors import KafkaError

from agents.records.record import Record
from agents.transport.topic_reader import Bounds, TopicReader, TopicStalled, open_topic
from app.kafka.brokers import TopicRefused, connected
from app.kafka.clients import client_arguments
from app.kafka.reachability import BrokersUnreachable
from app.settings import Settings, TopicRole


class WholeTopic:
    """All partitions of one topic, up to where they end now.

    Parameters
    ----------
    reader
        Of the topic.
    partitions
        How many there are.

    Attributes
    ----------
    partitions
        Their numbers.
    """

    def __init__(self, reader: TopicReader, partitions: int) -> None:
        self._reader = reader
        self.partitions = range(partitions)

    @property
    def topic(self) -> str:
        """The full name."""
        return self._reader.topic

    async def records(self, *, since: int | None = None) -> AsyncIterator[Record]:
        """Yield the records that the topic holds now, each partition in its order.

        Parameters
        ----------
        since
            Records that were written before this time, milliseconds since the epoch, are left out.
        """
        bounds = await self._reader.bounds(self.partitions, since=since)
        async for record in self._reader.records(bounds):
            yield record

    async def latest(self, count: int) -> list[Record]:
        """Return about so many of the latest records, by partition and offset.

        Each partition gives its share, and what others have too few of is made up for by all.
        """
        bounds = await self._reader.bounds(self.partitions)
        span = -(-count // max(len(bounds), 1))
        while True:
            # Offsets may have gaps, of compaction or transactions: look back until there is enough.
            ends = {
                number: Bounds(max(each.start, each.end - span), each.end)
                for number, each in bounds.items()
            }
            found = [record async for record in self._reader.records(ends)]
            if len(found) >= count or all(ends[at].start == bounds[at].start for at in ends):
                break
            span *= 2
        found.sort(key=lambda record: (record.timestamp, record.partition, record.offset))
        return sorted(found[-count:], key=lambda record: (record.partition, record.offset))

    async def at(self, partition: int, offset: int) -> Record | None:
        """Return the record at an offset; None where it is gone, or never was."""
        if partition not in self.partitions:
            return None
        bounds = await self._reader.bounds([partition])
        return await self._reader.at(partition, offset, bounds[partition])


@asynccontextmanager
async def reading(settings: Settings, topic: str) -> AsyncIterator[WholeTopic]:
    """Connect a reader of a topic for the length of the block.

    Raises
    ------
    TopicRefused
        If the topic does not exist, or the user may not read it.
    BrokersUnreachable
        If no broker answers, now or within the block.
    """
    async with connected(settings.kafka) as brokers:
        partitions = (await brokers.partitions([topic]))[topic]
    if partitions is None:
        raise TopicRefused(f"{topic} does not exist: is topics.prefix right?")
    connect, isolation = client_arguments(settings.kafka), settings.kafka.isolation_level
    try:
        async with open_topic(connect, topic, isolation_level=isolation) as reader:
            yield WholeTopic(reader, partitions)
    except (KafkaError, TimeoutError, TopicStalled) as error:
        raise BrokersUnreachable(f"{topic} cannot be read: {error}") from error


async def read_all(settings: Settings, role: TopicRole, take: Callable[[Record], object]) -> None:
    """Hand over the records that a topic holds now, each partition in its order.

    Raises
    ------
    TopicRefused, BrokersUnreachable
        As for `reading`.
    """
    async with reading(settings, settings.topics.full_name(role)) as reader:
        async for record in reader.records():
            take(record)
