"""A request to retrain a model."""

from enum import StrEnum

from pydantic import Field

from schemas.events.alert import AlertKind, Severity
from schemas.events.event import EntityName, Event


class Trigger(StrEnum):
    """The rule that asked for the retraining."""

    FEATURES = "drifted_features"
    CRITICAL_FEATURE = "critical_feature"
    CONCEPT = "concept_drift"


class AlertReference(Event):
    """An alert that a request rests on."""

    alert_id: str
    kind: AlertKind = Field(strict=False)
    severity: Severity = Field(strict=False)
    feature: str
    time: str = Field(description="Event time of the detection, RFC 3339.")


class RetrainRequest(Event):
    """A model has drifted so far that it should be retrained.

    At most one request is open per model: it ends with a `retrain_completed` or `version_deployed`
    event, and the cooldown keeps the next one away.
    """

    request_id: str = Field(description="UUIDv5; the same alerts give the same id.")
    model: EntityName
    version: EntityName = Field(description="The version that drifted.")
    trigger: Trigger = Field(strict=False)
    alerts: list[AlertReference] = Field(min_length=1)
    features: list[str] = Field(description="Drifted columns, in the order of their detection.")
    data_since: str = Field(
        description="Event time of the earliest estimated change: newer rows show the new world."
    )
    requested_at: str = Field(description="Event time of the alert that tipped it, RFC 3339.")
    cooldown_until: str = Field(description="No further request before this event time.")
    message: str = Field(description="One sentence for people.")
