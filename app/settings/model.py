"""What the configuration says of single models."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.settings.comparison import ComparisonSettings
from app.settings.monitor import MonitorOverrides
from app.settings.performance import ModelPerformanceSettings, RateSettings, named_rates
from app.settings.rollback import RollbackSettings
from app.settings.routing import RoutingSettings
from app.settings.section import Detail, Section, details, expected, known_one
from app.settings.triggers import RetrainingSettings, performances
from app.settings.values import ValueOverrides
from detectors.performance.error import Task
from detectors.performance.options import CLASSIFICATION, REGRESSION
from detectors.performance.threshold import InvalidThreshold, Threshold
from detectors.reference.told_season import ToldSeason
from detectors.rollback.options import RollbackSource
from schemas.events.model_comparison import ComparisonMode
from schemas.tables.columns import Kind


class ModelSettings(Section):
    """What is known of one model; models that are not named are watched all the same."""

    critical: frozenset[str] = frozenset()
    """Features whose drift is critical."""

    ignored: frozenset[str] = frozenset()
    """Features that are not watched."""

    learns_on: bool = False
    """Whether it goes on learning while it serves, without a new version. Its predictions and
    scores then change with each thing that it learns: alerts of them have the severity `info`, and
    what asks for attention are its features and errors."""

    kinds: Mapping[str, Kind] = {}
    """Feature to the kind of its values; that of others is the kind of the first usable one."""

    seasons: Mapping[str, ToldSeason] = {}
    """Feature to the season that it has, as of `monitor.season`; the others have that of the
    model."""

    task: Task = Task.AUTO
    """What it predicts: decides what its error is. `auto` goes by the first 100 labelled rows.
    `probability` is a classification whose predictions are the probability of the positive class;
    `models.<name>.performance.threshold` says from which on
    that is predicted, else 0.5."""

    classes: Annotated[tuple[str, ...], Field(max_length=1000)] = ()
    """Its classes in the order in which lists of scores, and predictions that are lists of
    probabilities, have them; where none are named they are 0, 1, ... A list of another length is
    counted as such and left out."""

    label_names: Annotated[Mapping[str, str], Field(max_length=1000)] = {}
    """What its labels are called, to the class that the model says: `{chargeback: fraud}`; those
    that both call alike need none."""

    rates: Annotated[
        Mapping[str, RateSettings], Field(max_length=16), AfterValidator(named_rates)
    ] = {}
    """Name to a rate of it: the mean of a boolean or a number in its label events, such as the
    share of conversations that were escalated, told and watched as a metric is."""

    thresholds: Annotated[tuple[str, ...], Field(max_length=32)] = ()
    """How good it has to be by its labels, such as `recall[fraud] >= 0.8`, or beside its first
    labels or the version before: `accuracy >= reference - 0.02`, `mae <= 1.1 * previous`; an alert
    says when it is worse, and when it is good again."""

    monitor: MonitorOverrides = MonitorOverrides()
    """What is different for this model."""

    performance: ModelPerformanceSettings = ModelPerformanceSettings()
    """How its performance is told."""

    retraining: RetrainingSettings = RetrainingSettings()
    """When its retraining is asked for."""

    comparison: ComparisonSettings = ComparisonSettings()
    """How its versions are compared."""

    routing: RoutingSettings = RoutingSettings()
    """What Driftline may do with its routes."""

    rollback: RollbackSettings = RollbackSettings()
    """When its rollback is asked for."""

    values: ValueOverrides = ValueOverrides()
    """Which spellings mean one value of this model."""

    @field_validator("classes")
    @classmethod
    def _several(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) == 1 or not all(map(str.strip, value)):
            raise expected("at least two classes, and no empty text; or none")
        return value

    @field_validator("thresholds")
    @classmethod
    def _readable(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        problems: list[Detail] = []
        seen: set[str] = set()
        for place, text in enumerate(value):
            try:
                threshold = Threshold.of(text)
            except InvalidThreshold as why:
                problems.append(Detail((place,), repr(text), str(why)))
                continue
            if str(threshold) in seen:
                problems.append(Detail((place,), repr(text), "each threshold once"))
            seen.add(str(threshold))
            task = info.data.get("task", Task.AUTO)
            if task is not Task.AUTO and task.is_of_classes is not threshold.metric.is_of_classes:
                problems.append(
                    Detail((place,), repr(text), f"a metric of what `task: {task}` predicts")
                )
        if problems:
            raise details(problems)
        return value

    @field_validator("performance")
    @classmethod
    def _of_the_task(
        cls, value: ModelPerformanceSettings, info: ValidationInfo
    ) -> ModelPerformanceSettings:
        task = info.data.get("task", Task.AUTO)
        if task is Task.AUTO:
            return value
        problems: list[Detail] = []
        if value.threshold is not None and not task.is_of_classes:
            said = f"a task of classes, and it is `task: {task}`"
            problems.append(Detail(("threshold",), repr(value.threshold), said))
        those = CLASSIFICATION if task.is_of_classes else REGRESSION
        problems += [
            Detail(("metrics", str(place)), repr(name), f"a metric of `task: {task}`")
            for place, name in enumerate(value.metrics or ())
            if name not in those
        ]
        if problems:
            raise details(problems)
        return value

    @field_validator("comparison")
    @classmethod
    def _by_the_task(cls, value: ComparisonSettings, info: ValidationInfo) -> ComparisonSettings:
        task = info.data.get("task", Task.AUTO)
        if task is Task.AUTO or not value.enabled:
            return value
        said = f"a metric of what `task: {task}` predicts"
        problems = [
            Detail(("metrics", place, "metric"), repr(each.metric), said)
            for place, each in enumerate(value.metrics)
            if task.is_of_classes is not each.compared.metric.is_of_classes
        ]
        if problems:
            raise details(problems)
        return value

    @field_validator("routing")
    @classmethod
    def _compared(cls, value: RoutingSettings, info: ValidationInfo) -> RoutingSettings:
        comparison = info.data.get("comparison")
        if not value.automatic or comparison is None:
            return value
        problems = [
            Detail(("automatic",), "true", said)
            for is_wrong, said in (
                (not comparison.enabled, "versions that are compared: `comparison.enabled`"),
                (comparison.share is not None, "no `comparison.share`: each step has its own"),
                (
                    comparison.mode is ComparisonMode.SHADOW,
                    "no `comparison.mode: shadow`: the versions of a ramp share the traffic",
                ),
            )
            if is_wrong
        ]
        if problems:
            raise details(problems)
        return value

    @field_validator("rollback")
    @classmethod
    def _by_metrics(cls, value: RollbackSettings, info: ValidationInfo) -> RollbackSettings:
        comparison = info.data.get("comparison")
        is_asked = value.enabled and RollbackSource.HISTORY in value.sources
        if is_asked and comparison is not None and not comparison.enabled:
            said = "the metrics of comparisons for `history`: `comparison.enabled`"
            raise details([Detail(("sources",), "history", said)])
        return value

    @field_validator("retraining")
    @classmethod
    def _judged(cls, value: RetrainingSettings, info: ValidationInfo) -> RetrainingSettings:
        if "thresholds" not in info.data:
            return value
        known = [Threshold.of(each).subject for each in info.data["thresholds"]]
        problems: list[Detail] = []
        for path, trigger in performances(value.triggers or (), ("triggers",)):
            if not known:
                problems.append(Detail(path, "no threshold", "thresholds of the model to cross"))
            problems += [
                Detail((*path, "metrics", place), repr(name), known_one(name, known))
                for place, name in enumerate(trigger.metrics or ())
                if known and name not in known
            ]
        if problems:
            raise details(problems)
        return value

    @field_validator("ignored")
    @classmethod
    def _apart(cls, value: frozenset[str], info: ValidationInfo) -> frozenset[str]:
        both = value & info.data.get("critical", frozenset())
        if both:
            raise expected(f"no feature that is critical: {', '.join(sorted(both))}")
        return value
