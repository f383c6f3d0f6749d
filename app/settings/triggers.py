"""What asks for the retraining of one model."""

from collections.abc import Iterator
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from app.settings.policy import Duration
from app.settings.section import Section, expected, not_empty
from detectors.retraining.conditions import (
    DRIFT_KINDS,
    Combination,
    Condition,
    Corrections,
    Cost,
    Drift,
    Leaf,
    Performance,
    Schedule,
    Volume,
    leaves_of,
)
from detectors.retraining.schedule import CronSchedule, InvalidSchedule
from schemas.events.alert import AlertKind, Severity

FEWEST_ROWS: Final = 100
"""With fewer, nearly each row would be told of."""

MOST_ROWS: Final = 1_000_000_000_000

MOST_CONDITIONS: Final = 32
"""Of one model, combinations apart: each takes its time with every row."""

_KINDS: Final = (
    "performance",
    "drift",
    "rows",
    "labelled_rows",
    "schedule",
    "cost",
    "label_corrections",
    "any",
    "all",
    "at_least",
)


class PerformanceTrigger(Section):
    """A threshold that is crossed, until the metric is good again."""

    metrics: Annotated[tuple[str, ...], AfterValidator(not_empty)] | None = None
    """The metrics, with their classes, such as `recall[fraud]`; null is all with thresholds."""


class DriftTrigger(Section):
    """Columns that have drifted within `policy.window_seconds`."""

    features: Annotated[int, Field(ge=1, le=100_000)] = 1
    """Distinct columns."""

    severity: Severity = Field(default=Severity.WARNING, strict=False)
    """The least severity that counts."""

    kinds: Annotated[tuple[AlertKind, ...], AfterValidator(not_empty)] = DRIFT_KINDS
    """The kinds of drift that count."""

    @field_validator("kinds")
    @classmethod
    def _of_drift(cls, value: tuple[AlertKind, ...]) -> tuple[AlertKind, ...]:
        if not set(value) <= set(DRIFT_KINDS):
            raise expected(f"kinds of drift: {', '.join(DRIFT_KINDS)}")
        return value

    @field_validator("severity")
    @classmethod
    def _more_than_news(cls, value: Severity) -> Severity:
        if value is Severity.INFO:
            raise expected("warning or critical: what is no more than news asks for nothing")
        return value


class CostTrigger(Section):
    """What a retraining and what an error costs, in the same currency."""

    retraining: float = Field(gt=0, le=1e12)
    """What a retraining costs, all in all."""

    error: float = Field(gt=0, le=1e12)
    """What an error costs: a wrong class, or of a regression a distance of 1."""


