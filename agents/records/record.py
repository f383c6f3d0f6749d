"""What a record is to those who read one by one."""

from __future__ import annotations

from typing import Protocol


class Record(Protocol):
    """One record as aiokafka delivers it (its ConsumerRecord)."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    """Milliseconds since the epoch; -1 when the producer gave none."""
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
