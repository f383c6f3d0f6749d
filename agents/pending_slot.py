"""The waiting predictions of one partition: in memory, in the changelog, and on disk."""

import asyncio
from collections.abc import Awaitable
from concurrent.futures import Executor
from functools import partial
from typing import Any

from agents.cold_chunk import DamagedStore
from agents.cold_file import ColdFile, Position
from agents.pending import Checkpoint, PendingStore
from agents.pending_changes import checksum
from agents.pending_options import PendingOptions
from agents.publisher import Publisher


class CheckpointFailed(RuntimeError):
    """The disk of waiting predictions is full, or broken."""


class PendingSlot:
    """The store of one partition, with what the changelog and the disk have of it.

    Parameters
    ----------
    options
        The store's bounds.
    thread
        Writes to disk.
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
        self, options: PendingOptions, thread: Executor, file: ColdFile | None = None
    ) -> None:
        self._options = options
        self._thread = thread
        self._file = file
        self.saving: asyncio.Future[None] | None = None
        self.store = self._new_store()
        self.end = 0

    async def publish(
        self, publisher: Publisher, topic: str, partition: int
    ) -> list[Awaitable[Any]]:
        """Send what the store has taken to the changelog.

        Returns
        -------
        list
            What must be done before the records that it took are acked.

        Raises
        ------
        CheckpointFailed
            If an earlier checkpoint could not be written.
        """
        records = self.store.drain_changes()
        if not records:
            return []
        # The last one makes what was taken whole.
        numbers = [0] * (len(records) - 1) + [self.store.end]
        checkpoint = await self._next_checkpoint()
        outputs = []
        for record, number in zip(records, numbers, strict=True):
            future = await publisher.send(topic, key=None, value=record, partition=partition)
            future.add_done_callback(partial(self._acknowledged, number))
            outputs.append(future)
        if checkpoint is not None:
            self.saving = asyncio.ensure_future(
                self._save(checkpoint, outputs[-1], checksum(records[-1]))
            )
        return list(outputs)

    async def load(self) -> Position | None:
        """Take over what the disk has; return up to where in the changelog that is.

        Raises
        ------
        DamagedStore
            If it cannot be used: `empty` it then.
        """
        if self._file is None:
            return None
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self.store.load)
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedStore(str(error)) from error

    async def empty(self) -> None:
        """Begin with nothing, on disk as well."""
        if self._file is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._file.clear)
        self.store = self._new_store()

    async def save_where_due(self, record: bytes, offset: int) -> None:
        """Bring the disk up to date with the last record of a changelog that is being replayed."""
        if self.store.dirty >= self._options.checkpoint_every:
            await self._write(self.store.checkpoint(), Position(offset + 1, checksum(record)))

    def close(self) -> None:
        """Let go of the disk, once a checkpoint that is being written is done."""
        if self.saving is None or self.saving.done():
            self.store.close()
        else:
            self.saving.add_done_callback(lambda _: self.store.close())

    def _acknowledged(self, number: int, sent: "asyncio.Future[Any]") -> None:
        """Note the offset of a record of the changelog, and that it has all before a prediction."""
        if not sent.cancelled() and sent.exception() is None:
            offset = sent.result().offset
            self.end = max(self.end, offset + 1)
            self.store.acknowledged(offset)
            self.store.durable_to = max(self.store.durable_to, number)

    async def _next_checkpoint(self) -> Checkpoint | None:
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

    async def _save(self, checkpoint: Checkpoint, sent: "asyncio.Future[Any]", check: int) -> None:
        await asyncio.wait([sent])
        if sent.cancelled() or sent.exception() is not None:
            return  # the worker is going down: `Delivery` says why
        await self._write(checkpoint, Position(sent.result().offset + 1, check))

    async def _write(self, checkpoint: Checkpoint, position: Position) -> None:
        loop = asyncio.get_running_loop()
        checkpoint.done(await loop.run_in_executor(self._thread, checkpoint.write, position))

    def _new_store(self) -> PendingStore:
        return PendingStore(
            ttl=round(self._options.ttl * 1000),
            most=self._options.entries,
            hot=self._options.hot_entries,
            file=self._file,
        )
