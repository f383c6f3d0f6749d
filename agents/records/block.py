"""Records of one partition as arrays, without an object for each."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Self, overload

import numpy as np
from aiokafka.record.util import encode_varint
from aiokafka.structs import ConsumerRecord

from agents.records.index import (
    FIELDS,
    HEADERS_START,
    KEY_END,
    KEY_START,
    OFFSET,
    TIMESTAMP,
    VALUE_END,
    VALUE_START,
    Bytes,
    Columns,
)
from agents.records.record import Record

MOST_HEADERS: Final = 10_000
"""Headers of a record that are read, the first ones: a batch inflates to some thirty million of
them, each of which would become three objects. A dead letter has room for half as many."""

_NULL: Final = -1


class RecordBlock(Sequence[Record]):
    """The records of a slice of one partition, in offset order.

    A sequence of aiokafka's records, each made when it is asked for, and a view of one buffer:
    slices share it, and keep all of it in memory.

    Parameters
    ----------
    topic, partition
        Where the records are from.
    buffer
        Shape ``(n,)``, read-only: what keys, values and headers lie in.
    columns
        Shape ``(FIELDS, records)``; its rows are contiguous.

    Attributes
    ----------
    topic, partition, buffer
        As given.
    """

    __slots__ = ("_bytes", "_columns", "buffer", "partition", "topic")

    def __init__(self, topic: str, partition: int, buffer: Bytes, columns: Columns) -> None:
        self.topic = topic
        self.partition = partition
        self.buffer = buffer
        self._bytes = buffer.data
        self._columns = columns

    @classmethod
    def from_records(cls, topic: str, partition: int, records: Sequence[Record]) -> Self:
        """Copy ordinary records of one partition."""
        buffer = bytearray()
        columns = np.empty((FIELDS, len(records)), dtype=np.int64)
        for row, record in enumerate(records):
            columns[:, row] = (
                record.offset,
                record.timestamp,
                record.timestamp_type,
                *_put(buffer, record.key),
                *_put(buffer, record.value),
                len(buffer),
            )
            put_headers(buffer, record.headers)
        return cls(topic, partition, np.frombuffer(bytes(buffer), dtype=np.uint8), columns)

    @property
    def offsets(self) -> Columns:
        """Offset of each record, shape ``(n,)``, as all of the following."""
        return self._row(OFFSET)

    @property
    def timestamps(self) -> Columns:
        """Milliseconds since the epoch; -1 when the producer gave none."""
        return self._row(TIMESTAMP)

    @property
    def key_start(self) -> Columns:
        """Where each key starts in the buffer; -1 for null."""
        return self._row(KEY_START)

    @property
    def key_end(self) -> Columns:
        """Where each key ends; -1 for null."""
        return self._row(KEY_END)

    @property
    def value_start(self) -> Columns:
        """Where each value starts; -1 for null."""
        return self._row(VALUE_START)

    @property
    def value_end(self) -> Columns:
        """Where each value ends; -1 for null."""
        return self._row(VALUE_END)

    @property
    def headers_start(self) -> Columns:
        """Where the headers of each record start, with their count, in Kafka's own coding."""
        return self._row(HEADERS_START)

    def __len__(self) -> int:
        return int(self._columns.shape[1])

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: int | slice) -> Record | Self:
        if isinstance(index, slice):
            columns = self._columns[:, index]
            if index.step not in {None, 1}:
                columns = columns.copy()
            return type(self)(self.topic, self.partition, self.buffer, columns)
        return self._record(*self._columns[:, index].tolist())

    def __iter__(self) -> Iterator[Record]:
        for fields in self._columns.T.tolist():
            yield self._record(*fields)

    def rows(self) -> Iterator[tuple[int, int, bytes | None, bytes | None]]:
        """Yield offset, time, key and value of each record: a third of what whole records cost."""
        fields = (OFFSET, TIMESTAMP, KEY_START, KEY_END, VALUE_START, VALUE_END)
        columns = (self._columns[field].tolist() for field in fields)
        for offset, time, key_start, key_end, start, end in zip(*columns, strict=True):
            yield offset, time, self._take(key_start, key_end), self._take(start, end)

    def _row(self, field: int) -> Columns:
        row: Columns = self._columns[field]
        return row

    def _record(
        self,
        offset: int,
        timestamp: int,
        timestamp_type: int,
        key_start: int,
        key_end: int,
        value_start: int,
        value_end: int,
        headers_start: int,
    ) -> Record:
        key = self._take(key_start, key_end)
        value = self._take(value_start, value_end)
        record: Record = ConsumerRecord(
            topic=self.topic,
            partition=self.partition,
            offset=offset,
            timestamp=timestamp,
            timestamp_type=timestamp_type,
            key=key,
            value=value,
            checksum=None,
            serialized_key_size=_NULL if key is None else len(key),
            serialized_value_size=_NULL if value is None else len(value),
            headers=self._headers(headers_start),
        )
        return record

    def _take(self, start: int, end: int) -> bytes | None:
        return None if start == _NULL else self._bytes[start:end].tobytes()

    def _headers(self, at: int) -> tuple[tuple[str, Any], ...]:
        headers = []
        count, at = self._varint(at)
        for _ in range(min(count, MOST_HEADERS)):
            size, at = self._varint(at)
            # As in Kafka's own client: a name that is not UTF-8 stops nobody.
            name = str(self._bytes[at : at + size], "utf-8", "replace")
            size, start = self._varint(at + size)
            at = start + max(size, 0)
            headers.append((name, None if size < 0 else self._bytes[start:at].tobytes()))
        return tuple(headers)

    def _varint(self, at: int) -> tuple[int, int]:
        # Whoever made the block has seen to it that all of this lies in the buffer.
        number = shift = 0
        while (byte := self._bytes[at]) >= 0x80:
            number |= (byte & 0x7F) << shift
            shift += 7
            at += 1
        number |= byte << shift
        return number >> 1 ^ -(number & 1), at + 1


def _put(buffer: bytearray, field: bytes | None) -> tuple[int, int]:
    """Append a field; return its start and end."""
    if field is None:
        return _NULL, _NULL
    start = len(buffer)
    buffer += field
    return start, len(buffer)


def put_headers(buffer: bytearray, headers: Sequence[tuple[str, bytes | None]]) -> None:
    """Append headers, with their count, in Kafka's own coding."""
    encode_varint(len(headers), buffer.append)
    for name, value in headers:
        for field in (name.encode(), value):
            encode_varint(_NULL if field is None else len(field), buffer.append)
            _put(buffer, field)
