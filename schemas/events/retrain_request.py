"""A request to retrain a model."""

from enum import StrEnum
from typing import ClassVar, Self

from pydantic import Field

from schemas.events.alert import Alert, AlertKind, Severity
from schemas.events.cloudevents import CloudEventType
from schemas.events.event import EntityName, Event
from schemas.events.position import EventTime, Position
from schemas.events.request import Priority, Request
from schemas.events.retrain_signal import SignalReference


class Trigger(StrEnum):
    """The kind of condition that asked for the retraining; of several the one named first."""

    FEATURES = "drifted_features"
    CRITICAL_FEATURE = "critical_feature"
    CONCEPT = "concept_drift"
    PERFORMANCE = "performance"
    VOLUME = "data_volume"
    SCHEDULE = "schedule"
    COST = "cost"
    CORRECTIONS = "label_corrections"


class AlertReference(Event):
    """An alert that a request rests on."""

    alert_id: str
    kind: AlertKind = Field(strict=False)
    severity: Severity = Field(strict=False)
    feature: str = Field(description="The column; of a performance alert the metric.")
    time: str = Field(description="Event time of the detection, RFC 3339.")
    since: str | None = Field(
        default=None,
        description="Event time of the estimated change, RFC 3339: the window of the evidence is "
        "from then to `time`. Null where it is not kept.",
    )

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """Return the reference to an alert."""
        return cls(
            alert_id=alert.alert_id,
            kind=alert.kind,
            severity=alert.severity,
            feature=alert.subject,
            time=alert.detected_at.time,
            since=alert.since,
        )


class TrainingRange(Event):
    """The rows that a retraining is recommended to learn from: those since the change."""

    since: EventTime = Field(description="Event time of the first one.")
    until: EventTime = Field(description="Event time of the last one that was seen.")
    begin: list[Position] = Field(
        description="The records at which the evidence begins, the first of each partition it is "
        "from; partitions that it is not from begin at `since`."
    )
    end: list[Position] = Field(
        description="The records up to which the evidence goes, the last of each partition."
    )
    labelled_rows: int | None = Field(
        description="Labelled rows in it, as far as the evidence counts them: those of errors and "
        "metrics since the change, or those that came since the last training. Null where it is of "
        "features alone."
    )
    is_enough: bool | None = Field(
        description="Whether that is as many as `models.<name>.retraining.labelled_rows` asks for; "
        "null where it is not known."
    )


class RetrainRequest(Request):
    """A model version should be retrained.

    At most one request is open per model version: it ends with a model event that ends requests
    (`schemas.events.model_event.EFFECTS`), and the cooldown keeps the next one away.
    """

    ce_type: ClassVar = CloudEventType.RETRAIN_REQUEST

    version: EntityName = Field(description="The version that is to be retrained.")
    replaces: EntityName | None = Field(
        default=None,
        description="What a new version would take the place of: the champion, as model events "
        "say, or else the version itself. Null in requests of an earlier release.",
    )
    trigger: Trigger = Field(strict=False)
    causes: list[str] = Field(
        default_factory=list,
        description="The conditions that hold, as they are configured. Empty in requests of an "
        "earlier release.",
    )
    priority: Priority = Field(default=Priority.NORMAL, strict=False)
    alerts: list[AlertReference] = Field(description="The alerts that it rests on, by time.")
    signals: list[SignalReference] = Field(
        default_factory=list,
        description="What the rows themselves have met that it rests on, by time.",
    )
    features: list[str] = Field(description="Drifted columns, in the order of their detection.")
    data_since: str = Field(
        description="Event time of the earliest estimated change: newer rows show the new world. "
        "Without alerts the time since when rows were counted."
    )
    training: TrainingRange | None = Field(
        default=None, description="What to learn from. Null in requests of an earlier release."
    )
    expires_at: EventTime | None = Field(
        default=None,
        description="Event time until when it keeps the next one away where nobody answers. Null "
        "in requests of an earlier release.",
    )
