"""An alert: something about a model that people or pipelines should know; the base of all kinds."""

from abc import abstractmethod
from enum import StrEnum

from pydantic import Field

from schemas.events.event import EntityName, Event
from schemas.events.position import Position


class AlertKind(StrEnum):
    """What an alert is about."""

    FEATURE = "feature_drift"
    PREDICTION = "prediction_drift"
    SCORE = "score_drift"
    CONCEPT = "concept_drift"
    QUALITY = "quality_drift"


class AlertStatus(StrEnum):
    """Where an alert stands in its life."""

    OPENED = "opened"


class Severity(StrEnum):
    """How much it matters."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Alert(Event):
    """Something about one model version that people or pipelines should know.

    What all kinds of alerts have; ``kind`` tells which of the types of
    `schemas.events.any_alert` one is.
    """

    alert_id: str = Field(
        description="UUIDv5 of what was found, by which detector and at which row: the same "
        "observations give a worker that has kept its state the same id."
    )
    status: AlertStatus = Field(default=AlertStatus.OPENED, strict=False)
    kind: AlertKind
    severity: Severity = Field(strict=False)
    model: EntityName
    version: EntityName
    detected_at: Position = Field(description="The row at which it was found.")
    message: str = Field(description="One sentence for people.")

    @property
    @abstractmethod
    def subject(self) -> str:
        """What of the model it is about, such as the column."""

    @property
    @abstractmethod
    def found_by(self) -> str:
        """The name of the detector or rule that found it."""

    @property
    @abstractmethod
    def since(self) -> str:
        """Event time of the first row that it is about, RFC 3339."""
