"""Sends a demo's predictions, and each label when it is due."""

import asyncio
import heapq
from time import monotonic, time
from typing import Any

import orjson

from app.demo.scenario import Scenario
from app.demo.traffic import Transaction, label_document, prediction_document
from schemas.events.times import format_time


class Outbox:
    """Records on their way to a broker.

    Parameters
    ----------
    producer
        A started `AIOKafkaProducer`.
    predictions, labels
        Full names of the topics.

    Attributes
    ----------
    labels_sent
        Labels that were handed to the producer.
    """

    def __init__(self, producer: Any, *, predictions: str, labels: str) -> None:
        self._producer = producer
        self._predictions = predictions
        self._labels = labels
        self._due: list[tuple[float, int, Transaction]] = []
        self._error: BaseException | None = None
        self.labels_sent = 0

    async def predict(self, scenario: Scenario, transaction: Transaction) -> None:
        """Send a prediction of the scenario's model version, and owe its labels."""
        key = f"{transaction.number:08d}"
        document = prediction_document(scenario, transaction, key, _now())
        for delay in transaction.label_delays:
            heapq.heappush(self._due, (monotonic() + delay, transaction.number, transaction))
        await self._send(self._predictions, key, document)

    async def send_due(self) -> None:
        """Send the labels that are due.

        Raises
        ------
        aiokafka.errors.KafkaError
            If a record was not acknowledged.
        """
        while self._due and self._due[0][0] <= monotonic():
            _, number, transaction = heapq.heappop(self._due)
            key = f"{number:08d}"
            await self._send(self._labels, key, label_document(transaction, key, _now()))
            self.labels_sent += 1
        if self._error is not None:
            raise self._error

    async def flush(self) -> None:
        """Wait until all that was sent is settled."""
        await self._producer.flush()

    async def _send(self, topic: str, key: str, document: dict[str, Any]) -> None:
        value = orjson.dumps(document)
        sent = await self._producer.send(topic, key=key.encode(), value=value)
        sent.add_done_callback(self._settled)

    def _settled(self, sent: "asyncio.Future[Any]") -> None:
        if not sent.cancelled() and sent.exception() is not None:
            self._error = self._error or sent.exception()


def _now() -> str:
    return format_time(int(time() * 1000))
