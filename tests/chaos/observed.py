"""What stands in the observations topic; how its records look is known here alone."""

from collections.abc import Iterator
from typing import NamedTuple

from detectors.monitors.fleet import Fleet
from schemas.events.codec import decode_object
from schemas.events.model_event import ModelEvent
from schemas.events.observed import decode_observed
from schemas.events.published import PublishedEvent
from schemas.events.route_notice import RouteNotice
from schemas.tables.frames import decode_frame, is_frame
from schemas.tables.observations import Origin
from schemas.tables.reference_parts import is_reference


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
    if not is_frame(value):
        return
    for batch in (batch for table in decode_frame(value) for batch in table.batches()):
        for run, begin, end in batch.slices():
            for offset in batch.offsets[begin:end].tolist():
                yield Row(
                    batch.origin, run.topic, run.partition, offset, batch.model, batch.version
                )


def notice_of(value: bytes) -> ModelEvent | RouteNotice | None:
    """Return the model event, or the route, that a record is; None of rows."""
    if is_frame(value) or is_reference(value):
        return None
    return decode_observed(decode_object(value))


def events_of(fleet: Fleet, value: bytes) -> Iterator[PublishedEvent]:
    """Have a fleet take a record; yield what it finds."""
    match notice_of(value):
        case ModelEvent() as event:
            fleet.notice(event)
            return
        case RouteNotice() as notice:
            fleet.reroute(notice)
            return
    if is_reference(value):
        fleet.refer(value)
        return
    for table in decode_frame(value):
        yield from fleet.update(table)
