"""What of an alert counts towards a retraining: evidence of each column or metric."""

from typing import Final

from detectors.retraining.evidence import AlertEvidence
from schemas.events.alert import Alert, Severity
from schemas.events.drift_alert import DriftAlert
from schemas.events.model_alert import ChangedColumn, ModelAlert
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.retrain_request import AlertReference
from schemas.events.times import parse_time

MOST_OF_MODEL: Final = 100
"""Columns of a model's alert that a request can rest on: critical ones, then the first."""


def counted_in(alert: Alert) -> list[AlertEvidence]:
    """Return the evidence that an alert is; none where it asks for no retraining.

    Drift does that is more than news, of several columns together each as in an alert of its own,
    and performance that is worse than it may be: what is missing or broken in the data of other
    alerts would be learned with it.
    """
    if isinstance(alert, ModelAlert):
        named = sorted(alert.columns, key=lambda each: each.severity is not Severity.CRITICAL)
        return [_of_column(alert, each) for each in named[:MOST_OF_MODEL]]
    if not isinstance(alert, DriftAlert | PerformanceAlert) or alert.severity is Severity.INFO:
        return []
    return [AlertEvidence.of(alert)]


def _of_column(alert: ModelAlert, column: ChangedColumn) -> AlertEvidence:
    since, found = column.change_at.time, alert.detected_at.time
    reference = AlertReference(
        alert_id=alert.alert_id,
        kind=column.kind,
        severity=column.severity,
        feature=column.feature,
        time=found,
        since=since,
    )
    times = parse_time(found), parse_time(since)
    return AlertEvidence(*times, reference, column.change_at, alert.detected_at)
