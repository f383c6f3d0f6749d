"""A performance alert: a model version is worse than it may be, or good again."""

from typing import Literal

from pydantic import Field

from schemas.events.alert import Alert, AlertKind
from schemas.events.position import Position
from schemas.events.reference_figure import ReferenceFigure


class PerformanceAlert(Alert):
    """A metric of one model version has crossed its threshold.

    ``opened`` when it is worse than it may be, ``resolved`` when it is good again; both name the
    same threshold, and no other of it comes in between.
    """

    kind: Literal[AlertKind.PERFORMANCE] = AlertKind.PERFORMANCE
    threshold: str = Field(
        description="As it is written in the settings, such as `recall[fraud] >= 0.8`."
    )
    metric: str = Field(description="The metric, such as `recall`.")
    of_class: str | None = Field(
        description="The class that the metric is of; null for one of all classes."
    )
    bound: float = Field(
        description="What the metric has to reach, or not to exceed: of a relative threshold what "
        "follows from the reference as it was seen."
    )
    reference: ReferenceFigure | None = Field(
        default=None,
        description="What a relative threshold counts from; null of any other, and of one that a "
        "release before has counted.",
    )
    value: float = Field(
        description="The metric since the change. Where it has no bound, single errors count ten "
        "times what is allowed at most."
    )
    losses_since_change: int = Field(
        ge=1, description="Labelled rows, or pairs of them, that `value` is of."
    )
    statistic: float = Field(description="The evidence: what the bets against the bound have won.")
    limit: float = Field(
        description="What the statistic had to reach: the number of rows from one false alarm to "
        "the next, at least, of a model that is exactly as good as it has to be."
    )
    change_at: Position = Field(
        description="The labelled row since which the metric is estimated to be beyond its bound."
    )

    @property
    def subject(self) -> str:
        """The metric, with its class."""
        return self.metric if self.of_class is None else f"{self.metric}[{self.of_class}]"

    @property
    def found_by(self) -> str:
        """The name of the test."""
        return "mean_threshold"

    @property
    def since(self) -> str:
        """Event time of the row of the estimated change, RFC 3339."""
        return self.change_at.time
