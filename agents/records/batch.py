"""One batch of a record set, in Kafka's format 2."""

from typing import Final

import numpy as np
from aiokafka.errors import CorruptRecordException
from aiokafka.record.control_record import ABORT_MARKER, ControlRecord
from aiokafka.record.default_records import DefaultRecordBase
from aiokafka.record.util import calc_crc32c

from agents.records.compression import CODECS, UNDECODABLE, Inflated, uncompress
from agents.records.index import KEY_END, KEY_START, Body, index
from agents.records.unread_batch import UNREAD, UnreadBatch
from schemas.events.invalid import InvalidMessage, Reason

MOST_UNCOMPRESSED: Final = 67_108_864
"""Bytes of one batch, and of what is read of one partition at once. Brokers bound a batch as it is
sent, a megabyte by default, which can inflate to gigabytes."""

_LARGEST_MARKER: Final = 1000
_MARKER_BYTES: Final = 4  # version and type


class RecordBatch:
    """A batch whose records are not read yet.

    Parameters
    ----------
    raw
        The whole batch, 61 bytes of header and the records.

    Attributes
    ----------
    base_offset, next_offset
        Of its first record, and the position after it.
    producer
        Id of the producer; -1 for none.
    """

    __slots__ = (
        "_attributes",
        "_crc",
        "_first_timestamp",
        "_max_timestamp",
        "_raw",
        "_records",
        "base_offset",
        "next_offset",
        "producer",
    )

    def __init__(self, raw: memoryview) -> None:
        (
            self.base_offset,
            _,
            _,
            _,
            self._crc,
            self._attributes,
            last_offset_delta,
            self._first_timestamp,
            self._max_timestamp,
            self.producer,
            _,
            _,
            self._records,
        ) = DefaultRecordBase.HEADER_STRUCT.unpack_from(raw)
        self.next_offset = self.base_offset + last_offset_delta + 1
        self._raw = raw

    @property
    def is_intact(self) -> bool:
        """Whether its checksum is right."""
        return bool(self._crc == calc_crc32c(self._raw[DefaultRecordBase.ATTRIBUTES_OFFSET :]))

    @property
    def is_transactional(self) -> bool:
        """Whether it is part of a transaction."""
        return bool(self._attributes & DefaultRecordBase.TRANSACTIONAL_MASK)

    @property
    def is_control(self) -> bool:
        """Whether it holds a marker of the broker's instead of records."""
        return bool(self._attributes & DefaultRecordBase.CONTROL_MASK)

    @property
    def is_abort_marker(self) -> bool:
        """Whether a control batch ends an aborted transaction.

        Raises
        ------
        aiokafka.errors.CorruptRecordException
            If its marker is malformed.
        """
        if not self._records:
            # What compaction leaves of a marker.
            return False
        try:
            data = bytes(self.records(_LARGEST_MARKER))
        except InvalidMessage as error:
            raise CorruptRecordException(
                f"the marker at offset {self.base_offset}: {error.detail}"
            ) from None
        body = self.body(0, len(data))
        markers = index(np.frombuffer(data, dtype=np.uint8), [body], self.base_offset)
        for start, end in markers.columns[KEY_START : KEY_END + 1, :1].T.tolist():
            if end - start >= _MARKER_BYTES:
                return bool(ControlRecord.parse(data[start:end]) == ABORT_MARKER)
        raise CorruptRecordException(f"the marker at offset {self.base_offset} is malformed")

    def records(self, most: int = MOST_UNCOMPRESSED) -> bytes | memoryview:
        """Return the bytes of its records, uncompressed.

        Raises
        ------
        InvalidMessage
            If they are more than ``most``, or cannot be uncompressed.
        """
        packed = self._raw[DefaultRecordBase.HEADER_STRUCT.size :]
        codec = self._attributes & DefaultRecordBase.CODEC_MASK
        if codec == DefaultRecordBase.CODEC_NONE:
            return packed
        if codec not in CODECS:
            raise InvalidMessage(
                Reason.BATCH_MALFORMED, f"the compression codec {codec:#04x} is unknown"
            )
        try:
            return uncompress(codec, packed, most)
        except Inflated:
            raise InvalidMessage(
                Reason.BATCH_TOO_LARGE, f"{len(packed)} bytes inflate to more than {most}"
            ) from None
        except UNDECODABLE as error:
            raise InvalidMessage(
                Reason.BATCH_MALFORMED, f"the records cannot be uncompressed: {error}"
            ) from error

    def body(self, start: int, size: int) -> Body:
        """Return what to read of it where its records lie in a buffer."""
        return Body(
            start=start,
            end=start + size,
            records=self._records,
            base_offset=self.base_offset,
            next_offset=self.next_offset,
            timestamp_type=int(bool(self._attributes & DefaultRecordBase.TIMESTAMP_TYPE_MASK)),
            first_timestamp=self._first_timestamp,
            max_timestamp=self._max_timestamp,
        )

    def unread(self, error: InvalidMessage) -> UnreadBatch:
        """Return what becomes of it where its records cannot be read."""
        first, last = self.base_offset, self.next_offset - 1
        detail = f"the batch of the records at offsets {first} to {last}: {error.detail}"
        return UnreadBatch(error.reason, detail, first, last)

    def stand_in(self, start: int, size: int) -> Body:
        """Return what to read where the record of an `UnreadBatch` lies in a buffer instead."""
        body = self.body(start, size)
        return body._replace(
            records=1,
            base_offset=self.next_offset - 1,
            timestamp_type=UNREAD,
            first_timestamp=body.max_timestamp if body.timestamp_type else body.first_timestamp,
        )

    def nothing(self, start: int) -> Body:
        """Return what makes the position move past it."""
        return self.body(start, 0)._replace(records=0)
