"""Acks in order, each after what its batch caused is safe."""

from __future__ import annotations

import asyncio
import logging
from asyncio import timeout
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, cast

import faust

from agents.transport.assignment import Assignment
from agents.transport.rounds import Abandons, BatchEvent

logger = logging.getLogger(__name__)


class DeliveryFailed(RuntimeError):
    """An earlier output failed: nothing more is taken, the worker is going down."""


class PartitionLost(RuntimeError):
    """An output shows that another worker has a partition by now; this one does not know yet."""


class Delivery:
    """
    Lets one agent go on to its next batch while outputs of earlier ones are in flight.

    Batches are acked strictly in the order of `submit`, each when all of its outputs are done.
    When one fails, neither its batch nor any later one is acked, and the app crashes: a restarted
    worker replays from there. `PartitionLost` alone is none of the app's: another worker has the
    batch, or will have it.

    Parameters
    ----------
    app
        A Faust app on a `agents.transport.driver.BatchedTransport`.
    max_in_flight
        Batches submitted whose outputs are not done; `submit` waits above it.
    settled
        Gets each batch, in order, when all of its outputs are done; it is to see to the ack. By
        default the batch is acked at once.
    patience
        Seconds within which a worker that has lost a partition gets another assignment: where it
        does not, that is a failure too.

    Notes
    -----
    One per agent: a batch that waits holds up only the batches behind it.
    """

    def __init__(
        self,
        app: faust.App,
        *,
        max_in_flight: int = 16,
        settled: Callable[[BatchEvent], None] | None = None,
        patience: float = 60.0,
    ) -> None:
        self._app = app
        self._patience = patience
        self._settled = settled or _ack
        self._room = asyncio.Semaphore(max_in_flight)
        self._waiting: asyncio.Queue[tuple[BatchEvent, asyncio.Future[list[Any]]]]
        self._waiting = asyncio.Queue()
        self._settler: asyncio.Future[None] | None = None
        self._failure: BaseException | None = None
        self.in_flight = 0

    def is_current(self, event: BatchEvent) -> bool:
        """
        Return whether the batch was fetched under the present assignment.

        When not, another worker may own the partition: write no state for it.
        """
        return Assignment.of_event(self._app, event).is_current()

    async def submit(self, event: BatchEvent, outputs: Sequence[Awaitable[Any]]) -> None:
        """
        Hand a batch over; wait while too many are in flight.

        The batch's records are released (``event.value`` becomes empty).

        Parameters
        ----------
        outputs
            What must be done before the ack: futures of sent records, of a snapshot. May be empty.

        Raises
        ------
        DeliveryFailed
            If an earlier output has failed.
        """
        # Exceptions become results: whatever happens first, none is left unretrieved.
        outcome = asyncio.gather(*outputs, return_exceptions=True)
        event.value = []
        event.message.value = None
        await self._room.acquire()
        if self._failure is not None:
            self._room.release()
            raise DeliveryFailed("an earlier output failed") from self._failure
        self.in_flight += 1
        self._waiting.put_nowait((event, outcome))
        if self._settler is None:
            # The app owns the task: an exception in it crashes the app, stopping cancels it.
            self._settler = self._app.add_future(self._settle())

    async def _settle(self) -> None:
        while True:
            event, outcome = await self._waiting.get()
            try:
                await self._finish(event, outcome)
            except BaseException as error:
                self._failure = error
                raise
            finally:
                self.in_flight -= 1
                self._room.release()

    async def _finish(self, event: BatchEvent, outcome: asyncio.Future[list[Any]]) -> None:
        results = await outcome
        is_lost = any(isinstance(result, PartitionLost) for result in results)
        if is_lost and self.is_current(event):
            await self._await_rebalance()
        if not self.is_current(event):
            # The partition's next owner replays it; a failure here would be theirs to meet.
            logger.info("batch of %s is of an earlier assignment: not acked", event.message.tp)
            return
        for result in results:
            if isinstance(result, asyncio.CancelledError):
                raise DeliveryFailed(f"an output of {event.message!r} was cancelled")
            if isinstance(result, BaseException):
                raise result
        self._settled(event)

    async def _await_rebalance(self) -> None:
        """Wait until the worker has another assignment, as one that was frozen soon has.

        It gives up its partitions as they are: nothing that waits behind the batch is acked.
        """
        consumer = cast("Abandons", self._app.consumer)
        with suppress(TimeoutError):
            async with timeout(self._patience):
                await consumer.abandon()


def _ack(event: BatchEvent) -> None:
    event.ack()
