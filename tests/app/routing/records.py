"""Records of the topic of routes."""

from dataclasses import dataclass

from schemas.events.codec import encode_event
from schemas.events.routing import ModelRoute


@dataclass(slots=True)
class FakeRecord:
    """A record as aiokafka gives it."""

    key: bytes | None
    value: bytes | None
    offset: int
    partition: int = 0
    timestamp: int = 0
    timestamp_type: int = 0
    topic: str = "model-routing"
    headers: tuple[tuple[str, bytes], ...] = ()


def record_of(route: ModelRoute, offset: int, partition: int = 0, timestamp: int = 0) -> FakeRecord:
    """Return the record that carries a route."""
    return FakeRecord(route.key, encode_event(route), offset, partition, timestamp)
