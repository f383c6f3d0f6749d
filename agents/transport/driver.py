"""
Faust's aiokafka transport with one event per round of slices.

Faust spends some 100 microseconds of CPU on every message; paid once per round of hundreds or
thousands of records it vanishes. What is kept of Faust: its services, rebalancing, generation ids
and flow control. What is replaced: the unit of delivery, and the bookkeeping of acks, whose
handling of offset gaps can commit what was never processed (faust-streaming issues 316, 606).
"""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable

from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT
from yarl import URL

from agents.records.record import Record
from agents.transport.consumer import BatchedConsumer
from agents.transport.options import TransportOptions
from agents.transport.rounds import BatchEvent, records_of, slices_of

__all__ = [
    "BatchEvent",
    "BatchedConsumer",
    "BatchedTransport",
    "Record",
    "records_of",
    "slices_of",
]


class BatchedTransport(driver.Transport):
    """
    The transport to give to a Faust app: ``app.transport = BatchedTransport(urls, app, options)``.

    Attributes
    ----------
    drain_hooks
        Called, in the event loop, when a rebalance or a shutdown starts to wait for the batches
        that agents hold.
    round_rules
        Each tells of a partition whether larger rounds of it are cheaper.
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
        self.drain_hooks: list[Callable[[], None]] = []
        self.round_rules: list[Callable[[TP], bool]] = []

    def prefers_larger_rounds(self, tp: TP) -> bool:
        """Tell whether larger rounds of a partition are cheaper."""
        return any(gains(tp) for gains in self.round_rules)
