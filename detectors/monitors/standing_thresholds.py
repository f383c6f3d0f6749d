"""Thresholds that versions have crossed and not kept since, at the labelled rows of a table."""

from collections.abc import Iterator
from itertools import pairwise

from detectors.monitors.rollbacks import Rollbacks
from schemas.events.position import Position
from schemas.events.rollback_request import RollbackRequest
from schemas.events.times import format_time
from schemas.tables.observations import ObservationTable, Origin


def standing_requests(table: ObservationTable, rollbacks: Rollbacks) -> Iterator[RollbackRequest]:
    """Yield the requests of thresholds that were crossed when nothing could be asked.

    What is asked depends on the table alone, and not on how many are taken at once.
    """
    if table.origin is not Origin.LABELS:
        return
    for key, (_, end) in zip(table.versions(), pairwise(table.bounds()), strict=True):
        request = rollbacks.standing(key, _row(table, end - 1))
        if request is not None:
            yield request


def _row(table: ObservationTable, row: int) -> Position:
    source = table.sources[table.source_of[row]]
    return Position(
        topic=source.topic,
        partition=source.partition,
        offset=int(table.offsets[row]),
        time=format_time(int(table.times[row])),
    )
