"""Snapshots of a stage's state between batches, and the acks that wait for them."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from time import monotonic, perf_counter
from typing import Any, Final, Generic

from agents.state.kept_stage import KeptStage, StateT
from agents.state.writer import StateCut, StateWriter, Superseded
from agents.transport.assignment import Assignment
from agents.transport.delivery import Delivery
from agents.transport.rounds import BatchEvent, slices_of
from detectors.snapshots.parts import Durable, PartName

logger = logging.getLogger(__name__)

Handler = Callable[[BatchEvent, Delivery], Awaitable[None]]

SHARE: Final = 20
"""A cut may take one part in so many of the time: where it takes long, it is taken less often."""

RENEWAL: Final = 60.0
"""Seconds of an assignment after which the parts of earlier writers are written anew, where nothing
was to be covered: their bytes take more room than the state, and a rebalance is seldom the last."""

_LOOK: Final = 0.2
"""Seconds between two looks at whether a batch that is waited for is still of this assignment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointOptions:
    """When snapshots are taken.

    Attributes
    ----------
    interval
        Seconds between two of them, while there is something to cover.
    batches
        Batches that wait to be covered above which one is taken at once.
    """

    interval: float = 5.0
    batches: int = 1000


@dataclass(slots=True, kw_only=True, eq=False)
class KeptPartition(Generic[StateT]):
    """One partition of the present assignment.

    Attributes
    ----------
    partition, assignment
        Which one, and what it is part of.
    state, durable, writer
        Its state, the same as parts, and what writes them.
    stamps
        Of the parts as they are stored.
    handled, settled
        Topic to the offset of the last record that the state is of, and of the last one whose
        outputs are acknowledged.
    waiting
        Topic to the batches that a snapshot must cover before their acks, with the time since when.
    """

    partition: int
    assignment: Assignment
    state: StateT
    durable: Durable
    writer: StateWriter
    stamps: Mapping[PartName, Any]
    handled: dict[str, int]
    settled: dict[str, int]
    waiting: dict[str, deque[tuple[float, BatchEvent]]] = field(default_factory=dict)

    def cut(self) -> StateCut:
        """Take a snapshot of what has changed; in a thread, while nothing touches the state."""
        stamps, before = self.durable.stamps(), self.stamps
        changed = {
            name: self.durable.part(name)
            for name, stamp in stamps.items()
            if name not in before or before[name] != stamp
        }
        self.stamps = stamps
        return StateCut(dict(self.handled), tuple(stamps), changed, self.durable.outline())


