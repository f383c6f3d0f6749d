"""A record of the topic of routes on its way to the rows of its model."""

from pydantic import Field

from schemas.events.event import EntityName, Event
from schemas.events.position import EventTime
from schemas.events.record_place import RecordPlace
from schemas.events.routing import ModelRoute


class RouteNotice(Event):
    """What came into force for a model, and where that is written: between stages, no channel.

    It stands among the rows of the model, so that all who read them agree which came before it.
    """

    model: EntityName
    routing: ModelRoute | None = Field(description="None where a null value ended the route.")
    time: EventTime = Field(
        description="When it was decided; the record's own time where it is said to be later."
    )
    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    timestamp: int = Field(description="Of the record, milliseconds since the epoch.")

    @property
    def place(self) -> RecordPlace:
        """Where its record stands."""
        return RecordPlace.of(self)
