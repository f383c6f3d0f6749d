"""Where in the log a row came from."""

from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.events.event import Event
from schemas.events.invalid import InvalidMessage
from schemas.events.times import parse_time


def _a_time(value: str) -> str:
    try:
        parse_time(value)
    except InvalidMessage as error:
        raise ValueError(error.detail) from None
    return value


EventTime = Annotated[str, AfterValidator(_a_time), Field(description="Event time, RFC 3339.")]
"""Event time as Driftline writes it."""


class Position(Event):
    """A source position: the record that a row came from, and its event time."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    time: EventTime
