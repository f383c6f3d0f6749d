"""An alert about one watched column: a change in its stream of values, with where it began."""

from pydantic import Field

from schemas.events.alert import Alert
from schemas.events.detector_report import DetectorReport
from schemas.events.position import Position
from schemas.events.reference_report import ReferenceReport


class ColumnAlert(Alert):
    """A change of one watched column of one model version, found by detectors."""

    feature: str = Field(
        description="The column: a feature, or `prediction`, `score` or `error` for what the model "
        "says and how far it is off."
    )
    detector: DetectorReport = Field(description="The first detector that fired.")
    corroborated_by: list[DetectorReport] = Field(
        default=[], description="Other detectors that fired at the same row."
    )
    change_at: Position = Field(description="First row after the estimated change.")
    rows_since_change: int = Field(
        ge=1, description="Rows from the estimated change to the detection, both included."
    )
    rows_observed: int = Field(
        ge=1, description="Values judged since the reference began, its burn-in included."
    )
    guaranteed: bool = Field(
        description="Whether the false-alarm rate of the configuration holds for this column: "
        "false where its values are correlated over longer than the burn-in can show, and from the "
        "third of several alerts without peace between them on."
    )

    reference: ReferenceReport | None = Field(
        default=None,
        description="What the values were judged against; None where shares of rows without a "
        "usable value were, and in alerts of releases that did not say.",
    )

    @property
    def subject(self) -> str:
        """The column's name."""
        return self.feature

    @property
    def found_by(self) -> str:
        """The name of the first detector that fired."""
        return self.detector.kind

    @property
    def since(self) -> str:
        """Event time of the first row after the estimated change, RFC 3339."""
        return self.change_at.time
