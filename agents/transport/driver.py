"""
Faust's aiokafka transport with one event per round of slices.

Faust spends some 100 microseconds of CPU on every message; paid once per round of hundreds or
thousands of records it vanishes. What is kept of Faust: its services, rebalancing, generation ids
and flow control. What is replaced: the unit of delivery, and the bookkeeping of acks, whose
handling of offset gaps can commit what was never processed (faust-streaming issues 316, 606).
"""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.types import AppT, ConsumerT
from yarl import URL

from agents.transport.consumer import BatchedConsumer
from agents.transport.hooks import ConsumerHooks
from agents.transport.options import TransportOptions


class BatchedTransport(driver.Transport):
    """
    The transport to give to a Faust app: ``app.transport = BatchedTransport(urls, app, options)``.

    Attributes
    ----------
    hooks
        The app's own part in the consumer; to be filled in before the app starts.
    """

    Consumer = BatchedConsumer

    def __init__(
        self,
        url: list[URL],
        app: AppT,
        options: TransportOptions,
        loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(url, app, loop)
        self.options = options
        self.hooks = ConsumerHooks()

    def create_consumer(self, callback: Any, **kwargs: Any) -> ConsumerT:
        """Return a consumer of these options and hooks; Faust's signature."""
        given = {"options": self.options, "hooks": self.hooks, **kwargs}
        return super().create_consumer(callback, **given)
