"""Sends the demo's traffic in real time."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

from app.demo.outbox import Outbox
from app.demo.scenario import Scenario
from app.demo.schedule import Schedule
from app.demo.traffic import Traffic

_TICK: Final = 0.02


class Sender:
    """Sends predictions at the schedule's rate, and each label when it is due.

    Parameters
    ----------
    outbox
        What takes them.
    scenario, traffic, schedule
        What is sent, and when.
    on_shift
        Awaited at the moment of the shift: everything from before it is acknowledged, and nothing
        is sent until it returns.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        scenario: Scenario,
        traffic: Traffic,
        schedule: Schedule,
        on_shift: Callable[[], Awaitable[None]],
    ) -> None:
        self._outbox = outbox
        self._scenario = scenario
        self._traffic = traffic
        self._schedule = schedule
        self._on_shift = on_shift
        self._began = monotonic()

    @property
    def predictions_sent(self) -> int:
        """Predictions that were handed to the producer."""
        return self._traffic.produced

    @property
    def labels_sent(self) -> int:
        """Labels that were handed to the producer."""
        return self._outbox.labels_sent

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
            await self._outbox.send_due()
            await asyncio.sleep(_TICK)
        await self._outbox.flush()

    async def _send_predictions(self) -> None:
        due = int(self.seconds * self._schedule.rate) - self._traffic.produced
        if not self._traffic.shifted:
            quiet = self._schedule.shift_row - self._traffic.produced
            if due > quiet:
                await self._send_transactions(quiet)
                await self._outbox.flush()
                await self._on_shift()
                self._traffic.shift()
                due -= quiet
        await self._send_transactions(due)

    async def _send_transactions(self, count: int) -> None:
        for transaction in self._traffic.take(max(count, 0)):
            await self._outbox.predict(self._scenario, transaction)
