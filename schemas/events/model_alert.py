"""A model alert: several watched columns of one model version have changed together."""

from typing import Literal

from pydantic import Field

from schemas.events.alert import Alert, AlertKind, Severity
from schemas.events.drift_alert import Direction, DriftKind
from schemas.events.event import Event
from schemas.events.position import Position

MOST_LISTED = 1000
"""Columns that an alert lists: with more, of the longest names, no broker would take it."""


class ChangedColumn(Event):
    """One of the columns that have changed."""

    kind: DriftKind
    feature: str = Field(description="The column, as in the alerts of single ones.")
    severity: Severity = Field(strict=False)
    discovered: bool = Field(
        description="Whether it is a discovery of its own: by its own detector, or by e-d-BH, "
        "which keeps the share of false ones among those low. Others lean as the model does."
    )
    found_by: str = Field(description="The detector's name: `joint` for the model's own.")
    statistic: float | None = Field(description="Its own statistic.")
    direction: Direction | None = Field(strict=False, description="Where its mean went.")
    change: str = Field(description="What changed, from what to what.")
    change_at: Position = Field(description="First row after the estimated change.")
    rows_since_change: int = Field(ge=1)


class ModelAlert(Alert):
    """Several columns of one model version have changed: one alert in place of one for each."""

    kind: Literal[AlertKind.MODEL] = AlertKind.MODEL
    columns: list[ChangedColumn] = Field(
        min_length=1,
        max_length=MOST_LISTED,
        description="Those that have changed, discoveries first, then by how clearly.",
    )
    columns_changed: int = Field(ge=1, description="How many have, listed or not.")
    columns_watched: int = Field(ge=2, description="Of how many.")
    columns_restarted: int = Field(
        ge=0, description="How many references begin anew with the next row."
    )
    detector: Literal["joint", "columns"] = Field(
        description="`joint`: the model's own statistic has reached its limit; `columns`: only "
        "detectors of single columns have fired, too many to be told one by one."
    )
    statistic: float = Field(description="The model's own, at that row.")
    limit: float | None = Field(
        description="What it must reach: rows of the model from one false alarm to the next, at "
        "least; null before the first reference is complete."
    )
    change_at: Position = Field(description="The earliest row after the columns' changes.")
    rows_since_change: int = Field(ge=1, description="Rows since then, that one included.")
    guaranteed: bool = Field(
        description="Whether the configured false-alarm rate holds for all columns that are listed."
    )

    @property
    def subject(self) -> str:
        """What stands for the columns."""
        return "several columns"

    @property
    def subjects(self) -> list[str]:
        """The columns that are listed."""
        return [column.feature for column in self.columns]

    @property
    def found_by(self) -> str:
        """What found it."""
        return self.detector

    @property
    def since(self) -> str:
        """Event time of the earliest row after the estimated changes, RFC 3339."""
        return self.change_at.time
