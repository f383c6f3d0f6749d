"""confluent-kafka, records by the thousands, and River."""

import orjson
from confluent_kafka import Consumer, KafkaException, Producer

from benchmarks.contenders.meter import Meter
from benchmarks.contenders.river_work import RiverWork, encoded
from benchmarks.contenders.task import Task, task_from_arguments


def consume(task: Task) -> None:
    """Process every event of the task."""
    meter, work = Meter(task.events), RiverWork()
    consumer = Consumer(
        {
            "bootstrap.servers": task.bootstrap,
            "group.id": task.group,
            "auto.offset.reset": "earliest",
        }
    )
    producer = Producer({"bootstrap.servers": task.bootstrap})
    consumer.subscribe([task.topic])
    while True:
        messages = consumer.consume(num_messages=5000, timeout=1.0)
        if messages:
            meter.begin()
        for message in messages:
            if message.error() is not None:
                raise KafkaException(message.error())
            for alert in work.take(orjson.loads(message.value() or b"")):
                meter.alerts += 1
                producer.produce(task.alerts, encoded(alert))
        producer.poll(0)
        if meter.processed(len(messages)):
            producer.flush()
            meter.finish()


if __name__ == "__main__":
    consume(task_from_arguments())
