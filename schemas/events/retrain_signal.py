"""A retrain signal: a condition of a trigger that the rows of a model version have met.

Internal: detection writes it beside the model events, for the retrain policy.
"""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from schemas.events.cloudevents import CloudEventType
from schemas.events.event import Event
from schemas.events.position import EventTime, Position
from schemas.events.published import PublishedEvent


class SignalKind(StrEnum):
    """What a condition of rows is about."""

    ROWS = "rows"
    LABELLED_ROWS = "labelled_rows"
    SCHEDULE = "schedule"
    COST = "cost"
    CORRECTIONS = "label_corrections"


class SignalReference(Event):
    """A signal that a request rests on."""

    signal_id: str
    kind: SignalKind = Field(strict=False)
    condition: str = Field(description="As it is configured, such as `rows >= 100000`.")
    value: float = Field(
        description="What was reached: rows, corrected labels, or what avoidable errors have cost; "
        "of a schedule the time in seconds since the epoch."
    )
    since: EventTime = Field(description="Event time since when it was counted.")
    time: EventTime = Field(description="Event time at which it was reached.")


class RetrainSignal(PublishedEvent):
    """A condition of a retrain trigger is met."""

    ce_type: ClassVar = CloudEventType.RETRAIN_SIGNAL

    signal: SignalReference
    at: Position = Field(description="The row that met it.")
    labelled_rows: int | None = Field(
        default=None,
        description="Labelled rows that came since `signal.since`, where they are counted.",
    )

    @property
    def event_id(self) -> str:
        """The signal's id."""
        return self.signal.signal_id

    @property
    def event_time(self) -> str:
        """Event time at which the condition was met, RFC 3339."""
        return self.signal.time

    @property
    def subject(self) -> str:
        """The condition."""
        return self.signal.condition
