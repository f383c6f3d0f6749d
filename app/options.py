"""What the agents and detectors are told, from the settings."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Self, TypeVar

from agents.dead_letters.limits import RefusalLimits
from agents.join.options import PendingOptions
from agents.stages.intake_options import IntakeOptions
from agents.stages.topics import Topics
from agents.state.checkpoints import CheckpointOptions
from app.settings import DetectorSettings, ModelSettings, Settings, TopicRole
from app.settings.monitor import Joint
from detectors.algorithms.false_alarms import FalseAlarms
from detectors.comparisons.options import ComparisonOptions
from detectors.monitors.fleet import Fleet
from detectors.monitors.label_watch import LabelWatch
from detectors.monitors.options import DetectorOptions, MonitorOptions
from detectors.monitors.performance_watch import PerformanceWatch
from detectors.monitors.row_consumer import RowConsumer
from detectors.monitors.threshold_watch import ThresholdWatch
from detectors.monitors.trigger_watch import TriggerWatch
from detectors.performance.error import Task
from detectors.performance.options import CLASSIFICATION, PerformanceOptions
from detectors.performance.rate import Rate
from detectors.performance.threshold import Threshold
from detectors.retraining.conditions import Cost, OfRows, leaves_of
from detectors.retraining.options import PolicyOptions, usual_trigger
from detectors.retraining.policy import RetrainPolicy
from detectors.rollback.options import RollbackOptions
from detectors.routing.options import RoutingOptions
from schemas.payloads.rows import FieldMap
from schemas.tables.declared import Declarations, Declared

_UNNAMED = ModelSettings()

NumberT = TypeVar("NumberT", int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """All that a worker is told, in the agents' terms; made of the settings before anything else.

    Attributes
    ----------
    topics
        Full names.
    cdevents_environment
        What CDEvents call where the models serve; None where none are asked for.
    intake, pending, refusals
        What is taken, what waits for its label, how much bad input is borne.
    checkpoints
        When state is saved; None where none is kept.
    monitor_of
        How a model is watched, by its name.
    new_fleet, new_policy
        Make the models, and the retrain policy, of one partition.
    """

    topics: Topics
    cdevents_environment: str | None
    intake: IntakeOptions
    pending: PendingOptions
    refusals: RefusalLimits
    checkpoints: CheckpointOptions | None
    monitor_of: Callable[[str], MonitorOptions]
    new_fleet: Callable[[], Fleet]
    new_policy: Callable[[], RetrainPolicy]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what valid settings say."""
        return cls(
            topics=agent_topics(settings),
            cdevents_environment=(
                settings.cdevents.environment if settings.cdevents.enabled else None
            ),
            intake=intake_options(settings),
            pending=pending_options(settings),
            refusals=refusal_limits(settings),
            checkpoints=checkpoint_options(settings),
            monitor_of=partial(monitor_options, settings),
            new_fleet=partial(new_fleet, settings),
            new_policy=partial(new_policy, settings),
        )


def agent_topics(settings: Settings) -> Topics:
    """Return the topics' full names."""
    return Topics(**{role.value: settings.topics.full_name(role) for role in TopicRole})


def intake_options(settings: Settings) -> IntakeOptions:
    """Return what intake takes."""
    return IntakeOptions(
        prediction_fields=prediction_fields(settings),
        not_features=settings.intake.not_features,
        label_fields=label_fields(settings),
        message_bytes=settings.limits.message_bytes,
        features_per_event=settings.limits.features_per_event,
        clock_tolerance=round(settings.intake.clock_tolerance_seconds * 1000),
        declarations=declarations(settings),
    )


def refusal_limits(settings: Settings) -> RefusalLimits:
    """Return how many refused records a worker bears."""
    dead_letters = settings.dead_letters
    return RefusalLimits(
        max_run=dead_letters.max_run,
        max_ratio=dead_letters.max_ratio,
        window=dead_letters.window_records,
        min_records=dead_letters.min_records,
    )


