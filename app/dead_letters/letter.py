"""A dead letter as it is read back from its topic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from agents.records.record import Record
from schemas.events.cloudevents import CloudEventType
from schemas.events.dead_letter import Headers, headers_of
from schemas.events.event_times import read_time
from schemas.events.invalid import InvalidMessage
from schemas.events.times import format_time

_TYPE: Final = "ce_type"


class StrangeLetter(ValueError):
    """A record of the dead-letter topic that Driftline did not write, or that was damaged."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter.

    Attributes
    ----------
    id
        Its ``ce_id``: the same for each time that the same record was refused.
    reason, detail
        Why the record was refused.
    topic, partition, offset
        Where the record stands.
    last_offset
        Of a letter about a whole batch that was not read, where its last record stands; its first
        one stands at `offset`. None of other letters.
    timestamp
        The record's own time, milliseconds since the epoch; -1 for none.
    size
        Bytes of the original value; -1 for a null value.
    truncated
        Whether value, key or headers are not whole.
    replay_of
        The letter that the record was replayed from; empty where it was none.
    key, value, headers
        Of the record; `value` is None also where only the letter's attributes were kept.
    refused_at
        When the letter was written, milliseconds since the epoch.
    letter_partition, letter_offset
        Where the letter stands in the dead-letter topic.
    """

    id: str
    reason: str
    detail: str
    topic: str
    partition: int
    offset: int
    last_offset: int | None
    timestamp: int
    size: int
    truncated: bool
    replay_of: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    refused_at: int
    letter_partition: int
    letter_offset: int

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it, without the record's content."""
        return {
            "id": self.id,
            "reason": self.reason,
            "detail": self.detail,
            "topic": self.topic,
            "partition": self.partition,
            "offset": self.offset,
            "last_offset": self.last_offset,
            "record_time": format_time(self.timestamp) if self.timestamp >= 0 else None,
            "refused_at": format_time(self.refused_at),
            "size": self.size,
            "truncated": self.truncated,
            "replay_of": self.replay_of or None,
            "letter_partition": self.letter_partition,
            "letter_offset": self.letter_offset,
        }


def kind_of(record: Record) -> str:
    """Return the ``ce_type`` of a record; empty where it has none."""
    return _header(_by_name(record), _TYPE)


def replayed_letter(record: Record) -> str | None:
    """Return the letter that a record says was replayed; None where it says nothing of the kind."""
    if kind_of(record) != CloudEventType.DEAD_LETTER_REPLAYED:
        return None
    return _header(_by_name(record), "ce_subject") or None


def read_letter(record: Record) -> Letter:
    """Return the letter that a record is.

    Raises
    ------
    StrangeLetter
        If it is none.
    """
    headers = _by_name(record)
    if _header(headers, _TYPE) != CloudEventType.DEAD_LETTER:
        raise StrangeLetter("its ce_type is not that of a dead letter")
    identity = _header(headers, "ce_id")
    if not identity:
        raise StrangeLetter("it has no ce_id")
    last = _header(headers, "ce_sourcelastoffset")
    try:
        size = int(_header(headers, "ce_originalsize"))
        return Letter(
            id=identity,
            reason=_header(headers, "ce_reason"),
            detail=_header(headers, "ce_detail"),
            topic=_header(headers, "ce_sourcetopic"),
            partition=int(_header(headers, "ce_sourcepartition")),
            offset=int(_header(headers, "ce_sourceoffset")),
            last_offset=int(last) if last else None,
            timestamp=int(_header(headers, "ce_sourcetimestamp")),
            size=size,
            truncated=_header(headers, "ce_truncated") == "true",
            replay_of=_header(headers, "ce_replayof"),
            key=record.key,
            # Where the record had no key either, the letter's value is empty instead of null.
            value=record.value if size >= 0 else None,
            headers=headers_of(_header(headers, "ce_sourceheaders")),
            refused_at=record.timestamp,
            letter_partition=record.partition,
            letter_offset=record.offset,
        )
    except ValueError as error:
        raise StrangeLetter(f"its headers cannot be read: {error}") from None


def time_of(text: str) -> int:
    """Return a time that a person wrote, as milliseconds since the epoch.

    Raises
    ------
    ValueError
        If it is no time that `schemas.events.event_times.read_time` reads.
    """
    try:
        return read_time(text)
    except InvalidMessage as error:
        raise ValueError(error.detail) from None


def _by_name(record: Record) -> Mapping[str, bytes]:
    # A header without a value counts as one that is not there.
    return {name: value or b"" for name, value in record.headers}


def _header(headers: Mapping[str, bytes], name: str) -> str:
    return headers.get(name, b"").decode("utf-8", "replace")
