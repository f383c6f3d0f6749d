"""How two versions of a model compare by their labels, and what follows from it."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from schemas.events.cloudevents import CloudEventType
from schemas.events.event import EntityName, Event
from schemas.events.position import EventTime, Position
from schemas.events.published import PublishedEvent


class ComparisonMode(StrEnum):
    """How two versions come to their rows."""

    AB = "ab"
    """They share the traffic: each request has one of them."""

    SHADOW = "shadow"
    """Both have each request, under one prediction id: the label joins both, and rows are pairs."""


class MetricRole(StrEnum):
    """What a metric decides."""

    PRIMARY = "primary"
    """To be better in it is what the newer version is for."""

    GUARDRAIL = "guardrail"
    """It must not become worse by more than the margin."""


class ComparisonDecision(StrEnum):
    """What is to become of the newer version."""

    PROMOTE = "promote"
    CONTINUE = "continue"
    """Not decided yet: more labels are needed."""

    HOLD = "hold"
    """Not to be decided as things are: `reason` says why."""

    ROLLBACK = "rollback"


class Verdict(StrEnum):
    """What others are told, such as a roll-out that asks whether to go on."""

    SUCCESSFUL = "successful"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    """Also where there is no data: it is never a pass."""


class ComparisonReason(StrEnum):
    """Why it is decided so; more may come."""

    BETTER = "better"
    """Each primary metric is better, and no guardrail is worse by more than its margin."""

    NOT_WORSE = "not_worse"
    """No metric is worse by more than its margin, and that was to be shown."""

    WORSE = "worse"
    """A primary metric is worse."""

    GUARDRAIL_WORSE = "guardrail_worse"
    SEGMENT_WORSE = "segment_worse"
    """In a segment a metric is worse by more than its margin: `segments` says in which."""

    NO_RELEVANT_DIFFERENCE = "no_relevant_difference"
    """Whatever difference there is, it is smaller than the smallest effect that matters."""

    TOO_FEW_LABELS = "too_few_labels"
    UNDECIDED = "undecided"
    """What there is says neither that one is better nor that they are alike."""

    GUARDRAIL_UNDECIDED = "guardrail_undecided"
    """The primary metrics are better; of a guardrail it is not known yet."""

    EXPOSURE = "exposure"
    """The rows of the two cannot be compared: `exposure` says why."""

    NO_LABELS = "no_labels"
    ONE_ARM_LABELLED = "one_arm_labelled"


class Finding(StrEnum):
    """What is known of one metric."""

    BETTER = "better"
    WORSE = "worse"
    NO_RELEVANT_DIFFERENCE = "no_relevant_difference"
    UNDECIDED = "undecided"
    TOO_FEW_LABELS = "too_few_labels"
    NO_LABELS = "no_labels"
    """Of neither version is there a row that the metric is about."""

    ONE_ARM_LABELLED = "one_arm_labelled"


class ExposureFault(StrEnum):
    """Why rows of two versions cannot be compared; more may come."""

    SPLIT = "split"
    """The traffic is not shared as it was stated."""

    SHARED_IDS = "shared_ids"
    """A prediction id has rows of both, though each request is to have one of them."""

    NO_TRAFFIC = "no_traffic"
    """A version has no rows, or has none any more while the other goes on."""

    ASSIGNMENT_CHANGED = "assignment_changed"
    """The shares of the traffic are not what they were since the comparison began."""


class ComparedArm(Event):
    """One version by one metric."""

    version: EntityName
    value: float | None = Field(
        description="The metric; None without rows. As they are, all rows of the version "
        "together: `difference` compares only rows of the same time."
    )
    rows: int = Field(ge=0, description="Labelled rows that the metric is about.")


class MetricComparison(Event):
    """Two versions by one metric."""

    metric: str = Field(description="Such as `accuracy` or `recall[fraud]`.")
    role: MetricRole = Field(strict=False)
    baseline: ComparedArm
    candidate: ComparedArm
    difference: float | None = Field(
        description="The candidate's less the baseline's, over rows predicted in the same hours; "
        "None where there are none."
    )
    low: float | None = Field(
        description="Lower end of its confidence sequence: true at all looks together with the "
        "probability 1 - `level`."
    )
    high: float | None = Field(description="The upper end.")
    higher_is_better: bool
    better: float = Field(
        ge=0, description="E-value against `not better`, at most 1e300; at `threshold` it is told."
    )
    worse: float = Field(ge=0, description="E-value against `not worse`.")
    threshold: float = Field(gt=0, description="What an e-value has to reach.")
    smallest_effect: float | None = Field(
        ge=0, description="The smallest difference that matters, where one is stated."
    )
    margin: float = Field(ge=0, description="By how much a guardrail may be worse.")
    level: float = Field(gt=0, lt=1, description="Share of false decisions that is accepted.")
    finding: Finding = Field(strict=False)
    shows_margin: bool = Field(
        description="Whether it is known not to be worse by more than the margin."
    )
    decided_at: Position | None = Field(
        description="The row with which it was found better or worse; None before that."
    )


class SegmentMetric(Event):
    """Two versions by one metric, in one segment."""

    metric: str = Field(description="As in `metrics`.")
    role: MetricRole = Field(strict=False)
    baseline: float | None = Field(description="The baseline's value; None without rows.")
    candidate: float | None = Field(description="The candidate's.")
    rows: tuple[int, int] = Field(
        strict=False, description="Labelled rows of baseline and candidate that it is about."
    )
    difference: float | None = Field(description="As in `metrics`, like the next ones.")
    low: float | None
    high: float | None
    better: float = Field(ge=0)
    worse: float = Field(ge=0)
    threshold: float = Field(
        gt=0, description="What an e-value has to reach; segments share the level."
    )
    finding: Finding = Field(strict=False)
    is_harm: bool = Field(
        description="Whether it is worse, and by more than the margin as far as is known."
    )


class SegmentComparison(Event):
    """Two versions in one segment: the rows whose predictions have one value of a name."""

    name: str = Field(description="A name in the `segment` of predictions, such as `country`.")
    value: str | None = Field(
        description="Its value; None is all that are not compared by themselves, together."
    )
    metrics: list[SegmentMetric]


class ExposedArm(Event):
    """The traffic of one version since the comparison began."""

    version: EntityName
    predictions: int = Field(ge=0)
    labelled: int = Field(ge=0, description="Rows of these whose labels have come.")
    share: float | None = Field(
        ge=0, le=1, description="Of the predictions of the two; None without any."
    )
    stated_share: float | None = Field(
        ge=0, le=1, description="What it should be, where a split is stated."
    )
    maturity: float | None = Field(
        ge=0, le=1, description="`labelled` over `predictions`, as of now; None without any."
    )


class ComparedBy(Event):
    """What a route said of how two versions come to their rows."""

    salt: str = Field(max_length=249, description="Of the assignment, as in `model-routing`.")
    mode: ComparisonMode = Field(strict=False)
    begun_by: str | None = Field(
        default=None,
        description="The `route_id` of the route with which the two began to come to their rows "
        "so; null where an earlier release wrote it.",
    )


class Exposure(Event):
    """Whether rows of two versions can be compared."""

    faults: list[ExposureFault] = Field(description="Empty where they can.")
    baseline: ExposedArm
    candidate: ExposedArm
    split: float | None = Field(
        description="E-value against the stated split; None where none is stated."
    )
    split_threshold: float = Field(gt=0)
    pairs: int = Field(ge=0, description="Labels that have met rows of both versions.")


class ModelComparison(PublishedEvent):
    """One look at two versions of a model; ``version`` is the candidate. The latest look counts."""

    ce_type: ClassVar = CloudEventType.MODEL_COMPARISON

    comparison_id: str = Field(
        description="UUIDv5 of model, both versions and row: the same observations give the same "
        "id."
    )
    baseline: EntityName = Field(description="The version that it is compared with: the champion.")
    mode: ComparisonMode | None = Field(
        strict=False, description="None as long as it is not stated and too few labels have come."
    )
    since: EventTime = Field(description="Event time of the row with which it began.")
    assignment: ComparedBy | None = Field(
        default=None,
        description="By the route that was in force; null where none named both versions. What "
        "earlier releases wrote has none. With another one the comparison begins anew.",
    )
    as_of: Position = Field(description="The row up to which all is counted.")
    look: int = Field(ge=0, description="How many looks at the two were published before.")
    decision: ComparisonDecision = Field(strict=False)
    verdict: Verdict = Field(strict=False)
    reason: ComparisonReason = Field(strict=False)
    metrics: list[MetricComparison]
    segments: list[SegmentComparison] = Field(
        default_factory=list,
        description="Where segments are named: each that has labelled rows. What earlier releases "
        "wrote has none.",
    )
    exposure: Exposure
    message: str = Field(description="All of it in a sentence.")

    @property
    def event_id(self) -> str:
        """The look's id."""
        return self.comparison_id

    @property
    def event_time(self) -> str:
        """Event time of the row up to which all is counted, RFC 3339."""
        return self.as_of.time

    @property
    def subject(self) -> str:
        """The version that it is compared with."""
        return f"against {self.baseline}"
