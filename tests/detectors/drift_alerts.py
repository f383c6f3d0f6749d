"""Alerts, and drift alerts, among events of all kinds."""

from collections.abc import Iterable

from schemas.events.alert import Alert
from schemas.events.drift_alert import DriftAlert
from schemas.events.published import PublishedEvent


def alerts_in(events: Iterable[PublishedEvent]) -> list[Alert]:
    """Return the alerts, in their order."""
    return [event for event in events if isinstance(event, Alert)]


def drift_alerts(events: Iterable[PublishedEvent]) -> list[DriftAlert]:
    """Return the drift alerts, in their order."""
    return [event for event in events if isinstance(event, DriftAlert)]
