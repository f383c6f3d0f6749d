"""Reading one topic to its end, outside of any consumer group."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, Final, NamedTuple, cast

from aiokafka import AIOKafkaConsumer, TopicPartition

from agents.records.record import Record
from agents.transport.options import IsolationLevel
from agents.transport.sizes import FETCH

PATIENCE: Final = 60.0
"""Seconds of waiting for the brokers, without a step forward, after which a read fails."""

_POLL_MS: Final = 200
_FOLLOW_MS: Final = 60_000
"""Between two looks at a topic that is followed; a record ends the wait."""
_MOST_AT_ONCE: Final = 200
"""Records between two looks at the positions; of waiting predictions some 100,000."""


class TopicStalled(RuntimeError):
    """A topic has records, and the brokers do not bring them."""


class Bounds(NamedTuple):
    """The first offset of a partition, and the one after its last."""

    start: int
    end: int


class TopicReader:
    """Reads partitions of one topic; `open_topic` makes one.

    Parameters
    ----------
    consumer
        A started `AIOKafkaConsumer` without a group, that begins at the earliest record where its
        position has been deleted.
    topic
        The full name.
    clock
        Monotonic, seconds.

    Attributes
    ----------
    topic
        As given.
    """

    def __init__(
        self, consumer: Any, topic: str, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._consumer = consumer
        self._clock = clock
        self.topic = topic

    async def bounds(
        self, partitions: Iterable[int], *, of: str | None = None, since: int | None = None
    ) -> dict[int, Bounds]:
        """Return the bounds of each partition, as they are now.

        Parameters
        ----------
        of
            Another topic whose bounds are wanted.
        since
            Bounds begin at the first record that was written at or after this time, milliseconds
            since the epoch.
        """
        wanted = [TopicPartition(of or self.topic, number) for number in partitions]
        if not wanted:
            return {}
        starts = await self._consumer.beginning_offsets(wanted)
        ends = await self._consumer.end_offsets(wanted)
        if since is not None:
            later = await self._consumer.offsets_for_times(dict.fromkeys(wanted, since))
            starts |= {tp: at.offset if at else ends[tp] for tp, at in later.items()}
        return {tp.partition: Bounds(starts[tp], ends[tp]) for tp in wanted}

    async def at(self, partition: int, offset: int, within: Bounds) -> Record | None:
        """Return the record at an offset; None where it is gone, or never was.

        Parameters
        ----------
        within
            The partition's bounds.
        """
        if not within.start <= offset < within.end:
            return None
        async for record in self.records({partition: Bounds(offset, offset + 1)}):
            return record
        return None

    async def records(self, wanted: Mapping[int, Bounds]) -> AsyncIterator[Record]:
        """Yield the records within the bounds, each partition in the order of its offsets.

        Raises
        ------
        TopicStalled
            When the positions do not move for `PATIENCE` seconds of waiting. What the caller does
            with a record does not count.
        """
        left = {
            TopicPartition(self.topic, number): bounds
            for number, bounds in wanted.items()
            if bounds.start < bounds.end
        }
        if not left:
            return
        self._consumer.assign(list(left))
        for tp, bounds in left.items():
            self._consumer.seek(tp, bounds.start)
        at: dict[TopicPartition, int] = {}
        silent = 0.0
        while left:
            began = self._clock()
            batches: Mapping[TopicPartition, list[Any]] = await self._consumer.getmany(
                *left, timeout_ms=_POLL_MS, max_records=_MOST_AT_ONCE
            )
            # By the position: it also moves past what yields no record, such as markers of
            # transactions, and past what was deleted meanwhile.
            before, at = at, {tp: await self._consumer.position(tp) for tp in left}
            silent = 0.0 if at != before else silent + self._clock() - began
            for tp, records in batches.items():
                for record in records:
                    if left[tp].start <= record.offset < left[tp].end:
                        yield cast("Record", record)
            left = {tp: bounds for tp, bounds in left.items() if at[tp] < bounds.end}
            if left and silent > PATIENCE:
                missing = ", ".join(
                    f"partition {tp.partition} from {at[tp]} to {bounds.end}"
                    for tp, bounds in left.items()
                )
                raise TopicStalled(
                    f"nothing came of {self.topic} for {PATIENCE:g} s; missing: {missing}"
                )

    async def following(self, offsets: Mapping[int, int]) -> AsyncIterator[Record]:
        """Yield what is written from these offsets on, by partition, as it comes; without an end.

        Parameters
        ----------
        offsets
            Partition to the offset that is wanted next.
        """
        wanted = {TopicPartition(self.topic, number): at for number, at in offsets.items()}
        self._consumer.assign(list(wanted))
        for tp, at in wanted.items():
            self._consumer.seek(tp, at)
        while True:
            batches: Mapping[TopicPartition, list[Any]] = await self._consumer.getmany(
                *wanted, timeout_ms=_FOLLOW_MS, max_records=_MOST_AT_ONCE
            )
            for records in batches.values():
                for record in records:
                    yield cast("Record", record)


@asynccontextmanager
async def open_topic(
    connect: Mapping[str, Any],
    topic: str,
    *,
    isolation_level: IsolationLevel = "read_uncommitted",
    wait_ms: int = 100,
) -> AsyncIterator[TopicReader]:
    """Connect a reader for the length of the block.

    Parameters
    ----------
    connect
        How to reach the brokers: arguments of aiokafka's clients.
    wait_ms
        How long the brokers may wait with the answer of a fetch for which there is no record;
        one that comes meanwhile is sent at once.
    """
    consumer = AIOKafkaConsumer(
        **connect,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH,
        fetch_max_wait_ms=wait_ms,
        isolation_level=isolation_level,
    )
    try:
        await consumer.start()
        # A task of the consumer must begin before it can be stopped: aiokafka waits for it then.
        await asyncio.sleep(0)
        yield TopicReader(consumer, topic)
    finally:
        await consumer.stop()
