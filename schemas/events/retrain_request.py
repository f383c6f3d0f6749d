"""A request to retrain a model."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from schemas.events.alert import AlertKind, Severity
from schemas.events.cloudevents import CloudEventType
from schemas.events.event import EntityName, Event
from schemas.events.published import PublishedEvent


class Trigger(StrEnum):
    """The rule that asked for the retraining."""

    FEATURES = "drifted_features"
    CRITICAL_FEATURE = "critical_feature"
    CONCEPT = "concept_drift"
    PERFORMANCE = "performance"


class AlertReference(Event):
    """An alert that a request rests on."""

    alert_id: str
    kind: AlertKind = Field(strict=False)
    severity: Severity = Field(strict=False)
    feature: str = Field(description="The column; of a performance alert the metric.")
    time: str = Field(description="Event time of the detection, RFC 3339.")


class RetrainRequest(PublishedEvent):
    """A model has drifted so far that it should be retrained.

    At most one request is open per model: it ends with a model event that ends requests
    (`schemas.events.model_event.EFFECTS`), and the cooldown keeps the next one away.
    """

    ce_type: ClassVar = CloudEventType.RETRAIN_REQUEST

    request_id: str = Field(description="UUIDv5; the same alerts give the same id.")
    version: EntityName = Field(description="The version that drifted.")
    replaces: EntityName | None = Field(
        default=None,
        description="What a new version would take the place of: the champion, as model events "
        "say, or else the version that drifted. Null in requests of an earlier release.",
    )
    trigger: Trigger = Field(strict=False)
    alerts: list[AlertReference] = Field(min_length=1)
    features: list[str] = Field(description="Drifted columns, in the order of their detection.")
    data_since: str = Field(
        description="Event time of the earliest estimated change: newer rows show the new world."
    )
    requested_at: str = Field(description="Event time of the alert that tipped it, RFC 3339.")
    cooldown_until: str = Field(description="No further request before this event time.")
    expires_at: str | None = Field(
        default=None,
        description="Event time until when it keeps the next one away where nobody answers. Null "
        "in requests of an earlier release.",
    )
    message: str = Field(description="One sentence for people.")

    @property
    def event_id(self) -> str:
        """The request's id."""
        return self.request_id

    @property
    def event_time(self) -> str:
        """Event time of the alert that tipped it, RFC 3339."""
        return self.requested_at

    @property
    def subject(self) -> str:
        """The model's name."""
        return self.model
