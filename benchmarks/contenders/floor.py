"""The floor: raw aiokafka and orjson; it detects nothing."""

import asyncio

import orjson
from aiokafka import AIOKafkaConsumer

from benchmarks.contenders.meter import Meter
from benchmarks.contenders.task import Task, task_from_arguments


async def consume(task: Task) -> None:
    """Decode every event of the task."""
    meter = Meter(task.events)
    consumer = AIOKafkaConsumer(
        task.topic,
        bootstrap_servers=task.bootstrap,
        group_id=task.group,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    while True:
        batches = await consumer.getmany(timeout_ms=1000, max_records=5000)
        for records in batches.values():
            meter.begin()
            for record in records:
                orjson.loads(record.value)
            if meter.processed(len(records)):
                meter.finish()


if __name__ == "__main__":
    asyncio.run(consume(task_from_arguments()))
