"""Quix Streams and River."""

from typing import Any

from quixstreams import Application  # type: ignore[import-not-found] # in an environment of its own

from benchmarks.contenders.meter import Meter
from benchmarks.contenders.river_work import RiverWork
from benchmarks.contenders.task import Task, task_from_arguments


def consume(task: Task) -> None:
    """Process every event of the task."""
    meter, work = Meter(task.events), RiverWork()
    app = Application(
        broker_address=task.bootstrap,
        consumer_group=task.group,
        auto_offset_reset="earliest",
        loglevel="WARNING",
    )
    predictions = app.topic(task.topic, value_deserializer="json")
    alerts = app.topic(task.alerts, value_serializer="json")

    def detect(event: dict[str, Any]) -> list[dict[str, Any]]:
        meter.begin()
        found = work.take(event)
        meter.alerts += len(found)
        if meter.processed():
            meter.finish()
        return found

    app.dataframe(predictions).apply(detect, expand=True).to_topic(alerts)
    app.run()


if __name__ == "__main__":
    consume(task_from_arguments())
