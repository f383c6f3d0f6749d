"""Dead letters as a worker writes them, for tests."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from agents.dead_letters.sender import DeadLetters
from agents.records.record import Record
from agents.records.record_set import RecordSet
from app.dead_letters.letter import Letter, read_letter
from schemas.events.invalid import InvalidMessage, Reason
from tests.agents.fakes import FakePublisher, FakeTelemetry, Sent
from tests.agents.records.record_bytes import Entry, batch_bytes

REFUSED_AT = 1_772_366_500_000


def sent_letter(
    value: bytes | None,
    *,
    topic: str = "predictions",
    partition: int = 1,
    offset: int = 7,
    key: bytes | None = b"p1",
    timestamp: int = 1_772_366_400_000,
    headers: tuple[tuple[str, bytes | None], ...] = (),
    reason: Reason = Reason.MISSING_FIELD,
    detail: str = "features: missing, expected an object",
) -> Sent:
    """Return what `DeadLetters` publishes for a record."""
    record = SimpleNamespace(
        topic=topic,
        partition=partition,
        offset=offset,
        key=key,
        value=value,
        timestamp=timestamp,
        timestamp_type=0,
        headers=headers,
    )
    return _sent(cast("Record", record), InvalidMessage(reason, detail))


def _sent(record: Record, error: InvalidMessage) -> Sent:
    publisher = FakePublisher()
    letters = DeadLetters(publisher.real, "dead", FakeTelemetry())

    async def send() -> None:
        await letters.send(record, error)

    asyncio.run(send())
    return publisher.sent[0]


def as_record(sent: Sent, *, partition: int = 0, offset: int = 0) -> Record:
    """Return a record as it stands in the dead-letter topic."""
    record = SimpleNamespace(
        topic=sent.topic,
        partition=partition,
        offset=offset,
        key=sent.key,
        value=sent.value,
        timestamp=REFUSED_AT,
        timestamp_type=0,
        headers=tuple(sent.headers.items()),
    )
    return cast("Record", record)


def letter(value: bytes | None = b"{}", *, at: int = 0, **record: Any) -> Letter:
    """Return a letter as it is read back."""
    return read_letter(as_record(sent_letter(value, **record), offset=at))


def batch_letter() -> Letter:
    """Return the letter about a batch of predictions that nobody can read, of offsets 7 to 9."""
    raw = batch_bytes([Entry()] * 3, base_offset=7, encode=lambda _: b"junk")
    (record,) = RecordSet(raw, topic="predictions", partition=1, fetch_offset=0).take()
    return read_letter(as_record(_sent(record, InvalidMessage(Reason.NULL_VALUE, ""))))