class Checkpoints(Generic[StateT]):
    """Has the state of a stage written, and acks its batches when they are covered.

    The order is: outputs acknowledged, snapshot acknowledged, ack, commit. A batch is handed to
    `settled` by `Delivery` when its outputs are acknowledged. A snapshot is taken between two
    batches, of what changed alone; while it is written the next batches are handled.

    Parameters
    ----------
    app
        The Faust app; it owns the task that takes snapshots, and falls with it.
    stage
        Whose states these are.
    options
        When to take snapshots.
    clock
        Monotonic, seconds.

    Attributes
    ----------
    has_begun
        Whether the states of an assignment were ever taken up.
    """

    def __init__(
        self,
        app: Any,
        stage: KeptStage[StateT],
        options: CheckpointOptions,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._app = app
        self._stage = stage
        self._options = options
        self._clock = clock
        self._held: dict[int, KeptPartition[StateT]] = {}
        self._busy = asyncio.Lock()
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._draining = False
        self.has_begun = False
        self._due_at = 0.0
        self._renew_at = inf
        self._task: asyncio.Future[None] | None = None

    # -- batches

    async def take(self, event: BatchEvent, handler: Handler, delivery: Delivery) -> None:
        """Have a batch handled, but for the records that the state is of already.

        Meanwhile nothing else is handled and no snapshot is cut, of no partition of the stage.
        """
        async with self._busy:
            held = self._held.get(event.message.partition)
            if held is None or not self._is_current(held, event):
                # Of an assignment that is over: the partition's owner reads it again.
                return
            if self._drop_covered(event, held):
                try:
                    await handler(event, delivery)
                except BaseException:
                    # The state has taken some of the batch, whose outputs may not be sent: written
                    # before the worker has ended, it would have its successor pass them over.
                    self._held.pop(held.partition, None)
                    raise
                if not self._is_current(held, event):
                    return
                held.handled[event.message.topic] = event.message.offset
            else:
                await delivery.submit(event, [])

    def settled(self, event: BatchEvent) -> None:
        """Keep a batch whose outputs are acknowledged until a snapshot covers it."""
        message = event.message
        held = self._held.get(message.partition)
        if held is None or not self._is_current(held, event):
            return
        # A batch that the loaded state is of already settles below that.
        held.settled[message.topic] = max(held.settled.get(message.topic, -1), message.offset)
        held.waiting.setdefault(message.topic, deque()).append((self._clock(), event))
        self._moved.set()
        self._set_to_work()

    def _set_to_work(self) -> None:
        if self._task is None:
            # The app owns the task: an exception in it crashes the app, stopping cancels it.
            self._task = self._app.add_future(self._run())
        self._wake.set()

    def drain(self) -> None:
        """Cover at once whatever settles, until `begin`: partitions move, or the worker stops."""
        self._draining = True
        self._wake.set()

    def unsaved_age(self) -> float:
        """Return for how long the oldest batch waits to be covered, in seconds; 0 without one."""
        # Copies: it is asked for by the thread of the metrics.
        queues = [queue for held in [*self._held.values()] for queue in [*held.waiting.values()]]
        since = min((first[0] for queue in queues for first in queue.copy()), default=None)
        return 0.0 if since is None else max(self._clock() - since, 0.0)

    @property
    def waiting(self) -> int:
        """Batches that wait to be covered, and can be."""
        return sum(
            len(queue)
            for held in self._held.values()
            if self._may_write(held)
            for queue in held.waiting.values()
        )

    # -- assignment

    def drop(self) -> None:
        """Forget what is not of the present assignment: another worker may own it by now."""
        self._held = {
            partition: held
            for partition, held in self._held.items()
            if held.assignment.is_current()
        }
        self._stage.keep_partitions(self._held)
        self._moved.set()

    async def begin(self, assignment: Assignment, loaded: Iterable[KeptPartition[StateT]]) -> bool:
        """Take up the states of an assignment; False where it is over already."""
        async with self._busy:
            if not assignment.is_current():
                return False
            self._draining = False
            self._held = {held.partition: held for held in loaded}
            self._stage.keep_partitions(())
            for held in self._held.values():
                self._stage.take_up(held.partition, held.state)
            self.has_begun = True
            self._renew_at = inf
            if any(held.writer.inherits for held in self._held.values()):
                self._renew_at = self._clock() + RENEWAL
                self._set_to_work()
        return True

    # -- snapshots

    async def _run(self) -> None:
        while True:
            await self._until_due()
            await self.checkpoint()

    async def _until_due(self) -> None:
        while True:
            self._wake.clear()
            waiting, now = self.waiting, self._clock()
            # Partitions that move are not renewed: whoever gets them does that.
            renew_at = inf if self._draining else self._renew_at
            urgent = self._draining or waiting >= self._options.batches
            due_at = min((now if urgent else self._due_at) if waiting else inf, renew_at)
            if due_at <= now:
                return
            try:
                await asyncio.wait_for(self._wake.wait(), None if due_at == inf else due_at - now)
            except TimeoutError:
                continue

    async def checkpoint(self) -> None:
        """Cover what has been handled, in every partition in which something waits.

        Once in an assignment, after a while, also those in which nothing does are written, where
        their state still hangs on the records of an earlier writer.

        Between the cuts of two partitions batches are handled: what waits does so for one of them,
        however many models the others have.
        """
        renews = not self._draining and self._clock() >= self._renew_at
        self._renew_at = inf if renews else self._renew_at
        due = [
            held
            for held in self._held.values()
            if any(held.waiting.values()) or (renews and held.writer.inherits)
        ]
        cuts: list[tuple[KeptPartition[StateT], StateCut]] = []
        taken = 0.0
        for held in due:
            async with self._busy:
                if self._may_write(held):
                    began = perf_counter()
                    cuts.append((held, await self._stage.thread.run(held.cut)))
                    taken += perf_counter() - began
        await asyncio.gather(*(self._store(held, cut) for held, cut in cuts))
        self._due_at = self._clock() + max(self._options.interval, SHARE * taken)

    async def _store(self, held: KeptPartition[StateT], cut: StateCut) -> None:
        began = perf_counter()

        def may_write() -> bool:
            return self._may_write(held)

        try:
            await self._until_settled(held, cut.covers)
            snapshots, size = await held.writer.write(cut, may_write)
            self._ack(held, cut.covers)
            await held.writer.clean(may_write)
        except Superseded:
            logger.info("partition %d has gone: its snapshot is not completed", held.partition)
            return
        self._stage.telemetry.state_saved(self._stage.name, snapshots, size, perf_counter() - began)

    async def _until_settled(self, held: KeptPartition[StateT], covers: Mapping[str, int]) -> None:
        """Wait for the outputs of all batches that the cut is of."""
        while any(held.settled.get(topic, -1) < offset for topic, offset in covers.items()):
            if not self._may_write(held):
                raise Superseded
            self._moved.clear()
            try:
                await asyncio.wait_for(self._moved.wait(), _LOOK)
            except TimeoutError:
                continue

    def _ack(self, held: KeptPartition[StateT], covers: Mapping[str, int]) -> None:
        for topic, queue in held.waiting.items():
            while queue and queue[0][1].message.offset <= covers.get(topic, -1):
                queue.popleft()[1].ack()

    def _may_write(self, held: KeptPartition[StateT]) -> bool:
        return held.assignment.is_current() and self._held.get(held.partition) is held

    def _is_current(self, held: KeptPartition[StateT], event: BatchEvent) -> bool:
        return held.assignment.brought(event) and held.assignment.is_current()

    def _drop_covered(self, event: BatchEvent, held: KeptPartition[StateT]) -> bool:
        """Drop the first records of a batch, which the state is of; tell whether any are left."""
        covered = held.handled.get(event.message.topic, -1)
        if event.message.offset <= covered:
            return False
        (records,) = slices_of(event)  # only the topics that users write have rounds of several
        if records[0].offset <= covered:
            first = next(i for i, record in enumerate(records) if record.offset > covered)
            event.value = [records[first:]]
        return True
