"""Where in the log a row came from."""

from pydantic import Field

from schemas.event import Event


class Position(Event):
    """A source position: the record that a row came from, and its event time."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    time: str = Field(description="Event time, RFC 3339.")
