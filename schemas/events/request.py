"""The base of what Driftline asks for: that a model be retrained, or rolled back."""

from enum import StrEnum

from pydantic import Field

from schemas.events.position import EventTime
from schemas.events.published import PublishedEvent


class Priority(StrEnum):
    """How soon it matters."""

    LOW = "low"
    """Nothing is amiss: a volume, a schedule."""

    NORMAL = "normal"
    """The world has moved, or what was learned was wrong."""

    HIGH = "high"
    """The model is worse than it may be, or it costs more than its retraining; what is critical has
    drifted."""


class Request(PublishedEvent):
    """Something that is to be done about a model, open until it is answered or expires."""

    request_id: str = Field(description="UUIDv5; the same evidence gives the same id.")
    requested_at: EventTime = Field(description="Event time of the latest of its evidence.")
    cooldown_until: EventTime = Field(
        description="No further request about the version before this event time."
    )
    message: str = Field(description="One sentence for people.")

    @property
    def event_id(self) -> str:
        """The request's id."""
        return self.request_id

    @property
    def event_time(self) -> str:
        """Event time of the latest of its evidence, RFC 3339."""
        return self.requested_at

    @property
    def subject(self) -> str:
        """The model's name."""
        return self.model
