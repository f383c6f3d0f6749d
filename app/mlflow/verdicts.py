"""What is said of a version in MLflow: its tags `driftline.*`."""

from collections.abc import Iterator, Mapping
from typing import Final

from schemas.events.alert import Severity
from schemas.events.model_performance import ModelPerformance
from schemas.events.retrain_request import AlertReference
from schemas.events.version_record import VersionRecord

MOST_ALERTS: Final = 10
"""Alerts that are named, the latest; the number of all is told beside them."""

MOST_METRICS: Final = 10
"""Metrics that are named."""

NO_ROWS: Final = "no_rows"
DRIFTING: Final = "drifting"
OK: Final = "ok"


def verdicts(
    record: VersionRecord, last_good: str | None, performance: ModelPerformance | None = None
) -> Mapping[str, str]:
    """Return the tags of a version, by their keys.

    They change with what Driftline finds, and not with every row, so that MLflow is written to
    rarely.

    Parameters
    ----------
    record
        What is known of the version.
    last_good
        The version of the model to roll back to.
    performance
        How good it was in its latest window; None leaves the tag of the window before.
    """
    tags = {
        "driftline.status": str(record.status),
        "driftline.status_since": record.status_since or "never told",
        "driftline.open_alerts": str(len(record.open_alerts)),
        "driftline.alerts": "; ".join(_alerts(record)) or "none",
        "driftline.last_good_version": last_good or "none",
        "driftline.first_event": record.first_event or "none",
    }
    if performance is not None:
        tags["driftline.performance"] = _performance(performance)
    # Last, as it is written last: whoever sees it sees what it rests on.
    return {**tags, "driftline.verdict": _verdict(record)}


def _verdict(record: VersionRecord) -> str:
    if any(each.severity is not Severity.INFO for each in record.open_alerts):
        return DRIFTING
    return OK if record.rows else NO_ROWS


def _alerts(record: VersionRecord) -> Iterator[str]:
    latest = sorted(record.open_alerts, key=_found, reverse=True)
    for each in latest[:MOST_ALERTS]:
        yield f"{each.kind} of {each.feature} ({each.severity}) at {each.time}"


def _found(alert: AlertReference) -> tuple[str, str]:
    return alert.time, alert.alert_id


def _performance(told: ModelPerformance) -> str:
    known = (
        f"{name} {estimate.value:.4g}"
        for name, estimate in sorted(told.metrics.items())
        if estimate.value is not None
    )
    named = ", ".join(list(known)[:MOST_METRICS]) or "no metric has a value"
    return f"{named}; {told.rows} rows to {told.window.end}"
