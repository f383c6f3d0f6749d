"""A batch that is passed over unread, and the one record that stands for it in a block."""

from typing import Final, NamedTuple, Self

from aiokafka.record.util import encode_varint

from agents.records.block import put_headers
from agents.records.record import Record
from schemas.events.invalid import Reason

UNREAD: Final = 2
"""Timestamp type of a record that stands for a batch. A batch on the wire has one bit for the type,
so no producer can write one."""

_NO_FIELDS: Final = b"\x00\x00\x00\x01\x01"  # attributes, deltas of time and offset, key, value
_FIRST: Final = "first"


class UnreadBatch(NamedTuple):
    """A batch with a right checksum whose records cannot be read.

    It goes through the worker as one record, at the offset of its last one: it has its turn, its
    ack and its commit as any other. Its value is null, so that every reader refuses it;
    `agents.dead_letters.sender.DeadLetters` says the rest.

    Attributes
    ----------
    reason, detail
        Why not.
    first, last
        Offsets of its first and its last record.
    """

    reason: Reason
    detail: str
    first: int
    last: int

    def record(self) -> bytes:
        """Return the record that stands for it, in Kafka's own coding."""
        fields = bytearray(_NO_FIELDS)
        put_headers(
            fields,
            [(self.reason.value, self.detail.encode()), (_FIRST, str(self.first).encode())],
        )
        record = bytearray()
        encode_varint(len(fields), record.append)
        return bytes(record + fields)

    @classmethod
    def behind(cls, record: Record) -> Self | None:
        """Return the batch that a record stands for; None where it is an ordinary one."""
        if record.timestamp_type != UNREAD:
            return None
        (reason, detail), (_, first) = record.headers
        return cls(Reason(reason), detail.decode(), int(first), record.offset)

    def offsets(self, most: int) -> list[int]:
        """Return the offsets of its records, the first and the last ones of more than so many."""
        if self.last - self.first < most:
            return [*range(self.first, self.last + 1)]
        return [*range(self.first, self.first + most - 1), self.last]
