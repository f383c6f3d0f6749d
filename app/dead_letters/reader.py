"""Reads topics from outside any consumer group."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from agents.records.record import Record
from app.kafka.brokers import BrokersUnreachable, TopicRefused, connected
from app.kafka.clients import client_arguments
from app.settings import Settings

_POLL_MS: Final = 500
_BATCH: Final = 200
_SILENCE: Final = 60
"""Polls without a record, half a minute, after which the brokers count as lost."""
_LARGEST_FETCH: Final = 4_000_000


class TopicReader:
    """Reads one topic, up to where it ends now.

    Parameters
    ----------
    consumer
        A started `AIOKafkaConsumer` without a group.
    topic, partitions
        What it reads: the full name, and how many partitions there are.

    Attributes
    ----------
    topic, partitions
        As given.
    """

    def __init__(self, consumer: Any, topic: str, partitions: int) -> None:
        self._consumer = consumer
        self.topic = topic
        self.partitions = partitions
        self._partitions = [TopicPartition(topic, number) for number in range(partitions)]

    async def records(self, *, since: int | None = None) -> AsyncIterator[Record]:
        """Yield the records that the topic holds now, each partition in its order.

        Parameters
        ----------
        since
            Records that were written before this time, milliseconds since the epoch, are left out.
        """
        left = await self._starts(since)
        silent = 0
        while left:
            batches = await self._consumer.getmany(*left, timeout_ms=_POLL_MS, max_records=_BATCH)
            silent = 0 if batches else silent + 1
            if silent >= _SILENCE:
                raise BrokersUnreachable(f"nothing more of {self.topic} comes from the brokers")
            for tp, batch in batches.items():
                for record in batch:
                    if record.offset < left[tp]:
                        yield cast("Record", record)
            for tp in list(left):
                # The position also moves past what yields no record: markers of transactions.
                if await self._consumer.position(tp) >= left[tp]:
                    del left[tp]

    async def at(self, partition: int, offset: int) -> Record | None:
        """Return the record at an offset; None where it is gone, or never was."""
        if not 0 <= partition < len(self._partitions):
            return None
        tp = self._partitions[partition]
        self._consumer.assign([tp])
        start = (await self._consumer.beginning_offsets([tp]))[tp]
        end = (await self._consumer.end_offsets([tp]))[tp]
        if not start <= offset < end:
            return None
        self._consumer.seek(tp, offset)
        limit = _SILENCE * _POLL_MS / 1000
        record = await asyncio.wait_for(self._consumer.getone(tp), limit)
        return cast("Record", record) if record.offset == offset else None

    async def _starts(self, since: int | None) -> dict[TopicPartition, int]:
        """Go to the start; return the partitions with something to read, and where they end."""
        tps = self._partitions
        self._consumer.assign(tps)
        starts = await self._consumer.beginning_offsets(tps)
        ends = await self._consumer.end_offsets(tps)
        if since is not None:
            later = await self._consumer.offsets_for_times(dict.fromkeys(tps, since))
            starts |= {tp: at.offset if at else ends[tp] for tp, at in later.items()}
        for tp in tps:
            self._consumer.seek(tp, starts[tp])
        return {tp: ends[tp] for tp in tps if starts[tp] < ends[tp]}


@asynccontextmanager
async def reading(settings: Settings, topic: str) -> AsyncIterator[TopicReader]:
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
    consumer = AIOKafkaConsumer(
        **client_arguments(settings.kafka),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=_LARGEST_FETCH,
        isolation_level=settings.kafka.isolation_level,
    )
    try:
        await consumer.start()
        # A task of the consumer must begin before it can be stopped: aiokafka waits for it then.
        await asyncio.sleep(0)
        yield TopicReader(consumer, topic, partitions)
    except (KafkaError, TimeoutError) as error:
        raise BrokersUnreachable(f"{topic} cannot be read: {error}") from error
    finally:
        await consumer.stop()
