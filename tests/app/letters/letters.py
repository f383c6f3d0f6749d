"""Dead letters as a worker writes them, for tests."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from agents.batch import Record
from agents.dead_letters import DeadLetters
from app.letters.letter import Letter, read_letter
from schemas.invalid import InvalidMessage, Reason
from tests.agents.fakes import FakePublisher, FakeTelemetry, Sent

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
    publisher = FakePublisher()
    letters = DeadLetters(publisher.real, "dead", FakeTelemetry())
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

    async def send() -> None:
        await letters.send(cast("Record", record), InvalidMessage(reason, detail))

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
