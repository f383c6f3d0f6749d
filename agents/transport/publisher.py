"""Sending records, with every refusal reported to the sender."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from aiokafka.partitioner import murmur2
from faust.types import AppT, RecordMetadata

from agents.transport.sizes import RECORD

_OVERHEAD = 64
"""Bytes that a record's own fields take at most, and again for each header."""


class RecordTooLarge(ValueError):
    """A record exceeds what may be sent; the producer has not seen it."""


class Publisher:
    """
    Sends raw records through the app's producer.

    Parameters
    ----------
    app
        A Faust app; its producer must have started when `send` is called.
    max_record_bytes
        Largest record, key, value and headers together. A record above the broker's limit would
        break the producer, so keep it below ``TransportOptions.max_request_bytes``.
    widths
        Topic to the number of partitions among which keys choose, however many it has by now:
        whoever reads it keeps what belongs to a key where the key has been so far.
    """

    def __init__(
        self,
        app: AppT,
        *,
        max_record_bytes: int = RECORD,
        widths: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._widths = widths or {}
        self.max_record_bytes = max_record_bytes

    async def partitions(self, topic: str) -> int:
        """Return among how many partitions of a topic keys choose."""
        if (width := self._widths.get(topic)) is not None:
            return width
        # Faust's producer has no way to ask, and cannot be made to have one.
        producer = cast("Any", self._app.producer)._ensure_producer()  # noqa: SLF001
        return len(await producer.partitions_for(topic))

    async def send(
        self,
        topic: str,
        *,
        key: bytes | None,
        value: bytes | None,
        headers: Mapping[str, bytes] | None = None,
        timestamp: float | None = None,
        partition: int | None = None,
    ) -> Future[RecordMetadata]:
        """
        Put one record into the producer's buffer, waiting while that is full.

        Parameters
        ----------
        timestamp
            Seconds since the epoch; the time of sending when None.
        partition
            Chosen from the key when None.

        Returns
        -------
        Future[RecordMetadata]
            Done when the broker has acknowledged the record; fails when it refused.

        Raises
        ------
        RecordTooLarge
            If the record is larger than `max_record_bytes`.
        faust.exceptions.ProducerSendError
            If the topic does not exist or the buffer stays full.
        """
        size = record_size(key, value, headers)
        if size > self.max_record_bytes:
            raise RecordTooLarge(
                f"record for {topic} has {size} bytes, the limit is {self.max_record_bytes}"
            )
        if partition is None and key is not None and (width := self._widths.get(topic)):
            partition = partition_of(key, width)
        future = await self._app.producer.send(
            topic, key, value, partition, timestamp, dict(headers) if headers else None
        )
        return cast("Future[RecordMetadata]", future)


@lru_cache(maxsize=65_536)
def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of a key, as Kafka's own clients choose it."""
    return int(murmur2(key) & 0x7FFF_FFFF) % partitions


def record_size(key: bytes | None, value: bytes | None, headers: Mapping[str, bytes] | None) -> int:
    """Return an upper bound of a record's size on the wire before compression, in bytes."""
    parts = sum(len(name.encode()) + len(content) for name, content in (headers or {}).items())
    return len(key or b"") + len(value or b"") + parts + _OVERHEAD * (1 + len(headers or {}))
