"""What is compared, and how surely."""

from dataclasses import dataclass
from typing import Final

from detectors.performance.threshold import DEFAULT_CLASS, Threshold, ThresholdMetric
from schemas.events.model_comparison import ComparisonMode, MetricRole

_OF_SEGMENTS: Final = 0.5
"""Part of the level that segments have, where any are named, and of that the part of the rests of
their names. Of what is left, the first value has a half, the next one a sixth, and so on: common
values come first, and no number of them has to be known."""

_OF_RESTS: Final = 0.2

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
    def is_root(self) -> bool:
        """Whether it is the root of a mean."""
        return self.metric is ThresholdMetric.RMSE

    @property
    def is_paired(self) -> bool:
        """Whether two versions of one request are both among its rows, or neither is.

        Rows of precision are those in which a version predicts the class, which the other may not;
        areas under the ROC curve are compared as those of two samples.
        """
        return self.metric not in {ThresholdMetric.PRECISION, ThresholdMetric.ROC_AUC}


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
        Share of false decisions that is accepted, in (0, 1); all metrics and segments share it.
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
    segments
        Names in the segments of predictions by whose values rows are compared apart, too.
    """

    metrics: tuple[ComparedMetric, ...] = ()
    level: float = 0.05
    mode: ComparisonMode | None = None
    share: float | None = None
    baseline: str | None = None
    candidates: tuple[str, ...] = ()
    promotes_equals: bool = False
    segments: tuple[str, ...] = ()

    @property
    def compared(self) -> tuple[ComparedMetric, ...]:
        """The metrics in force."""
        return self.metrics or DEFAULT_METRICS

    @property
    def metric_level(self) -> float:
        """The share of false decisions of one metric over all rows, both its sides together.

        A guardrail decides by one side alone: to be better in it is no reason.
        """
        guardrails = sum(each.role is MetricRole.GUARDRAIL for each in self.metrics)
        primaries = max(len(self.metrics) - guardrails, 1)
        share = 1.0 - _OF_SEGMENTS if self.segments else 1.0
        return share * self.level / (primaries + guardrails / 2.0)

    def level_of_segment(self, place: int | None) -> float:
        """Return that of one metric in one segment, both its sides together; harm alone decides.

        Parameters
        ----------
        place
            The how-manieth value it is that got a place, from 1; None for the rest of a name.
        """
        if place is None:
            share = _OF_RESTS / len(self.segments)
        else:
            share = (1.0 - _OF_RESTS) / (place * (place + 1))
        metrics = max(len(self.metrics), 1)
        return 2.0 * _OF_SEGMENTS * share * self.level / metrics
