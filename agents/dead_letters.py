"""Where records go that cannot be taken."""

from collections.abc import Awaitable
from typing import Final

from agents.publisher import Publisher
from agents.telemetry import Telemetry
from agents.transport import Record
from detectors.identity import stable_id
from schemas.cloudevents import BYTES, CloudEventType, cloudevent_headers
from schemas.dead_letter import DeadLetter
from schemas.invalid import InvalidMessage
from schemas.times import clamped_time, format_time

LARGEST_VALUE: Final = 1_500_000
"""Bytes of an original value that are kept; it stays whole at its source position."""

LARGEST_KEY: Final = 10_000
"""Bytes of an original key that are kept."""

LONGEST_DETAIL: Final = 1000


class DeadLetters:
    """Publishes refused records: original bytes, and why they were refused.

    Parameters
    ----------
    publisher, topic
        How and where they are sent.
    telemetry
        Counts them.
    """

    def __init__(self, publisher: Publisher, topic: str, telemetry: Telemetry) -> None:
        self._publisher = publisher
        self._topic = topic
        self._telemetry = telemetry

    async def send(self, record: Record, error: InvalidMessage) -> Awaitable[object]:
        """Publish one refused record; the result is done when the broker has acknowledged it."""
        value, key = record.value, record.key
        letter = DeadLetter(
            reason=error.reason,
            detail=error.detail[:LONGEST_DETAIL],
            sourcetopic=record.topic,
            sourcepartition=record.partition,
            sourceoffset=record.offset,
            originalsize=-1 if value is None else len(value),
            truncated=value is not None and len(value) > LARGEST_VALUE,
        )
        headers = cloudevent_headers(
            CloudEventType.DEAD_LETTER,
            event_id=stable_id(record.topic, record.partition, record.offset),
            source=f"/driftline/{record.topic}/{record.partition}",
            time=format_time(clamped_time(record.timestamp)),
            subject=str(error.reason),
            content_type=BYTES,
            extensions={name: _text(field) for name, field in letter.model_dump().items()},
        )
        self._telemetry.message_refused(record.topic, error.reason)
        return await self._publisher.send(
            self._topic,
            key=None if key is None else key[:LARGEST_KEY],
            value=None if value is None else value[:LARGEST_VALUE],
            headers=headers,
        )


def _text(field: object) -> str:
    return str(field).lower() if isinstance(field, bool) else str(field)
