"""Writes the state of one partition, so that either all of it is in force or what was before."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from agents.state.keys import INDEX, HeadKey, WriterEpoch
from agents.state.stored_state import Ref, StoredState
from agents.transport.sizes import SNAPSHOT_PART
from detectors.snapshots.codec import digest_of, encode_snapshot
from detectors.snapshots.parts import PartName
from detectors.snapshots.tree import State


class Superseded(Exception):
    """The partition may belong to another worker by now: nothing more was written."""


class Send(Protocol):
    """Sends a record to a partition; `agents.transport.publisher.Publisher.send` does."""

    async def __call__(
        self, topic: str, *, key: bytes | None, value: bytes | None, partition: int | None
    ) -> Awaitable[object]:
        """Return what is done when the broker has acknowledged the record."""


@dataclass(frozen=True, slots=True)
class StateCut:
    """A state at one point of its logs.

    Attributes
    ----------
    covers
        Topic to the offset of the last record that it is of.
    names
        Of all its parts, in order.
    changed
        The snapshots of those that changed since the last cut.
    outline
        What is in no part.
    """

    covers: Mapping[str, int]
    names: tuple[PartName, ...]
    changed: Mapping[PartName, bytes]
    outline: State


class StateWriter:
    """Writes cuts: first the parts, then the index, then the head, each acknowledged before.

    What is in force before the head stays as it is until the head is acknowledged: a snapshot is
    written to the slot that is not in force. Then it is deleted. The first cut has all parts, so
    that no state hangs on the keys of an earlier writer.

    Parameters
    ----------
    send
        How records are sent.
    topic, partition
        Where to.
    stage, group
        Who writes.
    generation
        Of the consumer group.
    stored
        What was loaded; None where there was nothing.
    leftover
        Keys to delete, where nothing was loaded.
    """

    def __init__(
        self,
        send: Send,
        topic: str,
        partition: int,
        *,
        stage: str,
        group: str,
        generation: int,
        stored: StoredState | None,
        leftover: Iterable[bytes] = (),
    ) -> None:
        self._send = send
        self._topic, self._partition = topic, partition
        self._stage, self._group = stage, group
        started = 1 if stored is None else stored.epoch.started + 1
        self.epoch = WriterEpoch(started, generation)
        self._refs: dict[PartName, Ref] = {} if stored is None else dict(stored.refs)
        self._garbage = list(leftover)
        if stored is not None:
            self._garbage += [*stored.garbage, HeadKey(stored.epoch).encode()]
            self._refs[INDEX] = stored.index
        # Written anew by the first cut: who had the partition before, and was frozen, goes on to
        # delete what its own next cut replaces.
        self._inherited: dict[PartName, bytes] = {} if stored is None else dict(stored.parts)

    @property
    def inherits(self) -> bool:
        """Whether there are parts of an earlier writer, whose bytes are kept for the first cut."""
        return bool(self._inherited)

    async def write(self, cut: StateCut, may_write: Callable[[], bool]) -> tuple[int, int]:
        """Write a cut; return how many snapshots and bytes that took.

        Raises
        ------
        Superseded
            When ``may_write``, asked before each record, says no. What was before is in force.
        """
        refs: dict[PartName, Ref] = {}
        sent: list[Awaitable[object]] = []
        changed = {name: self._inherited[name] for name in cut.names if name in self._inherited}
        changed |= cut.changed
        for name, data in changed.items():
            refs[name] = await self._put(name, data, sent, may_write)
        await asyncio.gather(*sent)
        held = {name: refs.get(name) or self._refs[name] for name in cut.names}
        parts = [[list(name), ref.fields()] for name, ref in held.items()]
        index = encode_snapshot({"outline": cut.outline, "parts": parts})
        sent = []
        held[INDEX] = await self._put(INDEX, index, sent, may_write)
        await asyncio.gather(*sent)
        head = {
            "stage": self._stage,
            "group": self._group,
            "partition": self._partition,
            "covers": dict(cut.covers),
            "index": held[INDEX].fields(),
        }
        await (await self._record(HeadKey(self.epoch).encode(), encode_snapshot(head), may_write))
        for name, ref in self._refs.items():
            if held.get(name) != ref:
                self._garbage += ref.keys(name)
        self._refs, self._inherited = held, {}
        return len(changed), len(index) + sum(map(len, changed.values()))

    async def clean(self, may_write: Callable[[], bool]) -> None:
        """Delete what the last cut has replaced; raises `Superseded` as `write`."""
        garbage, self._garbage = self._garbage, []
        await asyncio.gather(*[await self._record(key, None, may_write) for key in garbage])

    async def _put(
        self,
        name: PartName,
        data: bytes,
        sent: list[Awaitable[object]],
        may_write: Callable[[], bool],
    ) -> Ref:
        before = self._refs.get(name)
        slot = 1 - before.slot if before is not None and before.epoch == self.epoch else 0
        parts = [data[at : at + SNAPSHOT_PART] for at in range(0, len(data), SNAPSHOT_PART)]
        ref = Ref(self.epoch, slot, len(parts), len(data), digest_of(data).hex())
        for key, part in zip(ref.keys(name), parts, strict=True):
            sent.append(await self._record(key, part, may_write))
        return ref

    async def _record(
        self, key: bytes, value: bytes | None, may_write: Callable[[], bool]
    ) -> Awaitable[object]:
        if not may_write():
            raise Superseded
        return await self._send(self._topic, key=key, value=value, partition=self._partition)
