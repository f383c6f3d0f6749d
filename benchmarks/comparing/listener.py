"""Takes the records of a topic as they come, in a thread of its own."""

import threading
from collections.abc import Callable
from typing import Self

from confluent_kafka import Consumer, Message, TopicPartition


class Listener:
    """Takes the records of a topic from its beginning, until the block ends.

    Parameters
    ----------
    bootstrap, topic
        Where; the topic exists.
    take
        Gets each record, in the thread.
    """

    def __init__(self, bootstrap: str, topic: str, take: Callable[[Message], None]) -> None:
        self._take = take
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "listener"})
        partitions = self._consumer.list_topics(topic, 10.0).topics[topic].partitions
        self._consumer.assign([TopicPartition(topic, each, 0) for each in partitions])
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join(10.0)
        self._consumer.close()

    def _run(self) -> None:
        while not self._is_over.is_set():
            message = self._consumer.poll(0.05)
            if message is not None and message.error() is None:
                self._take(message)
