"""Driftline: the application as it is, with all of its stages and defaults, metrics included.

It watches what the others do and more: four detectors on each feature (both kinds on two rank
streams), the same on the prediction and on its score, the predictions kept for their labels.
Left out is the HTTP server alone, which idles while nobody scrapes it.

Its topic ends with the task's last event: intake may be ahead of detection, and what it took beyond
the last event would be work that nobody counts. For the same reason it waits, once it has taken
what the models need to settle, until detection has as well.
"""

import asyncio

from faust.types import TP

from agents.transport.app import BatchApp
from app.factory import create_app
from app.kafka.topics import ensure_topics
from app.metrics import Metrics
from app.settings import Settings, TopicRole, load_settings
from app.worker.allocator import share_one_arena
from app.worker.process import run
from app.worker.warm_up import warm_up
from benchmarks.contenders.meter import Meter
from benchmarks.contenders.task import Task, task_from_arguments
from schemas.events.alert import Alert
from schemas.tables.observations import Origin


class CountingMetrics(Metrics):
    """The worker's own metrics; ends the run when detection has handled the task's rows.

    Attributes
    ----------
    app
        Whose these are, once there is one.
    """

    def __init__(self, task: Task, settings: Settings) -> None:
        super().__init__(label_values=settings.limits.metric_label_values)
        self.app: BatchApp | None = None
        # The prefix keeps these apart from the attributes of the class that is extended.
        self._bench_task = task
        self._bench_accepted = 0
        self._bench_watched = 0
        self._bench_uncounted = 0
        self._bench_held: set[TP] = set()
        self._bench_meter: Meter | None = None

    def batch_handled(self, stage: str, seconds: float) -> None:
        """Begin after intake's first round, which is not counted: its decoding is over by now."""
        super().batch_handled(stage, seconds)
        if self._bench_accepted and not self._bench_task.settling:
            self._begin()

    def rows_accepted(self, origin: Origin, model: str, version: str, rows: int) -> None:
        """Count what intake has taken; when that is enough to settle, have it wait."""
        super().rows_accepted(origin, model, version, rows)
        self._bench_accepted += rows
        if self._bench_meter or self._bench_held or self.app is None:
            return
        if self._bench_accepted >= self._bench_task.settling > 0:
            partitions = self.app.consumer.assignment()
            self._bench_held = {tp for tp in partitions if tp.topic == self._bench_task.topic}
            self.app.consumer.pause_partitions(self._bench_held)

    def rows_watched(self, origin: Origin, rows: int) -> None:
        """Count what detection has handled; when that is what intake has taken, go on."""
        super().rows_watched(origin, rows)
        self._bench_watched += rows
        if self._bench_meter is None:
            if self._bench_held and self._bench_watched == self._bench_accepted:
                self._begin()
                if self.app is not None:
                    self.app.consumer.resume_partitions(self._bench_held)
        elif self._bench_watched >= self._bench_uncounted:
            counted = min(rows, self._bench_watched - self._bench_uncounted)
            if self._bench_meter.processed(counted):
                self._bench_meter.finish()

    def _begin(self) -> None:
        """Begin to measure what comes after the rows that were accepted before."""
        if self._bench_meter is None:
            self._bench_uncounted = self._bench_accepted
            self._bench_meter = Meter(self._bench_task.events - self._bench_uncounted)
            self._bench_meter.begin()

    def alert_raised(self, alert: Alert) -> None:
        """Count the alert."""
        super().alert_raised(alert)
        if self._bench_meter is not None:
            self._bench_meter.alerts += 1


def settings_of(task: Task, **others: str) -> Settings:
    """Return the defaults, with topics of this run, and with other settings by their paths."""
    given = {TopicRole.PREDICTIONS: task.topic, TopicRole.ALERTS: task.alerts}
    if task.labels:
        given[TopicRole.LABELS] = task.labels
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
    metrics = CountingMetrics(task, settings)
    metrics.app = create_app(settings, telemetry=metrics)
    return run(metrics.app)


if __name__ == "__main__":
    raise SystemExit(main(task_from_arguments()))
