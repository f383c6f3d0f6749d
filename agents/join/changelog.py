"""The changelog of the pending stores: claimed, and read outside of the consumer group."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from faust.types import RecordMetadata

from agents.join.changes import Changes, OtherChanges, UnreadableChanges
from agents.join.changes_codec import decode_changes, encode_changes
from agents.transport.publisher import Publisher
from agents.transport.topic_reader import Bounds, TopicReader


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
    open: Callable[[], AbstractAsyncContextManager[TopicReader]]
    owner: str

    async def claim(self, partition: int, claim: Changes) -> Awaitable[RecordMetadata]:
        """Send a claim to a partition; its offset is known when the broker has it."""
        (record,) = encode_changes(claim)
        return await self.publisher.send(self.topic, key=None, value=record, partition=partition)

    async def has_claim(self, partition: int, within: Bounds) -> bool:
        """Tell whether somebody claimed a partition there."""
        async with self.open() as reader:
            async for record in reader.records({partition: within}):
                try:
                    if decode_changes(record.value or b"").is_claim:
                        return True
                except OtherChanges:
                    return True  # whoever wrote it has the partition, and claimed it
                except UnreadableChanges:
                    continue
        return False
