"""Model events, and what registries say of versions, in few words."""

from typing import Any

from schemas.documents import examples
from schemas.events.drift_alert import DriftAlert
from schemas.events.model_event import ModelEvent
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.times import parse_time
from schemas.events.version_record import VersionRecord


def at(text: str) -> int:
    """Return a time in milliseconds since the epoch."""
    return parse_time(text)


def event(kind: str, version: str | None, time: str, **more: Any) -> ModelEvent:
    """Return an event of the model ``fraud`` on the first of March 2026."""
    document = {"type": kind, "model": "fraud", "version": version, "timestamp": day(time), **more}
    return ModelEvent.model_validate(document)


def day(time: str) -> str:
    """Return RFC 3339 of a time of that day, such as ``12:00``."""
    return f"2026-03-01T{time}:00.000Z"


def statuses(records: list[VersionRecord]) -> dict[str, str]:
    """Return the status of each version."""
    return {each.version: str(each.status) for each in records}


def drift_alert(version: str, alert_id: str = "a") -> DriftAlert:
    """Return an alert of a version of that model."""
    document = {**examples.DRIFT_ALERT, "version": version, "alert_id": alert_id}
    return DriftAlert.model_validate(document)


def performance_alert(version: str, threshold: str, alert_id: str = "a") -> PerformanceAlert:
    """Return an alert of a threshold of a version of that model."""
    more = {"version": version, "alert_id": alert_id, "threshold": threshold}
    return PerformanceAlert.model_validate({**examples.PERFORMANCE_ALERT, **more})
