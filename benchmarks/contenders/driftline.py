"""Driftline: the application as it is, with all of its stages and defaults, metrics included.

It watches what the others do and more: four detectors on each feature (both kinds on two rank
streams), the same on the prediction and on its score, the predictions kept for their labels.
Left out is the HTTP server alone, which idles while nobody scrapes it.

Its topic ends with the task's last event: intake may be ahead of detection, and what it took beyond
the last event would be work that nobody counts.
"""

import asyncio

from agents.process import run
from app.allocator import share_one_arena
from app.factory import create_app
from app.kernels import warm_up
from app.metrics import Metrics
from app.settings import Settings, TopicRole, load_settings
from app.topics import ensure_topics
from benchmarks.contenders.meter import Meter
from benchmarks.contenders.task import Task, task_from_arguments
from schemas.alert import Alert
from schemas.observations import Origin


class CountingMetrics(Metrics):
    """The worker's own metrics; ends the run when detection has handled the task's rows."""

    def __init__(self, task: Task, settings: Settings) -> None:
        super().__init__(label_values=settings.limits.metric_label_values)
        # The prefix keeps these apart from the attributes of the class that is extended.
        self._bench_uncounted = 0
        self._bench_events = task.events
        self._bench_settling = task.settling
        self._bench_meter: Meter | None = None

    def batch_handled(self, stage: str, seconds: float) -> None:
        """Begin after intake's first round, which is not counted: its decoding is over by now."""
        super().batch_handled(stage, seconds)
        if self._bench_meter is None and self._bench_uncounted and not self._bench_settling:
            self._bench_meter = Meter(self._bench_events - self._bench_uncounted)
            self._bench_meter.begin()

    def rows_accepted(self, origin: Origin, model: str, version: str, rows: int) -> None:
        """Count what is not counted."""
        super().rows_accepted(origin, model, version, rows)
        if self._bench_meter is None:
            self._bench_uncounted += rows

    def rows_watched(self, origin: Origin, rows: int) -> None:
        """Count what detection has handled."""
        super().rows_watched(origin, rows)
        if self._bench_settling:
            self._settle(rows)
            return
        passed = min(rows, self._bench_uncounted)
        self._bench_uncounted -= passed
        if self._bench_meter is not None and self._bench_meter.processed(rows - passed):
            self._bench_meter.finish()

    def _settle(self, rows: int) -> None:
        """Begin when detection has the references of all models behind it."""
        self._bench_events -= rows
        self._bench_settling = max(self._bench_settling - rows, 0)
        if not self._bench_settling:
            self._bench_uncounted = 0
            self._bench_meter = Meter(self._bench_events)
            self._bench_meter.begin()

    def alert_raised(self, alert: Alert) -> None:
        """Count the alert."""
        super().alert_raised(alert)
        if self._bench_meter is not None:
            self._bench_meter.alerts += 1


def settings_of(task: Task, **others: str) -> Settings:
    """Return the defaults, with topics of this run, and with other settings by their paths."""
    given = {TopicRole.PREDICTIONS: task.topic, TopicRole.ALERTS: task.alerts}
    topics = {f"topics.{role}": given.get(role, f"{task.group}-{role}") for role in TopicRole}
    return load_settings(
        None,
        {
            "kafka.bootstrap_servers": task.bootstrap,
            "kafka.group_id": task.group,
            "logging.level": "warning",
            **topics,
            **others,
        },
        {},
    )


def main(task: Task, **others: str) -> int:
    """Process the events of the task, with other settings by their paths."""
    settings = settings_of(task, **others)
    share_one_arena()
    warm_up()
    asyncio.run(ensure_topics(settings))
    return run(create_app(settings, telemetry=CountingMetrics(task, settings)))


if __name__ == "__main__":
    raise SystemExit(main(task_from_arguments()))
