"""Turns a metric that has crossed its threshold into the alert that people and pipelines read."""

from typing import Final

from detectors.alerts.sentences import performance_sentence
from detectors.performance.threshold import Threshold
from detectors.performance.threshold_check import Turn
from schemas.events.alert import AlertStatus, Severity
from schemas.events.identity import stable_id
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.position import Position
from schemas.events.reference_figure import ReferenceFigure
from schemas.tables.model_version import ModelVersion

_LEVEL: Final = 0.05
"""Share of references that lie outside of the interval that is told."""


def performance_alert_of(
    turn: Turn,
    threshold: Threshold,
    identity: ModelVersion,
    *,
    change_at: Position,
    detected_at: Position,
) -> PerformanceAlert:
    """Return the alert of one turn: critical for the worse, and news for the better."""
    model, version = identity
    status = AlertStatus.OPENED if turn.is_breach else AlertStatus.RESOLVED
    at = detected_at.topic, detected_at.partition, detected_at.offset
    return PerformanceAlert(
        alert_id=stable_id(model, version, str(threshold), status, *at),
        status=status,
        severity=Severity.CRITICAL if turn.is_breach else Severity.INFO,
        model=model,
        version=version,
        threshold=str(threshold),
        metric=threshold.metric,
        of_class=threshold.of_class,
        bound=turn.bound,
        reference=_figure_of(turn, threshold),
        value=turn.value,
        losses_since_change=turn.crossing.losses,
        statistic=turn.crossing.statistic,
        limit=turn.crossing.limit,
        change_at=change_at,
        detected_at=detected_at,
        message=performance_sentence(turn, threshold, identity),
    )


def _figure_of(turn: Turn, threshold: Threshold) -> ReferenceFigure | None:
    reference, inherited = turn.reference, turn.inherited
    if reference is None or threshold.base is None:
        return None
    low, high = reference.interval(_LEVEL)
    return ReferenceFigure(
        base=threshold.base,
        version=None if inherited is None else inherited.version,
        within_seconds=None if inherited is None else inherited.kept.within / 1000,
        value=reference.value,
        losses=reference.known.count,
        low=low,
        high=high,
    )
