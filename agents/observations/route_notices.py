"""Records of the topic of routes to notices for those who read the rows of their models."""

from typing import Final

from agents.observations.event_time import bounded_time
from agents.records.record import Record
from schemas.events.left_out import LeftOut
from schemas.events.route_notice import RouteNotice
from schemas.events.times import clamped_time, format_time
from schemas.payloads.optional_fields import event_time
from schemas.payloads.routes import route_of

TIME: Final = "decision.time"
"""The field that says when a route was decided."""


def route_notice_of(
    record: Record, *, source: str, tolerance: int, odd: list[LeftOut]
) -> tuple[RouteNotice, bool]:
    """Return the notice of a record, and whether its author's clock ran ahead.

    Parameters
    ----------
    record
        Of the topic of routes.
    source
        By which the topic is told from an earlier one of its name.
    tolerance
        Milliseconds by which a route may be dated after its record before the record's time counts.
    odd
        To which the time is added where it is none.

    Raises
    ------
    InvalidMessage
        If it is no route of the model that its key names.
    """
    model, route = route_of(record.key, record.value)
    time, is_ahead = clamped_time(record.timestamp), False
    if route is not None:
        time = event_time(route.decision.time, record.timestamp, odd, TIME)
        time, is_ahead = bounded_time(time, record.timestamp, tolerance)
    notice = RouteNotice(
        model=model,
        routing=route,
        time=format_time(time),
        topic=source,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
    )
    return notice, is_ahead
