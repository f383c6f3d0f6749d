"""A drift alert: the values of one column are distributed otherwise than in its reference."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.events.alert import AlertKind
from schemas.events.column_alert import ColumnAlert
from schemas.events.window_summary import Summary

DriftKind = Literal[AlertKind.FEATURE, AlertKind.PREDICTION, AlertKind.SCORE, AlertKind.CONCEPT]


class Direction(StrEnum):
    """Where a mean went."""

    UP = "up"
    DOWN = "down"


class DriftAlert(ColumnAlert):
    """A drift was found in one watched column of one model version."""

    kind: DriftKind
    before: Summary = Field(description="The reference window: all values before those of `after`.")
    after: Summary = Field(
        description="The latest values since the estimated change, at most 96 of them."
    )
    direction: Direction | None = Field(
        default=None,
        strict=False,
        description="Where the mean went; of errors, `down` is better. None for categories, and "
        "where the mean stayed.",
    )
    recovery_of: str | None = Field(
        default=None,
        description="Of errors that became fewer: the alert of the rise that they come after; None "
        "for all others, and where nothing rose since the references began.",
    )
    autocorrelation: float | None = Field(
        description="Lag-1 autocorrelation of the burn-in; None for a constant."
    )
    stride: int = Field(
        ge=1,
        description="One in so many values was judged: above 1 where neighbours are correlated.",
    )
    false_alarms: str | None = Field(
        default=None,
        description="The budget of false alarms in force, as it was stated; None in alerts of "
        "releases that had none.",
    )
    budget_rows: float | None = Field(
        default=None,
        description="Rows of this column to one false alarm that the budget comes to; its "
        "detectors' limits follow from it.",
    )
