"""How columns are watched, for all models and for single ones."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from app.settings.comparison import ComparisonSettings
from app.settings.performance import ModelPerformanceSettings, RateSettings, named_rates
from app.settings.rollback import RollbackSettings
from app.settings.routing import RoutingSettings
from app.settings.section import Detail, Section, details, expected, known_one, not_empty
from app.settings.triggers import RetrainingSettings, performances
from app.settings.values import ValueOverrides
from detectors.algorithms.catalogue import InvalidDetector, build, kinds
from detectors.algorithms.false_alarms import GRAMMAR, FalseAlarms, InvalidBudget
from detectors.monitors.options import DEFAULT_DETECTORS, MonitorOptions
from detectors.performance.error import Task
from detectors.performance.options import CLASSIFICATION, REGRESSION
from detectors.performance.threshold import InvalidThreshold, Threshold
from detectors.reference.told_season import ToldSeason
from detectors.rollback.options import RollbackSource
from schemas.events.detector_report import Stream
from schemas.events.model_comparison import ComparisonMode
from schemas.events.model_event import RESTARTING, ModelEventType
from schemas.tables.columns import Kind

_DEFAULTS: Final = MonitorOptions()


def _add_kinds(schema: dict[str, Any]) -> None:
    schema["enum"] = list(kinds())


class DetectorSettings(Section):
    """One detector on every watched column."""

    kind: str = Field(json_schema_extra=_add_kinds)
    """The detector's name in the registry, such as `adwin`."""

    parameters: Mapping[str, Any] = {}
    """Its parameters; the others keep their defaults. Of `adwin` and `page_hinkley` on ranks, those
    that are not stated follow from `false_alarms`."""

    streams: tuple[Stream, ...] | None = None
    """The views of a column that it watches; null is `location` and `spread`. A detector that takes
    nothing but 0 and 1 watches `raw` booleans, the errors of classifiers among them."""

    @property
    def views(self) -> tuple[Stream, ...]:
        """The streams in force."""
        if self.streams is not None:
            return self.streams
        binary = kinds()[self.kind].input == "binary"
        return (Stream.RAW,) if binary else (Stream.LOCATION, Stream.SPREAD)

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in kinds():
            raise expected(known_one(value, list(kinds())))
        return value

    @field_validator("parameters")
    @classmethod
    def _buildable(cls, value: Mapping[str, Any], info: ValidationInfo) -> Mapping[str, Any]:
        kind = info.data.get("kind")
        if kind is None:
            return value
        taken = kinds()[kind].parameters
        problems = [
            Detail((name,), "an unknown parameter", known_one(name, taken))
            for name in value
            if name not in taken
        ]
        problems += [
            Detail((name,), repr(given), taken[name].expected)
            for name, given in value.items()
            if name in taken and not taken[name].accepts(given)
        ]
        if problems:
            raise details(problems)
        try:
            build(kind, value)
        except InvalidDetector as error:  # what holds between parameters
            raise expected("; ".join(error.problems)) from None
        return value

    @field_validator("streams")
    @classmethod
    def _distinct(
        cls, value: tuple[Stream, ...] | None, info: ValidationInfo
    ) -> tuple[Stream, ...] | None:
        if value is None:
            return None
        if len(set(value)) < len(value):
            raise expected("each stream once")
        kind = info.data.get("kind")
        if kind is not None and kinds()[kind].input == "binary" and value != (Stream.RAW,):
            raise expected("[raw]: this detector takes nothing but 0 and 1")
        return not_empty(value)


def _no_twins(detectors: tuple[DetectorSettings, ...]) -> tuple[DetectorSettings, ...]:
    if any(each in detectors[:place] for place, each in enumerate(detectors)):
        raise expected("no two detectors that are the same")
    return not_empty(detectors)


Detectors = Annotated[
    tuple[DetectorSettings, ...],
    AfterValidator(_no_twins),
    Field(json_schema_extra={"minItems": 1}),
]
BurnIn = Annotated[int, Field(ge=10, le=1_000_000)]
# With fewer, a category that becomes another one can leave the ranks as they were.
Bins = Annotated[int, Field(ge=4, le=1024)]


def _budget(text: object) -> str:
    if not isinstance(text, str):
        raise expected(GRAMMAR)
    try:
        return FalseAlarms.of(text).text
    except InvalidBudget as error:
        raise expected(str(error)) from None


Budget = Annotated[str, Field(max_length=100), BeforeValidator(_budget)]


def _each_once(events: tuple[ModelEventType, ...]) -> tuple[ModelEventType, ...]:
    if len(set(events)) < len(events):
        raise expected("each event once")
    return events


ReferenceEvents = Annotated[tuple[ModelEventType, ...], AfterValidator(_each_once)]


class Joint(StrEnum):
    """Whether all columns of a model are watched together."""

    AUTO = "auto"
    NONE = "none"


class MonitorSettings(Section):
    """How every model is watched, where nothing else is said of it."""

    burn_in: BurnIn = _DEFAULTS.burn_in
    """Values of a column that make its reference before the first one is judged."""

    bins: Bins = _DEFAULTS.bins
    """Bins of the reference."""

    detectors: Detectors = tuple(
        DetectorSettings(kind=each.kind, parameters=each.parameters, streams=each.streams)
        for each in DEFAULT_DETECTORS
    )
    """The detectors on every column."""

    false_alarms: Budget = _DEFAULTS.false_alarms.text
    """How many false alarms are affordable; `N per M rows`, or `N per 30d` (`h`, `d` or `w` of
    event time), of a model version as a whole, and with `per column` behind it of each column. What
    all detectors must reach follows from it, but for parameters that are stated. Of one of a model
    as a whole its `thresholds`, where it has any, have a fifth."""

    reference_after: ReferenceEvents = RESTARTING
    """Model events after which the references of all versions of the model begin anew, with the
    first `burn_in` values that follow, or with what `driftline reference set` has given; none where
    the list is empty."""

    season: ToldSeason = ToldSeason.AUTO
    """`auto` looks for the course of a column's days and weeks in event time (UTC), and judges its
    values without it once it is known. `daily`, `weekly` and `daily+weekly` say what there is: that
    is taken off once it has been seen, and what is not named is not looked for. `none` says that
    there is none, so that nothing is learned, and that a change is guaranteed whatever the hour."""

    joint: Joint = Joint.AUTO
    """`auto` watches the columns of a model together as well, from eight of them on, so that small
    changes of many are told, and drifts of many in few alerts. Of `false_alarms` of a model it has
    one half and the columns the other; of `false_alarms` of each column it has as much as one.
    `none` has each column tell of itself alone."""


class MonitorOverrides(Section):
    """What is different for one model; null keeps the value of `monitor`."""

    burn_in: BurnIn | None = None
    """Values of a column that make its reference before the first one is judged."""

    bins: Bins | None = None
    """Bins of the reference."""

    detectors: Detectors | None = None
    """The detectors on every column."""

    false_alarms: Budget | None = None
    """How many false alarms are affordable; as of `monitor.false_alarms`."""

    reference_after: ReferenceEvents | None = None
    """Model events after which references begin anew; as of `monitor.reference_after`."""

    season: ToldSeason | None = None
    """What is done about the course of days and weeks; as of `monitor.season`."""

    joint: Joint | None = None
    """Whether all columns are watched together; as of `monitor.joint`."""


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
