"""The pending stores of a worker: made, restored, saved and let go with their partitions."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from agents.cold_chunk import DamagedStore
from agents.cold_file import ColdFile, Position, StoreInUse
from agents.pending import Checkpoint, PendingStore
from agents.pending_changelog import Bounds, ChangelogReader
from agents.pending_changes import (
    NewerChanges,
    UnreadableChanges,
    checksum,
    decode_changes,
)
from agents.publisher import Publisher
from agents.telemetry import Telemetry

logger = logging.getLogger(__name__)

_LARGEST_CHECKPOINT: Final = 65_536
_SMALLEST_CHECKPOINT: Final = 4_096
_HANDOVER: Final = 30.0
"""Seconds for which another process may still hold a file that is ours by now."""


class CheckpointFailed(RuntimeError):
    """The disk of waiting predictions is full, or broken."""


@dataclass(frozen=True, slots=True)
class PendingOptions:
    """How long and how many predictions of one partition wait for their labels.

    Attributes
    ----------
    ttl
        Seconds of event time.
    entries
        Predictions of one partition.
    hot_entries
        Of these, in memory; the others are on disk.
    directory
        Where; None to keep all in memory.
    """

    ttl: float = 30 * 86400.0
    entries: int = 250_000
    hot_entries: int = 250_000
    directory: Path | None = None


@dataclass(frozen=True, slots=True)
class Changelog:
    """Where the stores' changes are kept.

    Attributes
    ----------
    topic
        It has the partitions of the predictions.
    publisher
        Sends to it.
    open
        Opens a reader.
    owner
        Whose changes these are: the consumer group.
    """

    topic: str
    publisher: Publisher
    open: Callable[[], AbstractAsyncContextManager[ChangelogReader]]
    owner: str


@dataclass(slots=True)
class _Slot:
    store: PendingStore
    file: ColdFile | None = None
    end: int = 0
    saving: "asyncio.Future[None] | None" = None

    def acknowledged(self, number: int, sent: "asyncio.Future[Any]") -> None:
        """Note the offset of a record of the changelog, and that it has all before a prediction."""
        if not sent.cancelled() and sent.exception() is None:
            offset = sent.result().offset
            self.end = max(self.end, offset + 1)
            self.store.acknowledged(offset)
            self.store.durable_to = max(self.store.durable_to, number)


class PendingStores:
    """The stores by partition.

    Parameters
    ----------
    options
        Their bounds.
    telemetry
        What they report to.
    changelog
        None to forget all with the process: for what needs no restart.
    """

    def __init__(
        self,
        options: PendingOptions,
        telemetry: Telemetry,
        changelog: Changelog | None = None,
    ) -> None:
        self._options = options
        self._telemetry = telemetry
        self._changelog = changelog
        self._slots: dict[int, _Slot] = {}
        self._checkpoint_every = min(
            max(options.hot_entries // 4, _SMALLEST_CHECKPOINT), _LARGEST_CHECKPOINT
        )
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pending")

    def get(self, partition: int) -> PendingStore:
        """Return the store of a partition."""
        slot = self._slots.get(partition)
        if slot is None:
            slot = self._slots[partition] = _Slot(self._new_store(None))
        return slot.store

    def find(self, partition: int) -> PendingStore | None:
        """Return the store of a partition, where there is one."""
        slot = self._slots.get(partition)
        return None if slot is None else slot.store

    def keep(self, partitions: Iterable[int]) -> None:
        """Let go of the stores of partitions that are no longer assigned."""
        for partition in self._slots.keys() - set(partitions):
            self._let_go(partition)
            self._telemetry.pending_changed(partition, None)

    async def publish(self, partition: int) -> list[Awaitable[Any]]:
        """Send what the store of a partition has taken to the changelog.

        Returns
        -------
        list
            What must be done before the records that it took are acked.

        Raises
        ------
        CheckpointFailed
            If an earlier checkpoint could not be written.
        """
        slot = self._slots.get(partition)
        if slot is None or self._changelog is None:
            return []
        records = slot.store.drain_changes()
        if not records:
            return []
        # The last one makes what was taken whole.
        numbers = [0] * (len(records) - 1) + [slot.store.end]
        checkpoint = await self._next_checkpoint(slot)
        outputs = []
        for record, number in zip(records, numbers, strict=True):
            future = await self._changelog.publisher.send(
                self._changelog.topic, key=None, value=record, partition=partition
            )
            future.add_done_callback(partial(slot.acknowledged, number))
            outputs.append(future)
        if checkpoint is not None:
            slot.saving = asyncio.ensure_future(
                self._save(checkpoint, outputs[-1], checksum(records[-1]))
            )
        return list(outputs)

    async def fix_order(self, partitions: Collection[int], is_current: Callable[[], bool]) -> bool:
        """Have the changelog know which came first, where joins hang on it; false if it cannot.

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
            if (slot := self._slots.get(partition)) is not None and slot.store.hangs_on_order
        }
        if not hanging:
            return True
        if not is_current():
            return False
        await asyncio.gather(
            *[sent for partition in hanging for sent in await self.publish(partition)]
        )
        for store in hanging.values():
            store.hangs_on_order = False
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
        NewerChanges
            Where a newer version of Driftline wrote the changelog.
        ChangelogStuck
            Where the broker does not bring it.
        """
        if self._changelog is None or not partitions:
            return
        began = perf_counter()
        # Nothing sees them before they are whole: a rebalance meanwhile lets go of all others.
        slots: dict[int, _Slot] = {}
        try:
            records = await self._restored(self._changelog, partitions, is_current, slots)
        except BaseException:
            _close(slots.values())
            raise
        if records is None or not is_current():
            _close(slots.values())
            return
        for partition, slot in slots.items():
            self._slots[partition] = slot
            slot.store.begin_counting()
            self._telemetry.pending_changed(partition, slot.store.status)
        if slots:
            seconds = perf_counter() - began
            self._telemetry.pending_restored(seconds, records)
            logger.info(
                "pending predictions of %d partitions are back: %d records of the changelog in "
                "%.1f s",
                len(slots),
                records,
                seconds,
            )

    async def _restored(
        self,
        changelog: Changelog,
        partitions: Collection[int],
        is_current: Callable[[], bool],
        slots: dict[int, _Slot],
    ) -> int | None:
        """Make stores and bring them to the end of the changelog; None where it is overtaken."""
        async with changelog.open() as reader:
            bounds = await reader.bounds(partitions)
            wanted: dict[int, Bounds] = {}
            for partition, (start, end) in bounds.items():
                slot = self._slots.get(partition)
                if slot is not None and slot.end == end:
                    continue  # held all the while, and nobody else has written
                if slot is not None:
                    self._let_go(partition)
                file = await self._open_file(partition)
                slot = slots[partition] = _Slot(self._new_store(file), file)
                slot.end = end
                begin = await self._begin(partition, slot, Bounds(start, end), reader)
                wanted[partition] = Bounds(begin, end)
            return await self._replay(reader, wanted, slots, is_current)

    async def _begin(
        self, partition: int, slot: _Slot, bounds: Bounds, reader: ChangelogReader
    ) -> int:
        """Load what the disk has of a partition; return where in the changelog to begin."""
        loop = asyncio.get_running_loop()
        file = slot.file
        position = None
        if file is not None:
            try:
                position = await loop.run_in_executor(self._thread, slot.store.load)
            except (ValueError, KeyError, TypeError, DamagedStore) as error:
                logger.warning("the disk of partition %d cannot be used: %s", partition, error)
                slot.store = await self._empty(file)
            if position is not None and not await _fits(position, partition, bounds, reader):
                logger.warning("the disk of partition %d is not of this changelog", partition)
                slot.store, position = await self._empty(file), None
        if position is not None:
            return position.offset
        last = (
            None if bounds.start == bounds.end else await reader.record(partition, bounds.end - 1)
        )
        try:
            since = bounds.start if last is None else decode_changes(last).since
        except NewerChanges:
            raise
        except UnreadableChanges:
            since = bounds.start
        return min(max(since, bounds.start), bounds.end)

    async def _empty(self, file: ColdFile) -> PendingStore:
        await asyncio.get_running_loop().run_in_executor(self._thread, file.clear)
        return self._new_store(file)

    async def _replay(
        self,
        reader: ChangelogReader,
        wanted: dict[int, Bounds],
        slots: Mapping[int, _Slot],
        is_current: Callable[[], bool],
    ) -> int | None:
        count = 0
        async for partition, offset, record in reader.read(wanted):
            slot = slots[partition]
            try:
                slot.store.apply_changes(record, offset)
            except NewerChanges:
                raise
            except UnreadableChanges as error:
                logger.warning(
                    "record %d of partition %d of the changelog is skipped: %s",
                    offset,
                    partition,
                    error,
                )
                self._telemetry.pending_unreadable()
            count += 1
            if count % 4 == 0:
                await asyncio.sleep(0)
                if not is_current():
                    return None
            if slot.store.dirty >= self._checkpoint_every:
                checkpoint = slot.store.checkpoint()
                await self._write(checkpoint, Position(offset + 1, checksum(record)))
        return count

    async def _next_checkpoint(self, slot: _Slot) -> Checkpoint | None:
        if slot.saving is not None:
            if slot.store.in_memory > 2 * self._options.hot_entries + self._checkpoint_every:
                await asyncio.wait([slot.saving])  # the disk is behind: memory stays bounded
            if not slot.saving.done():
                return None
            saving, slot.saving = slot.saving, None
            failure = saving.exception()
            if failure is not None:
                raise CheckpointFailed(
                    f"waiting predictions cannot be written to {self._options.directory}: "
                    f"{failure}. Nothing is lost: a worker that can write there goes on"
                ) from failure
        if slot.store.dirty < self._checkpoint_every:
            return None
        return slot.store.checkpoint()

    async def _save(self, checkpoint: Checkpoint, sent: "asyncio.Future[Any]", check: int) -> None:
        await asyncio.wait([sent])
        if sent.cancelled() or sent.exception() is not None:
            return  # the worker is going down: `Delivery` says why
        await self._write(checkpoint, Position(sent.result().offset + 1, check))

    async def _write(self, checkpoint: Checkpoint, position: Position) -> None:
        loop = asyncio.get_running_loop()
        checkpoint.done(await loop.run_in_executor(self._thread, checkpoint.write, position))

    def _new_store(self, file: ColdFile | None) -> PendingStore:
        options = self._options
        return PendingStore(
            ttl=round(options.ttl * 1000),
            most=options.entries,
            hot=options.hot_entries,
            file=file,
        )

    async def _open_file(self, partition: int) -> ColdFile | None:
        if self._options.directory is None or self._changelog is None:
            return None
        owner = self._changelog.owner
        path = self._options.directory / _safe(owner) / f"{partition}.sqlite"
        identity = f"{owner}/{self._changelog.topic}/{partition}"
        limit = perf_counter() + _HANDOVER
        while True:
            try:
                return ColdFile(path, identity)
            except StoreInUse:
                if perf_counter() > limit:
                    raise
            await asyncio.sleep(0.1)

    def _let_go(self, partition: int) -> None:
        slot = self._slots.pop(partition)
        if slot.saving is None or slot.saving.done():
            slot.store.close()
        else:
            slot.saving.add_done_callback(lambda _: slot.store.close())


def _close(slots: Iterable[_Slot]) -> None:
    for slot in slots:
        slot.store.close()


async def _fits(
    position: Position, partition: int, bounds: Bounds, reader: ChangelogReader
) -> bool:
    """Tell whether a checkpoint is of this changelog, and nothing is missing in between."""
    if not bounds.start <= position.offset <= bounds.end:
        return False
    if position.offset == bounds.start:
        return True
    before = await reader.record(partition, position.offset - 1)
    return before is not None and checksum(before) == position.checksum


def _safe(name: str) -> str:
    """Return a name of a folder for a group: readable, and no two groups have the same."""
    kept = "".join(each if each.isalnum() or each in "-_" else f"%{ord(each):x}" for each in name)
    return kept or "%"
