"""Raw aiokafka, records by the thousands, and River."""

import asyncio

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.contenders.meter import Meter
from benchmarks.contenders.river_work import RiverWork, encoded
from benchmarks.contenders.task import Task, task_from_arguments


async def consume(task: Task) -> None:
    """Process every event of the task."""
    meter, work = Meter(task.events), RiverWork()
    consumer = AIOKafkaConsumer(
        task.topic,
        bootstrap_servers=task.bootstrap,
        group_id=task.group,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=task.bootstrap)
    await producer.start()
    await consumer.start()
    while True:
        batches = await consumer.getmany(timeout_ms=1000, max_records=5000)
        for records in batches.values():
            meter.begin()
            for record in records:
                for alert in work.take(orjson.loads(record.value)):
                    meter.alerts += 1
                    await producer.send(task.alerts, encoded(alert))
            if meter.processed(len(records)):
                await producer.flush()
                meter.finish()


if __name__ == "__main__":
    asyncio.run(consume(task_from_arguments()))
