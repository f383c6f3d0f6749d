"""What a stage reports of the model versions of a fleet."""

from collections.abc import Iterable

from agents.stages.telemetry import ModelStatus, ThresholdStatus
from detectors.monitors.column_figures import figures_of
from detectors.monitors.fleet import Fleet
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.threshold_watch import ThresholdWatch
from detectors.performance.error import Task
from schemas.tables.model_version import ModelVersion


def statuses_of(fleet: Fleet, changed: Iterable[ModelVersion]) -> list[ModelStatus]:
    """Return the present statuses of those of some versions that are watched."""
    monitors = (fleet.monitor(*key) for key in changed)
    return [_status(fleet, monitor) for monitor in monitors if monitor is not None]


def _status(fleet: Fleet, monitor: ModelMonitor) -> ModelStatus:
    key = (monitor.model, monitor.version)
    return ModelStatus(
        model=monitor.model,
        version=monitor.version,
        rows=monitor.rows,
        labelled_rows=monitor.labelled_rows,
        replayed_rows=monitor.replayed_rows,
        refused_columns=monitor.refused_columns,
        newest=monitor.newest / 1000,
        task=monitor.task.settled or Task.AUTO,
        status=fleet.versions.status_of(key),
        open_alerts=fleet.versions.open_alerts_of(key),
        labels=fleet.versions.labels_of(key),
        columns=dict(
            zip(
                monitor.columns,
                figures_of(monitor.columns.values()),
                strict=True,
            )
        ),
        references=monitor.given_outcomes(),
        thresholds={
            str(check.threshold): ThresholdStatus(check.losses, check.is_breached, check.uncompared)
            for consumer in monitor.consumers
            if isinstance(consumer, ThresholdWatch)
            for check in consumer.checks
        },
    )
