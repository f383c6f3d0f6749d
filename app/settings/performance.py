"""How the performance of models is told, for all of them and for single ones."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from app.settings.section import Section, expected, known_one
from detectors.performance.options import METRICS, PerformanceOptions, ScoreOf

_DEFAULTS: Final = PerformanceOptions()


def _whole(seconds: float) -> float:
    """Refuse windows whose quarter, after which they are told again, is no whole millisecond."""
    if seconds * 1000 % 4:
        raise expected("a multiple of 0.004 seconds")
    return seconds


def _known(metrics: tuple[str, ...] | None) -> tuple[str, ...] | None:
    for name in metrics or ():
        if name not in METRICS:
            raise expected(known_one(name, METRICS))
    if metrics is not None and len(set(metrics)) < max(len(metrics), 1):
        raise expected("at least one metric, and each once; or null")
    return metrics


def _name_metrics(schema: dict[str, Any]) -> None:
    for choice in schema["anyOf"]:
        if "items" in choice:
            choice["items"]["enum"] = list(METRICS)


Metrics = Annotated[
    tuple[str, ...] | None,
    AfterValidator(_known),
    Field(json_schema_extra=_name_metrics),
]


class PerformanceSettings(Section):
    """How good model versions are, told in windows of their labelled predictions."""

    enabled: bool = True
    """Whether it is told at all."""

    rows: int = Field(default=_DEFAULTS.rows, ge=10, le=1_000_000)
    """Labelled rows of a window of rows."""

    window_seconds: Annotated[float, AfterValidator(_whole)] = Field(
        default=_DEFAULTS.window / 1000, ge=60, le=31_622_400
    )
    """Length of a window of time: of the predictions' event times, from midnight UTC on."""

    windows: int = Field(default=_DEFAULTS.kept, ge=1, le=400)
    """The latest windows of time of a version that are kept: the label of an older prediction
    revises none. Where predictions wait for their labels for longer (`intake.pending.ttl_seconds`),
    more are needed."""


class ModelPerformanceSettings(Section):
    """How the performance of one model is told."""

    metrics: Metrics = None
    """The metrics; null is all of the model's task."""

    positive: Annotated[str, Field(min_length=1)] | None = None
    """The class that is looked for; null is the second one of two `classes`, or 1."""

    threshold: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The probability of the positive class from which on it counts as predicted, where predictions
    are probabilities; null is the likeliest class, and predictions that are classes."""

    score: ScoreOf = Field(default=_DEFAULTS.score_of, strict=False)
    """What a single score is the probability of."""

    quantile: float = Field(default=_DEFAULTS.quantile, gt=0, lt=1)
    """The quantile that a regression predicts, for its quantile loss."""
