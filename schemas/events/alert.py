"""An alert: one drift of one watched column, with its evidence."""

from enum import StrEnum

from pydantic import Field

from schemas.events.event import EntityName, Event
from schemas.events.position import Position
from schemas.events.prediction import Scalar
from schemas.events.summary import Summary


class DriftKind(StrEnum):
    """What drifted."""

    FEATURE = "feature_drift"
    PREDICTION = "prediction_drift"
    SCORE = "score_drift"
    CONCEPT = "concept_drift"


class Severity(StrEnum):
    """How much it matters."""

    WARNING = "warning"
    CRITICAL = "critical"


class Stream(StrEnum):
    """The view of a column that a detector watches."""

    LOCATION = "location"
    SPREAD = "spread"
    RAW = "raw"


class DetectorReport(Event):
    """One detector that fired, and why."""

    kind: str = Field(description="The detector's name in the configuration, such as `adwin`.")
    stream: Stream = Field(
        strict=False,
        description="`location`: ranks among earlier values; `spread`: their folded ranks "
        "`|2u - 1|`; `raw`: the values themselves.",
    )
    parameters: dict[str, Scalar] = Field(description="All parameters in force.")
    statistic: float | None = Field(
        description="What was compared; None where the detector does not tell."
    )
    threshold: float | None = Field(
        description="What it was compared with; None where the detector does not tell."
    )


class Alert(Event):
    """A drift was found in one watched column of one model version."""

    alert_id: str = Field(
        description="UUIDv5 of the column, the detector and the row at which it fired: the same "
        "observations give a worker that has kept its state the same id."
    )
    status: str = Field(default="opened", description="`opened`.")
    kind: DriftKind = Field(strict=False)
    severity: Severity = Field(strict=False)
    model: EntityName
    version: EntityName
    feature: str = Field(
        description="The feature; `prediction`, `score` or `error` for the other kinds."
    )
    detector: DetectorReport = Field(description="The first detector that fired.")
    corroborated_by: list[DetectorReport] = Field(
        default=[], description="Other detectors that fired at the same row."
    )
    before: Summary = Field(description="The reference window: all values before those of `after`.")
    after: Summary = Field(
        description="The latest values since the estimated change, at most 96 of them."
    )
    change_at: Position = Field(description="First row after the estimated change.")
    detected_at: Position = Field(description="The row at which the detector fired.")
    rows_since_change: int = Field(
        ge=1, description="Rows from the estimated change to the detection, both included."
    )
    rows_observed: int = Field(
        ge=1, description="Values judged since the reference began, its burn-in included."
    )
    autocorrelation: float | None = Field(
        description="Lag-1 autocorrelation of the burn-in; None for a constant."
    )
    stride: int = Field(
        ge=1,
        description="One in so many values was judged: above 1 where neighbours are correlated.",
    )
    guaranteed: bool = Field(
        description="Whether the false-alarm rate of the configuration holds for this column: "
        "false where its values are correlated over longer than the burn-in can show."
    )
    message: str = Field(description="One sentence for people.")
