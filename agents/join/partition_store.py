"""The waiting predictions of one partition: in memory, in the changelog, and on disk."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from agents.join.changelog import Changelog
from agents.join.changes import checksum
from agents.join.options import PendingOptions
from agents.join.store import DiskCheckpoint, PendingStore
from agents.prediction_log.disk_chunk import DamagedStore
from agents.prediction_log.disk_file import ChangelogPosition, ColdFile
from agents.transport.delivery import PartitionLost
from agents.transport.topic_reader import Bounds
from agents.work_thread import WorkThread

logger = logging.getLogger(__name__)


class CheckpointFailed(RuntimeError):
    """The disk of waiting predictions is full, or broken."""


class PendingSlot:
    """The store of one partition, with what the changelog and the disk have of it.

    Parameters
    ----------
    options
        The store's bounds.
    thread
        The only one beside the loop that touches the disk.
    file
        None to keep all in memory.

    Attributes
    ----------
    store
        Replaced by an empty one where the disk cannot be used.
    end
        Offset after the last record of the changelog that the store has.
    saving
        A checkpoint that is being written, or was written last.
    """

    def __init__(
        self, options: PendingOptions, thread: WorkThread, file: ColdFile | None = None
    ) -> None:
        self._options = options
        self._thread = thread
        self._file = file
        self.saving: asyncio.Future[None] | None = None
        self.store = self._new_store()
        self.end = 0
        self._in_order = asyncio.Lock()
        self._is_overtaken = False
        self._is_closing = False

    async def publish(self, changelog: Changelog, partition: int) -> "asyncio.Future[int] | None":
        """Send what the store has taken to the changelog.

        Returns
        -------
        Future[int] or None
            Offset of the last record, when the changelog has it and no other worker had claimed the
            partition; fails with `agents.transport.delivery.PartitionLost` where one had. None
            where there is nothing to send.

        Raises
        ------
        CheckpointFailed
            If an earlier checkpoint could not be written.
        """
        if self._is_overtaken:
            return asyncio.ensure_future(self._confirm(changelog, partition, [], 0))
        records = self.store.drain_changes()
        if not records:
            return None
        checkpoint = await self._next_checkpoint()
        sent = [
            await changelog.publisher.send(
                changelog.topic, key=None, value=record, partition=partition
            )
            for record in records
        ]
        confirmed = asyncio.ensure_future(self._confirm(changelog, partition, sent, self.store.end))
        if checkpoint is not None and not self._is_closing:
            self.saving = asyncio.ensure_future(
                self._save(checkpoint, confirmed, checksum(records[-1]))
            )
        return confirmed

    async def load(self) -> ChangelogPosition | None:
        """Take over what the disk has; return up to where in the changelog that is.

        Raises
        ------
        DamagedStore
            If it cannot be used: `empty` it then.
        """
        if self._file is None:
            return None
        try:
            return await self._thread.run(self.store.load)
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedStore(str(error)) from error

    async def empty(self) -> None:
        """Begin with nothing, on disk as well."""
        if self._file is not None:
            await self._thread.run(self._file.clear)
        self.store = self._new_store()

    async def save_where_due(self, record: bytes, offset: int) -> None:
        """Bring the disk up to date with the last record of a changelog that is being replayed."""
        if self.store.dirty >= self._options.checkpoint_every:
            await self._write(
                self.store.checkpoint(), ChangelogPosition(offset + 1, checksum(record))
            )

    def claimed(self) -> None:
        """Take note that the last record that the changelog has is this worker's claim."""
        self.store.epochs.begin(self.end - 1)
        self.store.acknowledged(self.end - 1)

    async def close(self) -> None:
        """Let go of the disk, once a checkpoint that is under way is written or given up."""
        self._is_closing = True
        saving = self.saving  # who publishes at this moment may take it out
        if saving is not None:
            await asyncio.wait([saving])
            if not saving.cancelled() and (failure := saving.exception()) is not None:
                logger.warning("what waits is not all on disk, but in the changelog: %s", failure)
        # Behind all that the thread was given: a file is never closed under what reads or writes.
        await self._thread.run(self.store.close)

    async def _confirm(
        self,
        changelog: Changelog,
        partition: int,
        sent: "Sequence[asyncio.Future[Any]]",
        number: int,
    ) -> int:
        """Wait until the changelog has records, the last ones of all up to a prediction."""
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
        async with self._in_order:
            offset = self.end - 1
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome
                offset = int(outcome.offset)
                await self._place(changelog, partition, offset)
            if self._is_overtaken:
                raise PartitionLost(f"partition {partition} was claimed by another worker")
            # Only the last one makes what was taken whole.
            self.store.made_durable(number)
            return offset

    async def _place(self, changelog: Changelog, partition: int, offset: int) -> None:
        """Take note of where a record went, and see whether it is in the epoch it was written in.

        What lies between may be a record that was sent twice, or one of a worker that was overtaken
        by this one: these change nothing.
        """
        if offset > self.end and not self._is_overtaken:
            self._is_overtaken = await changelog.has_claim(partition, Bounds(self.end, offset))
            if self._is_overtaken:
                logger.warning("partition %d was claimed by another worker", partition)
        if not self._is_overtaken:
            self.end = max(self.end, offset + 1)
            self.store.acknowledged(offset)

    async def _next_checkpoint(self) -> DiskCheckpoint | None:
        if self.saving is not None:
            options = self._options
            if self.store.in_memory > 2 * options.hot_entries + options.checkpoint_every:
                await asyncio.wait([self.saving])  # the disk is behind: memory stays bounded
            if not self.saving.done():
                return None
            saving, self.saving = self.saving, None
            failure = saving.exception()
            if failure is not None:
                raise CheckpointFailed(
                    f"waiting predictions cannot be written to {options.directory}: "
                    f"{failure}. Nothing is lost: a worker that can write there goes on"
                ) from failure
        if self.store.dirty < self._options.checkpoint_every:
            return None
        return self.store.checkpoint()

    async def _save(
        self, checkpoint: DiskCheckpoint, confirmed: "asyncio.Future[int]", check: int
    ) -> None:
        await asyncio.wait([confirmed])
        if confirmed.cancelled() or confirmed.exception() is not None:
            return  # the worker is going down, or has lost the partition: `Delivery` says why
        await self._write(checkpoint, ChangelogPosition(confirmed.result() + 1, check))

    async def _write(self, checkpoint: DiskCheckpoint, position: ChangelogPosition) -> None:
        checkpoint.done(await self._thread.run(checkpoint.write, position))

    def _new_store(self) -> PendingStore:
        return PendingStore(
            ttl=self._options.ttl,
            most=self._options.entries,
            hot=self._options.hot_entries,
            file=self._file,
            reused_ids=self._options.reused_ids,
            declarations=self._options.declarations,
        )
