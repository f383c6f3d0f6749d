"""From evidence to the retrain request that people and pipelines read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from detectors.requests.options import SECONDS
from detectors.retraining.conditions import (
    Corrections,
    Cost,
    Drift,
    Leaf,
    Performance,
    Schedule,
    Volume,
)
from detectors.retraining.evidence import AlertEvidence, Evidence, SignalEvidence
from detectors.retraining.options import PolicyOptions
from schemas.events.alert import AlertKind, Severity
from schemas.events.identity import stable_id
from schemas.events.position import Position
from schemas.events.request import Priority
from schemas.events.retrain_request import RetrainRequest, TrainingRange, Trigger
from schemas.events.times import format_time
from schemas.tables.model_version import ModelVersion

MOST_NAMED: Final = 5
"""Drifted columns that the sentence for people names."""

_TRIGGER: Final[Mapping[type[Leaf], Trigger]] = {
    Performance: Trigger.PERFORMANCE,
    Volume: Trigger.VOLUME,
    Schedule: Trigger.SCHEDULE,
    Cost: Trigger.COST,
    Corrections: Trigger.CORRECTIONS,
}
_PRIORITY: Final = {
    Trigger.PERFORMANCE: Priority.HIGH,
    Trigger.COST: Priority.HIGH,
    Trigger.CRITICAL_FEATURE: Priority.HIGH,
    Trigger.CONCEPT: Priority.HIGH,
    Trigger.FEATURES: Priority.NORMAL,
    Trigger.CORRECTIONS: Priority.NORMAL,
    Trigger.VOLUME: Priority.LOW,
    Trigger.SCHEDULE: Priority.LOW,
}
_RANK: Final = {Priority.LOW: 0, Priority.NORMAL: 1, Priority.HIGH: 2}


class Asked(NamedTuple):
    """What a request is made of.

    Attributes
    ----------
    key
        Whose it is.
    replaces
        What a new version would take the place of.
    causes
        The conditions that hold, at least one.
    evidence
        All that counts, by time, at least one.
    """

    key: ModelVersion
    replaces: str
    causes: Sequence[Leaf]
    evidence: Sequence[Evidence]


def request_of(asked: Asked, options: PolicyOptions) -> RetrainRequest:
    """Return the request; its time and id are those of the latest evidence."""
    (model, version), evidence = asked.key, asked.evidence
    latest, trigger = evidence[-1], trigger_of(asked.causes[0])
    now = latest.found
    alerts = [each for each in evidence if isinstance(each, AlertEvidence)]
    signals = [each for each in evidence if isinstance(each, SignalEvidence)]
    subjects = list(dict.fromkeys(each.reference.feature for each in alerts))
    drifted = {
        each.reference.feature
        for each in alerts
        if each.reference.kind is not AlertKind.PERFORMANCE
    }
    priorities = [_PRIORITY[trigger_of(each)] for each in asked.causes]
    training = _training(alerts or signals, now, options)
    return RetrainRequest(
        request_id=stable_id(model, version, trigger, latest.id),
        model=model,
        version=version,
        replaces=asked.replaces,
        trigger=trigger,
        causes=[str(each) for each in asked.causes],
        priority=max(priorities, key=_RANK.__getitem__),
        alerts=[each.reference for each in alerts],
        signals=[each.reference for each in signals],
        features=[subject for subject in subjects if subject in drifted],
        data_since=training.since,
        training=training,
        requested_at=format_time(now),
        cooldown_until=format_time(now + round(options.cooldown * SECONDS)),
        expires_at=format_time(now + round(options.expiry * SECONDS)),
        message=_sentence(asked.key, trigger, subjects, signals),
    )


def trigger_of(cause: Leaf) -> Trigger:
    """Return the kind of a condition as requests tell it."""
    if not isinstance(cause, Drift):
        return _TRIGGER[type(cause)]
    if cause.severity is Severity.CRITICAL and cause.features == 1:
        if cause.kinds == {AlertKind.FEATURE}:
            return Trigger.CRITICAL_FEATURE
        if cause.kinds == {AlertKind.CONCEPT}:
            return Trigger.CONCEPT
    return Trigger.FEATURES


def _training(evidence: Sequence[Evidence], now: int, options: PolicyOptions) -> TrainingRange:
    counted = [each.labelled for each in evidence if each.labelled is not None]
    labelled = max(counted, default=None)
    return TrainingRange(
        since=format_time(min(each.changed for each in evidence)),
        until=format_time(now),
        begin=_extremes((each.begin for each in evidence), min),
        end=_extremes((each.end for each in evidence), max),
        labelled_rows=labelled,
        is_enough=None if labelled is None else labelled >= options.labelled_rows,
    )


def _extremes(
    positions: Iterable[Position | None], extreme: Callable[[Iterable[int]], int]
) -> list[Position]:
    """Return the first, or the last, position in each partition, by topic and partition."""
    found: dict[tuple[str, int], Position] = {}
    for each in positions:
        if each is None:
            continue
        place = each.topic, each.partition
        known = found.get(place)
        if known is None or extreme((known.offset, each.offset)) != known.offset:
            found[place] = each
    return [found[place] for place in sorted(found)]


def _sentence(
    key: ModelVersion, trigger: Trigger, subjects: list[str], signals: list[SignalEvidence]
) -> str:
    model, version = key
    said = []
    if subjects:
        is_worse = trigger is Trigger.PERFORMANCE
        verb = "is worse than it may be in" if is_worse else "drifted in"
        said.append(f"{verb} {_listed(subjects)}")
    if signals:
        said.append(f"has met {', '.join(each.reference.condition for each in signals)}")
    return f"Retrain {model}: version {version} {' and '.join(said)} ({trigger.replace('_', ' ')})."


def _listed(features: list[str]) -> str:
    more = len(features) - MOST_NAMED
    return ", ".join(features[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
