"""Reads state topics to their end."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from agents.state.stored_state import StoredRecord

logger = logging.getLogger(__name__)

PATIENCE: Final = 60.0
"""Seconds without a step forward after which a read fails."""

_FETCH_BYTES: Final = 4_000_000


class ReadStalled(RuntimeError):
    """A state topic could not be read to its end."""


@dataclass(slots=True)
class Reading:
    """What was read.

    Attributes
    ----------
    records
        By partition and key; without the keys that were deleted.
    bounds
        The first offset and the one after the last of every log that was asked for.
    size
        Bytes of all values that were read.
    """

    records: dict[int, dict[bytes, StoredRecord]]
    bounds: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    size: int = 0


class StateReader:
    """Reads with a consumer of its own, outside any group.

    Parameters
    ----------
    connect
        How to reach the brokers: arguments of aiokafka's clients.
    """

    def __init__(self, connect: Mapping[str, Any]) -> None:
        self._connect = connect

    async def read(
        self, topic: str, partitions: Iterable[int], *, logs: Iterable[str] = ()
    ) -> Reading:
        """Read partitions from their start to their end as of now.

        Parameters
        ----------
        logs
            Topics whose offsets are wanted, in the same partitions.

        Raises
        ------
        ReadStalled
            If it does not get on for `PATIENCE` seconds.
        """
        numbers = sorted(partitions)
        reading = Reading({number: {} for number in numbers})
        if not numbers:
            return reading
        consumer = AIOKafkaConsumer(
            **self._connect,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=_FETCH_BYTES,
            fetch_max_wait_ms=100,
        )
        await consumer.start()
        try:
            logged = [TopicPartition(log, number) for log in logs for number in numbers]
            if logged:
                firsts = await consumer.beginning_offsets(logged)
                ends = await consumer.end_offsets(logged)
                reading.bounds = {(tp.topic, tp.partition): (firsts[tp], ends[tp]) for tp in logged}
            await self._read(
                consumer, [TopicPartition(topic, number) for number in numbers], reading
            )
        finally:
            await consumer.stop()
        return reading

    async def _read(
        self, consumer: Any, partitions: list[TopicPartition], reading: Reading
    ) -> None:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        firsts = await consumer.beginning_offsets(partitions)
        left = {tp: ends[tp] for tp in partitions if firsts[tp] < ends[tp]}
        for tp in partitions:
            consumer.seek(tp, firsts[tp])
            if tp not in left:
                consumer.pause(tp)
        moved, before = monotonic(), -1
        while left:
            for tp, records in (await consumer.getmany(timeout_ms=200)).items():
                self._take(tp, records, reading)
            positions = {tp: await consumer.position(tp) for tp in left}
            if sum(positions.values()) != before:
                moved, before = monotonic(), sum(positions.values())
            elif monotonic() - moved > PATIENCE:
                raise ReadStalled(
                    f"the state was not read to its end within {PATIENCE:g} s: "
                    + ", ".join(f"{tp.topic} {tp.partition}" for tp in left)
                )
            for tp, position in positions.items():
                if position >= ends[tp]:
                    del left[tp]
                    consumer.pause(tp)

    def _take(self, tp: TopicPartition, records: Iterable[Any], reading: Reading) -> None:
        held = reading.records[tp.partition]
        for record in records:
            key = bytes(record.key or b"")
            if record.value is None:
                held.pop(key, None)
            else:
                held[key] = StoredRecord(record.offset, record.timestamp, record.value)
                reading.size += len(record.value)
