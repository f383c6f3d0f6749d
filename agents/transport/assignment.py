"""Partitions that come and go: what they are given under, and what is done about it, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, cast

from faust.types import TP

from agents.transport.rounds import BatchEvent


class HasGeneration(Protocol):
    """An app of a consumer group."""

    consumer_generation_id: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """The partitions that one rebalance has given to this worker.

    Attributes
    ----------
    generation
        Of the consumer group: each rebalance has a higher one.
    partitions
        All of them.
    app
        Whose they are.
    """

    generation: int
    partitions: frozenset[TP]
    app: HasGeneration = field(repr=False, compare=False)

    @classmethod
    def present(cls, app: Any) -> Self:
        """Return that of now."""
        return cls(app.consumer_generation_id, frozenset(app.consumer.assignment()), app)

    @classmethod
    def of_event(cls, app: HasGeneration, event: BatchEvent) -> Self:
        """Return that under which an event was fetched, as far as the event tells."""
        message = event.message
        return cls(cast("int", message.generation_id), frozenset({message.tp}), app)

    def is_current(self) -> bool:
        """Tell whether the partitions are still this worker's, as far as it knows."""
        return self.generation == self.app.consumer_generation_id

    def brought(self, event: BatchEvent) -> bool:
        """Tell whether an event was fetched under it."""
        return bool(event.message.generation_id == self.generation)

    def of(self, topic: str) -> frozenset[int]:
        """Return the numbers of a topic's partitions."""
        return frozenset(tp.partition for tp in self.partitions if tp.topic == topic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Something that belongs to partitions, and comes and goes with them.

    Attributes
    ----------
    topics
        Whose partitions belong together: a worker to which they are assigned differently ends.
    keep
        Drops what belongs to partitions that are gone, as soon as an assignment is known.
    begin
        Brings back what belongs to the partitions, before any record of theirs is read; None
        where there is nothing.
    """

    topics: tuple[str, ...] = ()
    keep: Callable[[Assignment], object]
    begin: Callable[[Assignment], Awaitable[object]] | None = None


class SplitPartitions(RuntimeError):
    """Partitions that belong together went to different workers."""


def keep_assigned(app: Any, keepers: Sequence[Keeper]) -> None:
    """Have keepers follow the assignments of an app that is not started yet.

    With each assignment all `Keeper.keep` are called, one after the other in the order of the
    keepers, and, before reading goes on, all `Keeper.begin` at once. An error in any of them
    crashes the app: Faust itself would log it, and go on without what was to be brought back.
    """

    async def on_assigned(*arguments: Any, **_: Any) -> None:
        assigned: set[TP] = arguments[1]  # after the app: a signal's arguments have no names
        assignment = Assignment(app.consumer_generation_id, frozenset(assigned), app)
        try:
            for keeper in keepers:
                check_together(assignment, keeper.topics)
                keeper.keep(assignment)
        except Exception as error:
            await app.crash(error)
            raise

    async def on_complete(*_: Any, **__: Any) -> None:
        assignment = Assignment.present(app)
        try:
            # One that fails has the others end as well: nothing goes on that nobody waits for.
            async with asyncio.TaskGroup() as group:
                for each in keepers:
                    if each.begin is not None:
                        group.create_task(_run(each.begin, assignment))
        except ExceptionGroup as failed:
            error = failed.exceptions[0]
            await app.crash(error)
            raise error from None

    app.on_partitions_assigned.connect(on_assigned, weak=False)
    app.on_rebalance_complete.connect(on_complete, weak=False)


async def _run(begin: Callable[[Assignment], Awaitable[object]], assignment: Assignment) -> None:
    await begin(assignment)


def check_together(assignment: Assignment, topics: Sequence[str]) -> None:
    """Check that the same partitions of some topics were assigned.

    Raises
    ------
    SplitPartitions
        If not: what belongs together would never meet.
    """
    partitions = {topic: assignment.of(topic) for topic in topics}
    if len(set(partitions.values())) > 1:
        assigned = ", ".join(f"{topic} {sorted(numbers)}" for topic, numbers in partitions.items())
        raise SplitPartitions(
            f"topics that must share their partitions were assigned differently: {assigned}. "
            "They need equal partition counts (`driftline check` compares them), and all members "
            "of the consumer group must be Driftline workers."
        )
