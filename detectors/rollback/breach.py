"""A threshold that a version has crossed, as the evidence of a rollback request."""

from schemas.events.performance_alert import PerformanceAlert
from schemas.events.rollback_request import RollbackCause, RollbackEvidence


def breach_of(alert: PerformanceAlert) -> RollbackEvidence:
    """Return what an alert of a crossed threshold says."""
    return RollbackEvidence(
        cause=RollbackCause.THRESHOLD,
        found_in=alert.alert_id,
        metric=alert.subject,
        value=alert.value,
        expected=alert.bound,
        rows=alert.losses_since_change,
        statistic=alert.statistic,
        limit=alert.limit,
        at=alert.detected_at,
    )
