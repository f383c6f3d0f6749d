"""Stock Faust, one event at a time, and River."""

import asyncio
from typing import Any

import faust

from benchmarks.contenders.meter import Meter
from benchmarks.contenders.river_work import RiverWork
from benchmarks.contenders.task import Task, task_from_arguments


def create(task: Task) -> faust.App:
    """Return the app."""
    meter, work = Meter(task.events), RiverWork()
    app = faust.App(
        task.group,
        broker=f"kafka://{task.bootstrap}",
        value_serializer="json",  # orjson's, where that is installed
        web_enabled=False,
        topic_disable_leader=True,
    )
    predictions = app.topic(task.topic, key_type=bytes)
    alerts = app.topic(task.alerts)

    @app.agent(predictions)
    async def watch(stream: faust.StreamT[Any]) -> None:
        async for event in stream:
            meter.begin()
            for alert in work.take(event):
                meter.alerts += 1
                await alerts.send(value=alert)
            if meter.processed():
                await app.producer.flush()
                meter.finish()

    return app


async def run(task: Task) -> None:
    """Run the app until its last event ends the process."""
    await create(task).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(task_from_arguments()))
