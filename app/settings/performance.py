"""How the performance of models is told, for all of them and for single ones."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator

from app.settings.section import Detail, Section, details, expected, known_one
from detectors.performance.options import METRICS, PerformanceOptions, ScoreOf
from detectors.performance.rate import Rate
from detectors.performance.threshold import ThresholdMetric

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


class RateSettings(Section):
    """A rate of one model: the mean of a boolean or a number in its label events."""

    field: Annotated[str, Field(min_length=1, max_length=200)]
    """The path of it in label events, dots between levels, as of `intake.label_fields`."""

    low: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    """The least that it can be: what is less is counted as out of range, and left out."""

    high: Annotated[float, Field(allow_inf_nan=False)] = 1.0
    """The most that it can be, likewise."""

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.low >= self.high:
            raise expected("`high` above `low`")
        return self

    def rate(self, name: str) -> Rate:
        """Return the rate of a name."""
        return Rate(name, self.field, self.low, self.high)


def named_rates(rates: Mapping[str, RateSettings]) -> Mapping[str, RateSettings]:
    """Refuse names of rates that are no names of metrics, or those of others."""
    problems = [
        Detail((name,), repr(name), "a name of small letters, digits and _, and of no other metric")
        for name in rates
        if not _NAME.fullmatch(name) or name in _TAKEN
    ]
    if problems:
        raise details(problems)
    return rates


_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TAKEN: Final = {*METRICS, *ThresholdMetric}


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
