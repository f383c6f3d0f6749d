"""Drift alerts among those of all kinds."""

from collections.abc import Iterable

from schemas.events.alert import Alert
from schemas.events.drift_alert import DriftAlert


def drift_alerts(alerts: Iterable[Alert]) -> list[DriftAlert]:
    """Return the drift alerts, in their order."""
    return [alert for alert in alerts if isinstance(alert, DriftAlert)]
