"""A batch: the records of one partition that were fetched together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from faust.types import EventT


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


BatchEvent = EventT[Sequence[Record]]
"""An event whose value is the records of one partition, in offset order; never empty."""


def records_of(event: BatchEvent) -> Sequence[Record]:
    """Return the records of a batch."""
    return cast("Sequence[Record]", event.value)
