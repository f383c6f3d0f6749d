"""A group that has never committed anything, and whose workers die before they do."""

from typing import ClassVar

from confluent_kafka import TopicPartition

from app.settings import TopicRole
from tests.chaos.families.family import Family
from tests.chaos.faults import FaultKind
from tests.chaos.world import World


class Fresh(Family):
    """The first workers of a group die before their first commit: nothing may be skipped."""

    name: ClassVar[str] = "fresh"
    title: ClassVar[str] = "a fresh group that crashes before its first commit"

    def begin(self, world: World) -> None:
        """Have traffic before there are workers."""
        world.burst(3000)
        world.feed(self.rate)

    def play(self, world: World) -> None:
        """Let workers die before they commit, and look that they did not."""
        predictions = world.name(TopicRole.PREDICTIONS)
        partitions = [TopicPartition(predictions, each) for each in range(3)]
        for _ in range(1 if self.quick else 3):
            fault = world.fault(FaultKind.DIE_BEFORE_COMMIT)
            doomed = [world.crew.start([fault]) for _ in range(world.workers)]
            world.wait_until(lambda: not any(m.is_alive for m in doomed), 40.0, tend=False)  # noqa: B023 - within the turn
            for member in doomed:
                world.crew.kill(member)
            committed = world.log.committed(partitions)
            assert max(committed.values()) < 0, f"committed: {committed}"
        world.wait(3.0)
