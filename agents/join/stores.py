"""The waiting predictions of a worker: made, restored and let go with their partitions."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from time import perf_counter
from typing import Any, Final

from agents.join.changelog import Changelog
from agents.join.options import PendingOptions
from agents.join.partition_store import PendingSlot
from agents.join.restore import PendingRestore
from agents.join.store import PendingStore
from agents.join.telemetry import JoinTelemetry
from agents.transport.delivery import PartitionLost
from agents.work_thread import WorkThread

logger = logging.getLogger(__name__)

PATIENCE: Final = 5.0
"""Seconds for which a stop waits for checkpoints; all of it may take 30."""


class PendingStores:
    """The stores by partition.

    Parameters
    ----------
    options
        Their bounds.
    telemetry
        What they report to.
    thread
        The only one beside the loop that touches their files.
    changelog
        None to forget all with the process: for what needs no restart.
    """

    def __init__(
        self,
        options: PendingOptions,
        telemetry: JoinTelemetry,
        thread: WorkThread,
        changelog: Changelog | None = None,
    ) -> None:
        self._options = options
        self._telemetry = telemetry
        self._changelog = changelog
        self._slots: dict[int, PendingSlot] = {}
        self._thread = thread
        self._closing: dict[asyncio.Task[None], PendingSlot] = {}

    def get(self, partition: int) -> PendingStore:
        """Return the store of a partition."""
        slot = self._slots.get(partition)
        if slot is None:
            slot = self._slots[partition] = PendingSlot(self._options, self._thread)
        return slot.store

    def find(self, partition: int) -> PendingStore | None:
        """Return the store of a partition, where there is one."""
        slot = self._slots.get(partition)
        return None if slot is None else slot.store

    def report(self) -> None:
        """Report on every store as it is now."""
        for partition, slot in self._slots.items():
            self._telemetry.pending_changed(partition, slot.store.status)

    def keep(self, partitions: Iterable[int]) -> None:
        """Let go of the stores of partitions that are no longer assigned."""
        for partition in self._slots.keys() - set(partitions):
            self._let_go(self._slots.pop(partition))
            self._telemetry.pending_changed(partition, None)

    async def close(self, *, patience: float = PATIENCE) -> None:
        """Let go of all stores, once the checkpoints under way are written.

        One whose changes the broker does not acknowledge within the patience, in seconds, is given
        up: the next worker has them from the changelog.
        """
        self.keep(())
        await self._all_let_go(patience)

    async def publish(self, partition: int) -> list[Awaitable[Any]]:
        """Send what the store of a partition has taken, as `PendingSlot.publish` does.

        Returns
        -------
        list
            What must be done before the records that it took are acked.
        """
        sent = await self._publish(partition)
        return [] if sent is None else [sent]

    async def fix_order(self, partitions: Collection[int], is_current: Callable[[], bool]) -> bool:
        """Have the changelog know which came first, where joins hang on it; false if others may.

        A successor that reads the same records again may take labels and predictions in another
        order. Where it does not know what this worker took first, the same join would be the row of
        another record, and count twice.

        Parameters
        ----------
        is_current
            Tells whether the partitions are still assigned: whose they are is to say otherwise.
        """
        hanging = {
            partition: slot.store
            for partition in partitions
            if (slot := self._slots.get(partition)) is not None and slot.store.order_matters
        }
        if not hanging:
            return True
        if not is_current():
            return False
        sent = [await self._publish(partition) for partition in hanging]
        outcomes = await asyncio.gather(
            *[each for each in sent if each is not None], return_exceptions=True
        )
        failures = [each for each in outcomes if isinstance(each, BaseException)]
        for failure in failures:
            if not isinstance(failure, PartitionLost):
                raise failure
        if failures:
            return False
        for store in hanging.values():
            store.order_fixed()
        return is_current()

    async def restore(
        self, partitions: Collection[int], is_current: Callable[[], bool] = lambda: True
    ) -> None:
        """Bring the stores of partitions to the end of the changelog.

        Parameters
        ----------
        partitions
            All that are assigned.
        is_current
            Tells whether they still are; where not, what was begun is dropped.

        Raises
        ------
        OtherChanges, TopicStalled
            As `PendingRestore.run`.
        """
        if self._changelog is None or not partitions:
            return
        began = perf_counter()
        # Nothing sees them before they are whole: a rebalance meanwhile lets go of all others.
        restore = PendingRestore(
            self._changelog,
            self._options,
            self._thread,
            self._telemetry,
            is_current,
            self._let_go,
        )
        is_done = False
        try:
            await self._all_let_go(PATIENCE)  # of files that may be wanted again
            # Asked again, for the reader's end took a moment.
            is_done = await restore.run(partitions, self._slots) and is_current()
        finally:
            if not is_done:
                for slot in restore.slots.values():
                    self._let_go(slot)
        if not is_done:
            return
        for partition, slot in restore.slots.items():
            self._slots[partition] = slot
            slot.store.begin_counting()
            self._telemetry.pending_changed(partition, slot.store.status)
        if restore.slots:
            seconds = perf_counter() - began
            self._telemetry.pending_restored(seconds, restore.records)
            logger.info(
                "pending predictions of %d partitions are back: %d records of the changelog in "
                "%.1f s",
                len(restore.slots),
                restore.records,
                seconds,
            )

    def _let_go(self, slot: PendingSlot) -> asyncio.Task[None]:
        closing = asyncio.ensure_future(slot.close())
        self._closing[closing] = slot
        closing.add_done_callback(self._has_let_go)
        return closing

    def _has_let_go(self, closing: asyncio.Task[None]) -> None:
        del self._closing[closing]
        if not closing.cancelled() and (failure := closing.exception()) is not None:
            logger.warning("a disk of waiting predictions was not closed: %r", failure)

    async def _all_let_go(self, patience: float) -> None:
        """Wait until all that was let go of is closed; give up what is not written in time."""
        saving = [slot.saving for slot in self._closing.values() if slot.saving is not None]
        if saving:
            _, late = await asyncio.wait(saving, timeout=patience)
            for each in late:
                each.cancel()
        if self._closing:
            await asyncio.wait([*self._closing])

    async def _publish(self, partition: int) -> asyncio.Future[int] | None:
        slot = self._slots.get(partition)
        if slot is None or self._changelog is None:
            return None
        return await slot.publish(self._changelog, partition)
