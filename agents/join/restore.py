"""Claims partitions, and brings what waits back: from disk, then from the changelog."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from time import perf_counter
from typing import Final, NamedTuple

from agents.join.changelog import Changelog
from agents.join.changes import Changes, OtherChanges, UnreadableChanges, checksum
from agents.join.changes_codec import decode_changes
from agents.join.fencing import NO_EPOCH
from agents.join.options import PendingOptions
from agents.join.partition_store import PendingSlot
from agents.join.telemetry import JoinTelemetry
from agents.prediction_log.disk_chunk import DamagedStore
from agents.prediction_log.disk_file import ChangelogPosition, ColdFile, StoreInUse
from agents.transport.topic_reader import Bounds, TopicReader
from agents.work_thread import WorkThread

logger = logging.getLogger(__name__)

_HANDOVER: Final = 30.0
"""Seconds for which another process may still hold a file that is ours by now."""


class _Begin(NamedTuple):
    """Where in a changelog to begin, and the epoch there."""

    offset: int
    epoch: int = NO_EPOCH

    def within(self, bounds: Bounds) -> "_Begin":
        """Return the same, or the nearest offset that is there."""
        return self._replace(offset=min(max(self.offset, bounds.start), bounds.end))


class PendingRestore:
    """Makes the slots of partitions, and brings them to the end of the changelog.

    Parameters
    ----------
    changelog
        Where it is.
    options
        The stores' bounds.
    thread
        The only one beside the loop that touches the disk.
    telemetry
        Told of what nobody can read.
    is_current
        Tells whether the partitions are still assigned.
    let_go
        Closes a slot, and has an end though nobody waits for it.

    Attributes
    ----------
    slots
        What was made so far; they are to be taken, or let go of.
    records
        Records of the changelog that were read.
    """

    def __init__(
        self,
        changelog: Changelog,
        options: PendingOptions,
        thread: WorkThread,
        telemetry: JoinTelemetry,
        is_current: Callable[[], bool],
        let_go: Callable[[PendingSlot], Awaitable[None]],
    ) -> None:
        self._changelog = changelog
        self._options = options
        self._thread = thread
        self._telemetry = telemetry
        self._is_current = is_current
        self._let_go = let_go
        self.slots: dict[int, PendingSlot] = {}
        self.records = 0
        self._since: dict[int, _Begin] = {}

    async def run(self, partitions: Collection[int], held: dict[int, PendingSlot]) -> bool:
        """Make the slots that are not there; false where another rebalance has overtaken it.

        Parameters
        ----------
        partitions
            All that are assigned.
        held
            The slots that are there; one that others have written to is closed and taken out.

        Raises
        ------
        OtherChanges
            Where another release wrote the changelog, in a format that is not read.
        TopicStalled
            Where the broker does not bring it.
        """
        async with self._changelog.open() as reader:
            bounds = await reader.bounds(partitions)
            begins: dict[int, _Begin] = {}
            on_disk: set[int] = set()
            for partition, (start, end) in bounds.items():
                if (there := held.get(partition)) is not None:
                    if there.end == end:
                        continue  # held all the while, and nobody else has written
                    await asyncio.shield(self._let_go(held.pop(partition)))
                file = await self._open_file(partition)
                slot = PendingSlot(self._options, self._thread, file)
                self.slots[partition] = slot
                here = Bounds(start, end)
                since = await self._since_of_last(partition, here, reader)
                self._since[partition] = since.within(here)
                begin = await self._load(partition, slot, here, reader)
                if begin is not None:
                    on_disk.add(partition)
                elif since.offset < start:
                    self._tell_missed(partition, since.offset, start)
                begins[partition] = begin or self._since[partition]
            if not self._is_current():
                return False
            await self._claim()
            while begins:
                if not await self._replay(reader, begins):
                    return False
                begins = await self._to_begin_again(begins, on_disk, bounds)
            for slot in self.slots.values():
                slot.claimed()
        return True

    async def _load(
        self, partition: int, slot: PendingSlot, bounds: Bounds, reader: TopicReader
    ) -> _Begin | None:
        """Load what the disk has of a partition; return where in the changelog that ends."""
        position = None
        try:
            position = await slot.load()
        except DamagedStore as error:
            logger.warning("the disk of partition %d cannot be used: %s", partition, error)
            await slot.empty()
        if position is None:
            return None
        if await _fits(position, partition, bounds, reader):
            return _Begin(position.offset, slot.store.epochs.current)
        logger.warning("the disk of partition %d is not of this changelog", partition)
        await slot.empty()
        return None

    async def _since_of_last(self, partition: int, bounds: Bounds, reader: TopicReader) -> _Begin:
        """Return from where on all that waits could be read, by the last record."""
        last = await reader.at(partition, bounds.end - 1, bounds)
        try:
            since = (
                _Begin(bounds.start)
                if last is None
                else _begin_of(decode_changes(last.value or b""))
            )
        except OtherChanges:
            raise
        except UnreadableChanges:
            since = _Begin(bounds.start)
        return since

    def _tell_missed(self, partition: int, begin: int, end: int) -> None:
        topic = self._changelog.topic
        logger.warning(
            "%d records of %s, partition %d, were deleted before they were read: what waited for "
            "its label since offset %d is forgotten up to offset %d",
            end - begin,
            topic,
            partition,
            begin,
            end - 1,
        )
        self._telemetry.records_missed(topic, partition, end - begin)

    async def _claim(self) -> None:
        """Have the changelog say that the partitions are this worker's.

        What another one has written before is read, and what it writes afterwards does not count.
        """
        sent = {
            partition: await self._changelog.claim(
                partition,
                Changes((), since.offset, since_epoch=since.epoch, is_claim=True),
            )
            for partition, since in self._since.items()
        }
        for partition, claim in sent.items():
            self.slots[partition].end = (await claim).offset + 1

    async def _replay(self, reader: TopicReader, begins: Mapping[int, _Begin]) -> bool:
        wanted = {
            partition: Bounds(begin.offset, self.slots[partition].end - 1)
            for partition, begin in begins.items()
        }
        for partition, begin in begins.items():
            self.slots[partition].store.epochs.begin(begin.epoch)
        async for each in reader.records(wanted):
            partition, offset, record = each.partition, each.offset, each.value or b""
            slot = self.slots[partition]
            try:
                changes = slot.store.apply_changes(record, offset)
            except OtherChanges:
                raise
            except UnreadableChanges as error:
                logger.warning(
                    "record %d of partition %d of the changelog is skipped: %s",
                    offset,
                    partition,
                    error,
                )
                self._telemetry.pending_unreadable()
            else:
                if changes is not None:
                    self._since[partition] = self._since_after(partition, changes)
            self.records += 1
            if self.records % 4 == 0:
                await asyncio.sleep(0)
                if not self._is_current():
                    return False
            await slot.save_where_due(record, offset)
        return True

    def _since_after(self, partition: int, changes: Changes) -> _Begin:
        since = _begin_of(changes)
        # Who claims has seen the last record alone, and that may not have counted.
        return min(since, self._since[partition]) if changes.is_claim else since

    async def _to_begin_again(
        self, begins: Mapping[int, _Begin], on_disk: Collection[int], bounds: Mapping[int, Bounds]
    ) -> dict[int, _Begin]:
        """Return what has to be read from further back.

        The last record may be of a worker that did not own the partition any more, and may have
        given up what the owner still had.
        """
        again: dict[int, _Begin] = {}
        for partition in begins.keys() - on_disk:
            since = self._since[partition].within(bounds[partition])
            if since.offset < begins[partition].offset:
                await self.slots[partition].empty()
                again[partition] = since
        return again

    async def _open_file(self, partition: int) -> ColdFile | None:
        if self._options.directory is None:
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


def _begin_of(changes: Changes) -> _Begin:
    """Return from where on all that waits after some changes can be read."""
    return _Begin(changes.since, changes.since_epoch)


async def _fits(
    position: ChangelogPosition, partition: int, bounds: Bounds, reader: TopicReader
) -> bool:
    """Tell whether a checkpoint is of this changelog, and nothing is missing in between."""
    if not bounds.start <= position.offset <= bounds.end:
        return False
    if position.offset == bounds.start:
        return True
    before = await reader.at(partition, position.offset - 1, bounds)
    return before is not None and checksum(before.value or b"") == position.checksum


def _safe(name: str) -> str:
    """Return a name of a folder for a group: readable, and no two groups have the same."""
    kept = "".join(each if each.isalnum() or each in "-_" else f"%{ord(each):x}" for each in name)
    return kept or "%"
