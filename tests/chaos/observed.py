"""What stands in the observations topic; how its records look is known here alone."""

from collections.abc import Iterator
from typing import NamedTuple

from detectors.fleet import Fleet
from schemas.codec import decode_event, decode_object
from schemas.model_event import ModelEvent
from schemas.observations import MAGIC, Origin, decode_observations


class Row(NamedTuple):
    """A row: what it is, the record that it came from, and whose it is."""

    origin: Origin
    topic: str
    partition: int
    offset: int
    model: str
    version: str


def rows_of(value: bytes) -> Iterator[Row]:
    """Yield the rows of a record; none of a model event."""
    if not value.startswith(MAGIC):
        return
    batch = decode_observations(value)
    for offset in batch.offsets.tolist():
        yield Row(batch.origin, batch.topic, batch.partition, offset, batch.model, batch.version)


def alerts_of(fleet: Fleet, value: bytes) -> Iterator[str]:
    """Have a fleet take a record; yield the ids of the alerts."""
    if value.startswith(MAGIC):
        for alert in fleet.update(decode_observations(value)):
            yield alert.alert_id
    else:
        fleet.notice(decode_event(ModelEvent, decode_object(value)))
