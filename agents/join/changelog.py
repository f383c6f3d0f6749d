"""The changelog of the pending stores: claimed, and read outside of the consumer group."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from faust.types import RecordMetadata

from agents.join.changes import Changes, UnreadableChanges, decode_changes, encode_changes
from agents.transport.publisher import Publisher

NewConsumer = Callable[[], AIOKafkaConsumer]

_POLL_MS: Final = 500
_PATIENCE: Final = 60.0
_MOST_AT_ONCE: Final = 200
"""Records between two looks at other work: some 100,000 predictions."""


class ChangelogStuck(RuntimeError):
    """The changelog has records, and the broker does not bring them."""


class Bounds(NamedTuple):
    """The first offset of a partition, and the one after its last."""

    start: int
    end: int


class ChangelogReader:
    """Reads partitions of the changelog; `open_changelog` makes one."""

    def __init__(self, topic: str, consumer: AIOKafkaConsumer) -> None:
        self._topic = topic
        self._consumer = consumer

    async def bounds(self, partitions: Collection[int]) -> dict[int, Bounds]:
        """Return the bounds of each partition, as they are now."""
        wanted = [TopicPartition(self._topic, partition) for partition in partitions]
        starts = await self._consumer.beginning_offsets(wanted)
        ends = await self._consumer.end_offsets(wanted)
        return {tp.partition: Bounds(starts[tp], ends[tp]) for tp in wanted}

    async def record(self, partition: int, offset: int) -> bytes | None:
        """Return the value of the record at an offset; None where there is none any more."""
        async for _, found, value in self.read({partition: Bounds(offset, offset + 1)}):
            return value if found == offset else None
        return None

    async def read(self, wanted: Mapping[int, Bounds]) -> AsyncIterator[tuple[int, int, bytes]]:
        """Yield partition, offset and value of what lies within the bounds, in order of offsets.

        Raises
        ------
        ChangelogStuck
            When nothing comes for a minute.
        """
        ends = {
            TopicPartition(self._topic, partition): bounds.end
            for partition, bounds in wanted.items()
            if bounds.start < bounds.end
        }
        if not ends:
            return
        self._consumer.assign(list(ends))
        for tp in ends:
            self._consumer.seek(tp, wanted[tp.partition].start)
        last = monotonic()
        while ends:
            batches: Mapping[TopicPartition, list[Any]] = await self._consumer.getmany(
                *ends, timeout_ms=_POLL_MS, max_records=_MOST_AT_ONCE
            )
            for tp, records in batches.items():
                last = monotonic()
                for record in records:
                    if record.offset < ends[tp]:
                        yield tp.partition, record.offset, record.value or b""
            for tp in list(ends):
                # By the position: the last records may have been deleted meanwhile.
                if await self._consumer.position(tp) >= ends[tp]:
                    del ends[tp]
            if monotonic() - last > _PATIENCE:
                missing = ", ".join(f"{tp.partition} up to {end}" for tp, end in ends.items())
                raise ChangelogStuck(
                    f"nothing came from {self._topic} for {_PATIENCE:.0f} s; missing: {missing}"
                )


@dataclass(frozen=True, slots=True)
class Changelog:
    """Where the stores' changes are kept.

    Attributes
    ----------
    topic
        It has the partitions of the predictions.
    publisher
        Sends to it.
    open
        Opens a reader.
    owner
        Whose changes these are: the consumer group.
    """

    topic: str
    publisher: Publisher
    open: Callable[[], AbstractAsyncContextManager[ChangelogReader]]
    owner: str

    async def claim(self, partition: int, claim: Changes) -> Awaitable[RecordMetadata]:
        """Send a claim to a partition; its offset is known when the broker has it."""
        (record,) = encode_changes(claim)
        return await self.publisher.send(self.topic, key=None, value=record, partition=partition)

    async def has_claim(self, partition: int, within: Bounds) -> bool:
        """Tell whether somebody claimed a partition there."""
        async with self.open() as reader:
            async for _, _, record in reader.read({partition: within}):
                with suppress(UnreadableChanges):
                    if decode_changes(record).is_claim:
                        return True
        return False


@asynccontextmanager
async def open_changelog(topic: str, new_consumer: NewConsumer) -> AsyncIterator[ChangelogReader]:
    """Open a reader of a changelog.

    Parameters
    ----------
    new_consumer
        Makes a consumer without a group, that begins at the earliest record where its position
        has been deleted.
    """
    consumer = new_consumer()
    await consumer.start()
    try:
        yield ChangelogReader(topic, consumer)
    finally:
        await consumer.stop()
