"""What is compared, and how surely."""

from dataclasses import dataclass
from typing import Final

from detectors.performance.threshold import DEFAULT_CLASS, Threshold, ThresholdMetric
from schemas.events.model_comparison import ComparisonMode, MetricRole

COMPARABLE: Final = (
    ThresholdMetric.ACCURACY,
    ThresholdMetric.PRECISION,
    ThresholdMetric.RECALL,
    ThresholdMetric.SPECIFICITY,
    ThresholdMetric.BRIER,
    ThresholdMetric.LOG_LOSS,
    ThresholdMetric.MAE,
    ThresholdMetric.MSE,
    ThresholdMetric.MAPE,
)
"""Metrics that are the mean of what each row of them gives; the others have no sequence yet."""

_ZERO_ONE: Final = frozenset(
    {
        ThresholdMetric.ACCURACY,
        ThresholdMetric.PRECISION,
        ThresholdMetric.RECALL,
        ThresholdMetric.SPECIFICITY,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedMetric:
    """One metric of a comparison.

    Attributes
    ----------
    metric, of_class
        What is compared, and of which class where it is one's.
    role
        What it decides.
    smallest_effect
        The smallest difference that matters, in the metric's own unit; None where none is stated.
    margin
        By how much it may be worse.
    """

    metric: ThresholdMetric
    of_class: str | None = None
    role: MetricRole = MetricRole.PRIMARY
    smallest_effect: float | None = None
    margin: float = 0.0

    @property
    def name(self) -> str:
        """The metric, with the class where it has one.

        Examples
        --------
        >>> ComparedMetric(metric=ThresholdMetric.RECALL, of_class="fraud").name
        'recall[fraud]'
        """
        return self.threshold.subject

    @property
    def threshold(self) -> Threshold:
        """A threshold of the metric, by which the losses of rows are made."""
        needs_class = self.metric.is_of_a_class
        return Threshold(
            self.metric, 0.5, (self.of_class or DEFAULT_CLASS) if needs_class else None
        )

    @property
    def is_zero_one(self) -> bool:
        """Whether each row is right or wrong."""
        return self.metric in _ZERO_ONE

    @property
    def is_paired(self) -> bool:
        """Whether two versions of one request are both among its rows, or neither is.

        Rows of precision are those in which a version predicts the class, which the other may not.
        """
        return self.metric is not ThresholdMetric.PRECISION


DEFAULT_METRICS: Final = (
    ComparedMetric(metric=ThresholdMetric.ACCURACY),
    ComparedMetric(metric=ThresholdMetric.MAE),
)
"""Of a model of which nothing is stated: the one of its task is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonOptions:
    """How the versions of one model are compared.

    Attributes
    ----------
    metrics
        At least one primary metric; empty for that of the model's task.
    level
        Share of false decisions that is accepted, in (0, 1); metrics of one role share it.
    mode
        How versions come to their rows; None to go by the labels of the first rows.
    share
        The candidate's share of the traffic of the two; None where none is stated.
    baseline
        The version that others are compared with; None for the champion.
    candidates
        Versions that are compared with it, whatever model events say of them.
    promotes_equals
        Whether not to be worse is enough.
    """

    metrics: tuple[ComparedMetric, ...] = ()
    level: float = 0.05
    mode: ComparisonMode | None = None
    share: float | None = None
    baseline: str | None = None
    candidates: tuple[str, ...] = ()
    promotes_equals: bool = False

    @property
    def compared(self) -> tuple[ComparedMetric, ...]:
        """The metrics in force."""
        return self.metrics or DEFAULT_METRICS

    def level_of(self, role: MetricRole) -> float:
        """Return the share of false decisions of one metric of a role."""
        return self.level / max(sum(each.role is role for each in self.metrics), 1)
