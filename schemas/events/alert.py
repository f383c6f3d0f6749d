"""An alert: something about a model that people or pipelines should know; the base of all kinds."""

from abc import abstractmethod
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from schemas.events.cloudevents import CloudEventType
from schemas.events.position import Position
from schemas.events.published import PublishedEvent


class AlertKind(StrEnum):
    """What an alert is about."""

    FEATURE = "feature_drift"
    PREDICTION = "prediction_drift"
    SCORE = "score_drift"
    CONCEPT = "concept_drift"
    QUALITY = "quality_drift"
    PERFORMANCE = "performance"
    MODEL = "model_drift"
    LABELS = "labels"


class AlertStatus(StrEnum):
    """Where an alert stands in its life."""

    OPENED = "opened"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """How much it matters."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Alert(PublishedEvent):
    """Something about one model version that people or pipelines should know.

    What all kinds of alerts have; ``kind`` tells which of the types of
    `schemas.events.any_alert` one is.
    """

    ce_type: ClassVar = CloudEventType.ALERT

    alert_id: str = Field(
        description="UUIDv5 of what was found, by which detector and at which row: the same "
        "observations give a worker that has kept its state the same id."
    )
    status: AlertStatus = Field(default=AlertStatus.OPENED, strict=False)
    kind: AlertKind
    severity: Severity = Field(strict=False)
    detected_at: Position = Field(description="The row at which it was found.")
    message: str = Field(description="One sentence for people.")

    @property
    def event_id(self) -> str:
        """The alert's id."""
        return self.alert_id

    @property
    def event_time(self) -> str:
        """Event time of the row at which it was found, RFC 3339."""
        return self.detected_at.time

    @property
    def subjects(self) -> list[str]:
        """All that it is about, one by one, such as several columns."""
        return [self.subject]

    @property
    @abstractmethod
    def found_by(self) -> str:
        """The name of the detector or rule that found it."""

    @property
    @abstractmethod
    def since(self) -> str:
        """Event time of the first row that it is about, RFC 3339."""
