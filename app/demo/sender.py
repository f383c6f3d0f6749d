"""Sends the demo's traffic in real time."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from time import monotonic, time
from typing import Any, Final

import orjson

from app.demo.scenario import Scenario
from app.demo.schedule import Schedule
from app.demo.traffic import Traffic, Transaction, label_document, prediction_document
from schemas.events.times import format_time

_TICK: Final = 0.02


class Sender:
    """Sends predictions at the schedule's rate, and each label when it is due.

    Parameters
    ----------
    producer
        A started `AIOKafkaProducer`.
    predictions, labels
        Full names of the topics.
    scenario, traffic, schedule
        What is sent, and when.
    on_shift
        Awaited at the moment of the shift: everything from before it is acknowledged, and nothing
        is sent until it returns.
    """

    def __init__(
        self,
        producer: Any,
        *,
        predictions: str,
        labels: str,
        scenario: Scenario,
        traffic: Traffic,
        schedule: Schedule,
        on_shift: Callable[[], Awaitable[None]],
    ) -> None:
        self._producer = producer
        self._predictions = predictions
        self._labels = labels
        self._scenario = scenario
        self._traffic = traffic
        self._schedule = schedule
        self._on_shift = on_shift
        self._due: list[tuple[float, int, Transaction]] = []
        self._error: BaseException | None = None
        self._began = monotonic()
        self.labels_sent = 0

    @property
    def predictions_sent(self) -> int:
        """Predictions that were handed to the producer."""
        return self._traffic.produced

    @property
    def seconds(self) -> float:
        """Seconds since the traffic began."""
        return monotonic() - self._began

    async def run(self, *, endless: bool) -> None:
        """Send until the schedule ends, or without end.

        Raises
        ------
        aiokafka.errors.KafkaError
            If a record was not acknowledged.
        """
        self._began = monotonic()
        while endless or self.seconds < self._schedule.seconds:
            await self._send_predictions()
            await self._send_labels()
            if self._error is not None:
                raise self._error
            await asyncio.sleep(_TICK)
        await self._producer.flush()

    async def _send_predictions(self) -> None:
        due = int(self.seconds * self._schedule.rate) - self._traffic.produced
        if not self._traffic.shifted:
            quiet = self._schedule.shift_row - self._traffic.produced
            if due > quiet:
                await self._send_transactions(quiet)
                await self._producer.flush()
                await self._on_shift()
                self._traffic.shift()
                due -= quiet
        await self._send_transactions(due)

    async def _send_transactions(self, count: int) -> None:
        for transaction in self._traffic.take(max(count, 0)):
            key = f"{transaction.number:08d}"
            document = prediction_document(self._scenario, transaction, key, _now())
            for delay in transaction.label_delays:
                moment = monotonic() + delay
                heapq.heappush(self._due, (moment, transaction.number, transaction))
            await self._send(self._predictions, key, document)

    async def _send_labels(self) -> None:
        while self._due and self._due[0][0] <= monotonic():
            _, number, transaction = heapq.heappop(self._due)
            key = f"{number:08d}"
            await self._send(self._labels, key, label_document(transaction, key, _now()))
            self.labels_sent += 1

    async def _send(self, topic: str, key: str, document: dict[str, Any]) -> None:
        value = orjson.dumps(document)
        sent = await self._producer.send(topic, key=key.encode(), value=value)
        sent.add_done_callback(self._settled)

    def _settled(self, sent: "asyncio.Future[Any]") -> None:
        if not sent.cancelled() and sent.exception() is not None:
            self._error = self._error or sent.exception()


def _now() -> str:
    return format_time(int(time() * 1000))
