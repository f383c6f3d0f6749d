"""The life of a model on a real broker: a worker at a time, which is killed again and again."""

from collections import defaultdict
from pathlib import Path
from time import monotonic

import orjson
from confluent_kafka import Consumer, Message, TopicPartition

from tests.agents.transport.worker_process import wait_until
from tests.pipeline.driftline import PARTITIONS, Kafka, Worker
from tests.pipeline.life.service import SETTINGS, Document


class OnKafka:
    """Writes and reads topics, and has a worker between.

    Parameters
    ----------
    client
        Of the topics.
    directory
        Of the workers' logs.

    Attributes
    ----------
    worker
        The one at work.
    kills
        How many were killed.
    """

    def __init__(self, client: Kafka, directory: Path) -> None:
        self._client = client
        self._directory = directory
        self._readers: dict[str, Consumer] = {}
        self._read: dict[str, list[Message]] = defaultdict(list)
        self.kills = 0
        self.worker = self._begin()

    def send(self, topic: str, key: str, document: Document) -> None:
        """Write a record, beside those of the same id."""
        if topic in {"predictions", "labels"}:
            self._client.send(topic, key, document, int(key[1:]) % PARTITIONS)
        else:
            self._client.send(topic, key, document)

    def settle(self, predictions: int) -> None:
        """Wait until the worker has counted all predictions."""
        self._client.flush()
        wait_until(lambda: self._counted() == predictions, within=120.0, why=self.worker.log)

    def found(self, topic: str) -> list[Document]:
        """Return all that a topic holds by now, in the order of its partitions."""
        return [orjson.loads(value) for each in self.messages(topic) if (value := each.value())]

    def messages(self, topic: str) -> list[Message]:
        """Return the messages of a topic, up to its end as it is now."""
        reader = self._readers.get(topic)
        partitions = [TopicPartition(self._client.prefix + topic, p, 0) for p in range(PARTITIONS)]
        if reader is None:
            reader = self._readers[topic] = Consumer(
                {
                    "bootstrap.servers": self._client.bootstrap,
                    "group.id": "life",
                    "log_level": 0,
                    # Where a topic ends is asked behind the fetches that wait for more.
                    "fetch.wait.max.ms": 20,
                }
            )
            reader.assign(partitions)
        ends = {
            each.partition: reader.get_watermark_offsets(each, timeout=20.0)[1]
            for each in partitions
        }
        limit = monotonic() + 60.0
        while any(
            max(each.offset, 0) < ends[each.partition] for each in reader.position(partitions)
        ):
            assert monotonic() < limit, f"{topic} is not read to its end"
            for message in reader.consume(500, 0.1):
                assert message.error() is None, message.error()
                self._read[topic].append(message)
        return self._read[topic]

    def strike(self) -> None:
        """Kill the worker before it has saved what it decided last, and start another one."""
        self.worker.kill()
        self.kills += 1
        self.worker = self._begin()

    def close(self) -> None:
        """End all."""
        self.worker.kill()
        for each in self._readers.values():
            each.close()

    def _begin(self) -> Worker:
        log = self._directory / f"{self.kills}.log"
        worker = Worker(self._client.bootstrap, self._client.prefix, log, **SETTINGS)
        worker.wait_until_ready()
        return worker

    def _counted(self) -> int:
        document = self.worker.document("/v1/models/fraud")
        return sum(each["rows"] for each in document.get("versions", ()))
