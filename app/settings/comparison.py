"""How the versions of a model are compared."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from app.settings.section import Detail, Section, details, expected
from detectors.comparisons.options import ComparedMetric, ComparisonOptions
from detectors.performance.threshold import (
    AT_MOST_ONE,
    InvalidThreshold,
    Threshold,
    ThresholdMetric,
)
from schemas.events.model_comparison import ComparisonMode, MetricRole

_DEFAULTS = ComparisonOptions()

SegmentName = Annotated[str, Field(min_length=1, max_length=256)]


class ComparedMetricSettings(Section):
    """One metric by which versions are compared."""

    metric: str = Field(min_length=1, max_length=300)
    """The metric, with its class where it has one, such as `accuracy` or `recall[fraud]`."""

    role: MetricRole = Field(default=MetricRole.PRIMARY, strict=False)
    """`primary`: to be better in it is what a new version is for; `guardrail`: it must not be worse
    by more than `margin`."""

    smallest_effect: Annotated[float, Field(gt=0)] | None = None
    """The smallest difference that matters, in the metric's own unit. The test bets on it, and says
    so where there is none; without it more labels are needed. Of a metric between 0 and 1 it is
    below 1."""

    margin: float = Field(default=0.01, gt=0)
    """By how much a version may be worse, in the metric's own unit."""

    @field_validator("metric")
    @classmethod
    def _comparable(cls, value: str) -> str:
        _threshold_of(value)
        return value

    @field_validator("smallest_effect")
    @classmethod
    def _possible(cls, value: float | None, info: ValidationInfo) -> float | None:
        name = info.data.get("metric")
        if name is None or value is None:
            return value
        if value >= 1.0 and _threshold_of(name).metric in AT_MOST_ONE:
            raise expected(f"a number below 1: no two versions differ in {name} by as much")
        return value

    @property
    def compared(self) -> ComparedMetric:
        """What is compared."""
        threshold = _threshold_of(self.metric)
        return ComparedMetric(
            metric=threshold.metric,
            of_class=threshold.of_class,
            role=self.role,
            smallest_effect=self.smallest_effect,
            margin=self.margin,
        )


class ComparisonSettings(Section):
    """How the challengers and candidates of a model are compared with its champion."""

    enabled: bool = True
    """Whether they are."""

    metrics: Annotated[tuple[ComparedMetricSettings, ...], Field(max_length=16)] = ()
    """The metrics, one of them primary; none is the accuracy of a classification, and the mean
    absolute error of a regression."""

    level: float = Field(default=_DEFAULTS.level, ge=1e-6, le=0.5)
    """Share of false decisions that is accepted, over all looks; metrics and segments share it."""

    mode: ComparisonMode | None = Field(default=None, strict=False)
    """`ab`: versions share the traffic; `shadow`: they have the same requests, under one id. Null
    goes by the first 50 labelled rows of the newer version."""

    share: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The candidate's share of the traffic of the two; null where none is stated, so that it is not
    tested."""

    baseline: Annotated[str, Field(min_length=1)] | None = None
    """The version that others are compared with; null is the champion, as model events say."""

    candidates: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    """Versions that are compared with it, besides those that model events name."""

    promotes_equals: bool = False
    """Whether a version is promoted as well when it is known not to be worse by more than the
    margin."""

    segments: Annotated[tuple[SegmentName, ...], Field(max_length=4)] = ()
    """Names in the `segment` of predictions, such as `country`: versions are compared by each of
    their values, too, and harm in one is harm to all. Twenty values are told apart, the others are
    one."""

    @field_validator("metrics")
    @classmethod
    def _sensible(
        cls, value: tuple[ComparedMetricSettings, ...]
    ) -> tuple[ComparedMetricSettings, ...]:
        names = [each.compared.name for each in value]
        problems = [
            Detail((place, "metric"), repr(str(name)), "each metric once")
            for place, name in enumerate(names)
            if name in names[:place]
        ]
        if problems:
            raise details(problems)
        if value and all(each.role is MetricRole.GUARDRAIL for each in value):
            raise expected("at least one primary metric; or none at all")
        return value

    @field_validator("segments")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise expected("each name once")
        return value

    @field_validator("candidates")
    @classmethod
    def _others(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if len(set(value)) < len(value) or info.data.get("baseline") in value:
            raise expected("each version once, and not the baseline")
        return value

    @property
    def options(self) -> ComparisonOptions | None:
        """What the core is told; None where versions are not compared."""
        if not self.enabled:
            return None
        return ComparisonOptions(
            metrics=tuple(each.compared for each in self.metrics),
            level=self.level,
            mode=self.mode,
            share=self.share,
            baseline=self.baseline,
            candidates=self.candidates,
            promotes_equals=self.promotes_equals,
            segments=self.segments,
        )


def _threshold_of(text: str) -> Threshold:
    """Return a threshold of the metric, and class, that a text names; its bound says nothing."""
    name, bracket, _ = text.partition("[")
    metric = next((each for each in ThresholdMetric if each == name.strip().lower()), None)
    if metric is None:
        raise expected(f"one of {', '.join(ThresholdMetric)}")
    if bracket and not metric.is_of_a_class:
        raise expected(f"`{metric}` without a class: it is of all of them")
    try:
        return Threshold.of(f"{text} {'<=' if metric.is_loss else '>='} 0.5")
    except InvalidThreshold:
        raise expected("a metric, and a class in brackets where it has one") from None