class CorrectionsTrigger(Section):
    """How many labels that came again had another value."""

    labels: Annotated[int, Field(ge=1, le=MOST_ROWS)] | None = None
    """So many of them."""

    share: Annotated[float, Field(gt=0, le=1)] | None = None
    """This share of all labels of the version, of 100 at least."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.labels is None) == (self.share is None):
            raise expected("either labels or share")
        return self


class TriggerSettings(Section):
    """One condition, or a combination of some."""

    performance: PerformanceTrigger | None = None
    """A threshold (`models.<name>.thresholds`) is crossed."""

    drift: DriftTrigger | None = None
    """Columns have drifted."""

    rows: Annotated[int, Field(ge=FEWEST_ROWS, le=MOST_ROWS)] | None = None
    """So many predictions have come since the end of the training data."""

    labelled_rows: Annotated[int, Field(ge=FEWEST_ROWS, le=MOST_ROWS)] | None = None
    """So many labels have come since then."""

    schedule: str | None = None
    """Event time has come to a time of a cron line: minute, hour, day of the month, month, day of
    the week."""

    zone: str = "UTC"
    """The time zone of `schedule`, by its name in the tz database, such as `Europe/Zurich`."""

    cost: CostTrigger | None = None
    """Avoidable errors since the last training outweigh the next one."""

    label_corrections: CorrectionsTrigger | None = None
    """So many labels were corrected since the end of the training data."""

    any: Annotated[tuple["TriggerSettings", ...], AfterValidator(not_empty)] | None = None
    """Any of these."""

    all: Annotated[tuple["TriggerSettings", ...], AfterValidator(not_empty)] | None = None
    """All of these."""

    at_least: Annotated[int, Field(ge=1)] | None = None
    """So many of those in `of`."""

    of: Annotated[tuple["TriggerSettings", ...], AfterValidator(not_empty)] | None = None
    """What `at_least` is of."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in _KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            found = f", not {' and '.join(given)}" if given else ""
            raise expected(f"one of {', '.join(_KINDS)}{found}")
        if (self.at_least is None) != (self.of is None):
            raise expected("at_least and of together")
        if self.at_least is not None and self.of is not None and self.at_least > len(self.of):
            raise expected(f"at_least of no more than there are in of, which are {len(self.of)}")
        if self.zone != "UTC" and self.schedule is None:
            raise expected("a zone only with a schedule")
        if self.schedule is not None:
            try:
                CronSchedule(self.schedule, self.zone)
            except InvalidSchedule as why:
                raise expected(f"{why} (schedule {self.schedule!r}, zone {self.zone!r})") from None
        return self

    @property
    def condition(self) -> Condition:
        """The condition that is meant."""
        leaf = self._leaf()
        if leaf is not None:
            return leaf
        parts = tuple(each.condition for each in self.any or self.all or self.of or ())
        least = self.at_least or (len(parts) if self.all is not None else 1)
        return Combination(least, parts)

    def _leaf(self) -> Leaf | None:
        if self.performance is not None:
            return Performance(frozenset(self.performance.metrics or ()))
        if self.drift is not None:
            return Drift(self.drift.features, self.drift.severity, frozenset(self.drift.kinds))
        rows = self.rows or self.labelled_rows
        if rows is not None:
            return Volume(rows, is_labelled=self.rows is None)
        if self.schedule is not None:
            return Schedule(" ".join(self.schedule.split()), self.zone)
        if self.label_corrections is not None:
            return Corrections(self.label_corrections.labels, self.label_corrections.share)
        return None if self.cost is None else Cost(self.cost.retraining, self.cost.error)


class RetrainingSettings(Section):
    """When the retraining of one model is asked for; null keeps what `policy` says."""

    triggers: Annotated[tuple[TriggerSettings, ...], AfterValidator(not_empty)] | None = None
    """What asks for it, each by itself; null is a threshold that is crossed, a drift of a critical
    feature or of the errors, or of `policy.features` columns."""

    cooldown_seconds: Annotated[Duration, Field(ge=0)] | None = None
    """How long after a request no other is made for the version."""

    expiry_seconds: Annotated[Duration, Field(gt=0)] | None = None
    """How long an unanswered request keeps the next one away."""

    labelled_rows: Annotated[int, Field(ge=1)] | None = None
    """Labelled rows that a retraining needs: a request says whether they are there."""

    @property
    def trigger(self) -> Combination | None:
        """What asks for it; None for what is usual."""
        if self.triggers is None:
            return None
        return Combination(1, tuple(each.condition for each in self.triggers))

    @field_validator("triggers")
    @classmethod
    def _few(cls, value: tuple[TriggerSettings, ...] | None) -> tuple[TriggerSettings, ...] | None:
        conditions = [each for trigger in value or () for each in leaves_of(trigger.condition)]
        if len(conditions) > MOST_CONDITIONS:
            raise expected(f"at most {MOST_CONDITIONS} conditions, not {len(conditions)}")
        return value


def performances(
    triggers: tuple[TriggerSettings, ...], path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], PerformanceTrigger]]:
    """Yield the triggers by performance, however deep, with their paths."""
    for place, each in enumerate(triggers):
        if each.performance is not None:
            yield (*path, place, "performance"), each.performance
        for name in ("any", "all", "of"):
            inner: tuple[TriggerSettings, ...] | None = getattr(each, name)
            yield from performances(inner or (), (*path, place, name))