def checkpoint_options(settings: Settings) -> CheckpointOptions | None:
    """Return when state is saved; None where none is kept."""
    state = settings.state
    if not state.enabled:
        return None
    return CheckpointOptions(interval=state.interval_seconds, batches=state.interval_batches)


def pending_options(settings: Settings) -> PendingOptions:
    """Return what waits for its label, and where."""
    pending = settings.intake.pending
    return PendingOptions(
        ttl=round(pending.ttl_seconds * 1000),
        entries=pending.max_entries,
        hot_entries=min(pending.hot_entries, pending.max_entries),
        directory=pending.directory,
        reused_ids=pending.reused_ids,
        declarations=declarations(settings),
    )


def prediction_fields(settings: Settings) -> FieldMap:
    """Return where the fields of predictions stand."""
    return FieldMap(paths=settings.intake.prediction_fields, model=settings.intake.model)


def label_fields(settings: Settings) -> FieldMap:
    """Return where the fields of labels stand."""
    # Without the model: a label that names one is taken to carry its prediction.
    rates = {rate.field for known in settings.models.values() for rate in _rates(known)}
    return FieldMap(paths=settings.intake.label_fields, rates=tuple(sorted(rates)))


def monitor_options(settings: Settings, model: str) -> MonitorOptions:
    """Return how a model is watched; one that the settings do not name has the defaults."""
    known = settings.models.get(model, _UNNAMED)
    own, general = known.monitor, settings.monitor
    detectors = general.detectors if own.detectors is None else own.detectors
    return MonitorOptions(
        detectors=tuple(_detector(each) for each in detectors),
        burn_in=general.burn_in if own.burn_in is None else own.burn_in,
        bins=general.bins if own.bins is None else own.bins,
        false_alarms=FalseAlarms.of(
            general.false_alarms if own.false_alarms is None else own.false_alarms
        ),
        reference_after=frozenset(
            general.reference_after if own.reference_after is None else own.reference_after
        ),
        joint_limit=None if (own.joint or general.joint) is Joint.AUTO else 0.0,
        season=own.season or general.season,
        seasons=known.seasons,
        kinds=known.kinds,
        critical=known.critical,
        ignored=known.ignored,
        learns_on=known.learns_on,
        most_columns=settings.limits.columns_per_model,
        task=_task(known),
        names_classes=_names_classes(known),
        spellings=known.values.over(settings.values),
        class_names=known.classes,
        label_names=tuple(known.label_names.items()),
        thresholds=tuple(map(Threshold.of, known.thresholds)),
        performance=performance_options(settings, known),
    )


def _task(known: ModelSettings) -> Task:
    """Return what a model predicts: its errors are distances where all its thresholds are."""
    metrics = [Threshold.of(each).metric for each in known.thresholds]
    if known.task is Task.AUTO and metrics and not any(each.is_of_classes for each in metrics):
        return Task.REGRESSION
    return known.task


def _names_classes(known: ModelSettings) -> bool:
    """Tell whether anything that is said of a model is of classes."""
    own = known.performance
    metrics = [
        *(Threshold.of(each).metric for each in known.thresholds),
        *(each.compared.metric for each in known.comparison.metrics),
    ]
    return (
        bool(known.classes or known.label_names or own.positive is not None)
        or any(name in CLASSIFICATION for name in own.metrics or ())
        or any(metric.is_of_classes for metric in metrics)
    )


def performance_options(settings: Settings, known: ModelSettings) -> PerformanceOptions:
    """Return how the performance of a model is told."""
    general, own = settings.performance, known.performance
    return PerformanceOptions(
        rows=general.rows,
        window=round(general.window_seconds * 1000),
        kept=general.windows,
        metrics=own.metrics or (),
        positive=own.positive,
        threshold=own.threshold,
        score_of=own.score,
        quantile=own.quantile,
        rates=_rates(known),
    )


def _rates(known: ModelSettings) -> tuple[Rate, ...]:
    return tuple(each.rate(name) for name, each in known.rates.items())


