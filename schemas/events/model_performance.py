"""How good a model version was in one window of its labelled predictions."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from schemas.events.cloudevents import CloudEventType
from schemas.events.event import Event
from schemas.events.position import EventTime, Position
from schemas.events.published import PublishedEvent


class WindowKind(StrEnum):
    """What a window is of."""

    ROWS = "rows"
    """Consecutive labelled rows, in the order in which their labels came."""

    TIME = "time"
    """Predictions of a span of event time, whenever their labels came."""

    ESTIMATED = "estimated"
    """Predictions of a span of event time before their labels have come: all of its metrics are
    estimates by calibrated scores, for a model that has not come to mean something else."""


class NoValue(StrEnum):
    """Why a metric has no value in a window; more may come."""

    NO_ROWS = "no_rows"
    """No row can be judged."""

    ONE_ROW = "one_row"
    ONE_CLASS = "one_class"
    """The metric compares classes, and all labels are of one."""

    NONE_PREDICTED = "none_predicted"
    """The class was never predicted."""

    NONE_TRUE = "none_true"
    """The class was never true, or no other one was."""

    NO_SCORES = "no_scores"
    """No row has a score."""

    NO_PROBABILITIES = "no_probabilities"
    """More than two classes, and of a row no more than the score of the predicted one is known."""

    SCORES_OUT_OF_RANGE = "scores_out_of_range"
    """More than one score in twenty is below 0 or above 1: then those between are no probabilities
    either, but percentages, logarithms or the like."""

    TOO_MANY_SCORES = "too_many_scores"
    """More than are kept of more than two classes."""

    TOO_MANY_CLASSES = "too_many_classes"
    """More than are told apart, so that an average over classes is not known."""

    UNLIKE_NAMES = "unlike_names"
    """Labels call classes otherwise than the model: what is right cannot be told."""

    NO_POSITIVE_CLASS = "no_positive_class"
    """It is not known which class is the positive one."""

    CONSTANT_LABELS = "constant_labels"
    """There is nothing to explain."""

    TOO_LARGE = "too_large"
    """Beyond float64."""

    DELAYS_UNKNOWN = "delays_unknown"
    """Too little is known of how late labels come: they are few, or come as late as could be."""

    BACKDATED = "backdated"
    """More than strays of the labels of some class are dated before their predictions: how late
    these came is not known."""

    IMMATURE = "immature"
    """Too few of the labels of some class have come for the others to be told from them."""

    NOT_CORRECTED = "not_corrected"
    """A metric of scores: what the missing labels would add cannot be told from counts."""


class Estimate(Event):
    """One metric in one window."""

    value: float | None = Field(description="None where there is none, and `reason` says why.")
    low: float | None = Field(
        description="Lower end of its 95 % confidence interval, rows taken as independent; None "
        "where no closed form is known."
    )
    high: float | None = Field(description="The upper end.")
    error: float | None = Field(
        description="By how much the value may differ from that of all scores, where they were "
        "kept by bins, or of all classes, where some are told as one; None where it is exact."
    )
    reason: NoValue | None = Field(strict=False, description="Why there is no value.")


class ClassReport(Event):
    """One class in one window."""

    name: str = Field(description="The class, as classes are compared; `others` for the rest.")
    rows: int = Field(ge=0, description="Rows of which it is the label.")
    predicted: int = Field(ge=0, description="Rows of which it is the prediction.")
    precision: Estimate
    recall: Estimate
    specificity: Estimate
    f1: Estimate


class Window(Event):
    """The rows that a performance is of."""

    kind: WindowKind = Field(strict=False)
    number: int = Field(
        description="Of the windows of rows of a version in their order; of those of time since "
        "the epoch."
    )
    begin: EventTime = Field(
        description="Event time at which it begins; that of the earliest prediction of rows."
    )
    end: EventTime = Field(
        description="Event time before which it ends; that of the latest prediction of rows."
    )


class LabelDelay(Event):
    """How late labels come: those of a class, of predictions that were right or of the others."""

    name: str = Field(description="The class that was true; `others` for those beyond seven.")
    is_predicted: bool = Field(description="Whether the prediction was this class.")
    labels: int = Field(ge=0, description="Labels that it is estimated from.")
    median_seconds: float = Field(ge=0, description="By this age half of such labels have come.")
    late_seconds: float = Field(ge=0, description="By this age nine tenths of them have.")
    maturity: float = Field(
        ge=0, le=1, description="Share of such labels of the window that has come by now."
    )


class AgeCoverage(Event):
    """How much of the labels has come by an age of the prediction."""

    age_seconds: float
    share: float = Field(ge=0, le=1, description="Of the labels that come in the end.")


class Maturity(Event):
    """What of a window is known by now, by the delays of the labels that were seen so far."""

    expected: float | None = Field(
        ge=0,
        le=1,
        description="Expected share of the window's labels that have come by now; of "
        "those that come in the end.",
    )
    reason: NoValue | None = Field(strict=False, description="Why that is not known.")
    delays: list[LabelDelay]
    coverage: list[AgeCoverage]
    corrected: dict[str, Estimate] = Field(
        description="Metrics as they are expected to be once all labels have come: each label "
        "counts for those of its kind that are still missing. Empty for a regression."
    )


class ModelPerformance(PublishedEvent):
    """How good a model version was in a window of its labelled predictions, as far as is known.

    Of the same window the highest ``revision`` counts.
    """

    ce_type: ClassVar = CloudEventType.MODEL_PERFORMANCE

    performance_id: str = Field(
        description="UUIDv5 of version, window, revision and row: the same observations give the "
        "same id."
    )
    window: Window
    revision: int = Field(ge=0, description="0 for the first publication of the window.")
    task: str = Field(description="`classification` or `regression`.")
    as_of: Position = Field(
        description="The labelled row up to which labels are counted; of an estimated window the "
        "prediction after its last one."
    )
    rows: int = Field(
        ge=1,
        description="Labelled rows of the window, usable or not; of an estimated one predictions "
        "with a score.",
    )
    predictions: int | None = Field(
        description="Predictions of the window that were seen; None where that is not known, as "
        "of windows of rows."
    )
    share_labelled: float | None = Field(
        ge=0, le=1, description="`rows` over `predictions`: what of the window is known by now."
    )
    maturity: Maturity | None = Field(
        default=None, description="Of a window of time: whether its labels have come."
    )
    unusable: dict[str, int] = Field(
        description="Rows, or scores of rows, that could not be judged, by the reason; of a rate "
        "that the settings name those without a value of it, such as `escalation.absent`."
    )
    positive_class: str | None = Field(description="The class that is looked for.")
    metrics: dict[str, Estimate] = Field(
        description="By their names, with the rates that the settings name."
    )
    classes: list[ClassReport] = Field(
        description="The classes with the most rows, at most twenty, the rest as `others`; empty "
        "for a regression."
    )
    estimate_errors: dict[str, float] = Field(
        default_factory=dict,
        description="Of a window of time nine tenths of whose labels have come: what was estimated "
        "without labels, less what these say.",
    )
    label_duplicates: int = Field(
        default=0,
        ge=0,
        description="Labels of the version that came again as they were, of all windows, by then.",
    )
    label_corrections: int = Field(
        default=0,
        ge=0,
        description="Likewise with another value: they join nothing again, so what was wrong in "
        "the first ones is in the metrics.",
    )
    backdated_labels: int = Field(
        default=0,
        ge=0,
        description="Labels of the version that are dated before their predictions by more than a "
        "second, of all windows, by then: they count in the metrics, and in no delay.",
    )
    confusion: list[list[int]] = Field(
        description="Rows by label (outer) and prediction (inner), in the order of `classes`."
    )

    @property
    def event_id(self) -> str:
        """The publication's id."""
        return self.performance_id

    @property
    def event_time(self) -> str:
        """Event time of the row up to which labels are counted, RFC 3339."""
        return self.as_of.time

    @property
    def subject(self) -> str:
        """The kind and number of the window."""
        return f"{self.window.kind}-{self.window.number}"