def row_consumers(settings: Settings, model: str, version: str) -> tuple[RowConsumer, ...]:
    """Return what sees the rows of a new model version besides its columns."""
    options = monitor_options(settings, model)
    consumers: list[RowConsumer] = []
    if options.thresholds:
        consumers.append(ThresholdWatch((model, version), options))
    if settings.performance.enabled:
        consumers.append(PerformanceWatch((model, version), options))
        consumers.append(LabelWatch((model, version), options))
    if conditions := row_conditions(settings, model):
        consumers.append(TriggerWatch((model, version), conditions))
    return tuple(consumers)


def comparison_options(settings: Settings, model: str) -> ComparisonOptions | None:
    """Return how the versions of a model are compared; None where they are not."""
    return settings.models.get(model, _UNNAMED).comparison.options


def routing_options(settings: Settings, model: str) -> RoutingOptions | None:
    """Return what Driftline may do with the routes of a model; None where that is nothing."""
    return settings.models.get(model, _UNNAMED).routing.options


def rollback_options(settings: Settings, model: str) -> RollbackOptions | None:
    """Return when the rollback of a model is asked for; None where it never is."""
    return settings.models.get(model, _UNNAMED).rollback.options


def row_conditions(settings: Settings, model: str) -> tuple[OfRows, ...]:
    """Return the conditions of a model's triggers that its rows can meet, each once."""
    trigger = settings.models.get(model, _UNNAMED).retraining.trigger
    if trigger is None:
        return ()
    enough = policy_options(settings, model).labelled_rows
    conditions = dict.fromkeys(each for each in leaves_of(trigger) if isinstance(each, OfRows))
    return tuple(
        replace(each, labelled_rows=enough) if isinstance(each, Cost) else each
        for each in conditions
    )


def declarations(settings: Settings) -> Declarations:
    """Return how the values of models' events are to be read."""
    return Declarations(
        Declared(spellings=settings.values.spellings),
        {
            name: Declared(known.kinds, known.values.over(settings.values), known.classes)
            for name, known in settings.models.items()
        },
    )


def policy_options(settings: Settings, model: str | None = None) -> PolicyOptions:
    """Return when a retraining is asked for: of a model, or of those that are not named."""
    policy = settings.policy
    known = _UNNAMED if model is None else settings.models.get(model, _UNNAMED)
    own = known.retraining
    return PolicyOptions(
        trigger=own.trigger or usual_trigger(policy.features),
        window=policy.window_seconds,
        cooldown=_first(own.cooldown_seconds, policy.cooldown_seconds),
        expiry=_first(own.expiry_seconds, policy.expiry_seconds),
        labelled_rows=_first(own.labelled_rows, policy.labelled_rows),
    )


def new_fleet(settings: Settings) -> Fleet:
    """Return the models of one partition, none as yet."""
    return Fleet(
        partial(monitor_options, settings),
        most_models=_share(settings, settings.limits.models),
        most_columns=_share(settings, settings.limits.columns),
        consumers_of=partial(row_consumers, settings),
        compared_by=partial(comparison_options, settings),
        routed_by=partial(routing_options, settings),
        rolled_back_by=partial(rollback_options, settings),
    )


def new_policy(settings: Settings) -> RetrainPolicy:
    """Return the retrain policy of one partition."""
    return RetrainPolicy(
        policy_options(settings),
        {name: policy_options(settings, name) for name in settings.models},
        most_models=_share(settings, settings.limits.models),
    )


def _first(own: NumberT | None, general: NumberT) -> NumberT:
    return general if own is None else own


def _share(settings: Settings, limit: int) -> int:
    """Return what of a worker's limit one partition may use.

    A worker that has them all stays within the limit. What a partition has no room for must not
    depend on which others the worker has: the same log would not give the same alerts.
    """
    return max(limit // settings.topics.partitions, 1)


def _detector(settings: DetectorSettings) -> DetectorOptions:
    return DetectorOptions(settings.kind, settings.parameters, settings.views)
