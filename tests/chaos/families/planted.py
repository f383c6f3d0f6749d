"""Workers with a bug: runs that must fail, or the oracle is blind."""

from abc import abstractmethod
from typing import ClassVar, Final

from app.settings import TopicRole
from tests.chaos.families.family import Family
from tests.chaos.faults import Fault, FaultKind
from tests.chaos.world import World

_BACKLOG: Final = 15_000


class Planted(Family):
    """Workers that have a bug, a backlog in front of them, and are killed in the midst of it."""

    workers: ClassVar[int] = 1
    is_planted: ClassVar[bool] = True

    @abstractmethod
    def bugs(self, world: World) -> list[Fault]:
        """Return what is wrong with every worker."""

    def deaths(self, world: World) -> list[Fault]:
        """Return what the first workers die of, one after the other."""
        return [
            world.fault(FaultKind.DIE_AFTER_COMMIT, None, 1),
            world.fault(FaultKind.DIE_AFTER_COMMIT, None, 2),
        ]

    def begin(self, world: World) -> None:
        """Have a backlog, so that a worker has its hands full."""
        world.crew.faults = self.bugs(world)
        world.burst(_BACKLOG)
        world.feed(self.rate)

    def play(self, world: World) -> None:
        """See the first workers to their deaths."""
        for fault in self.deaths(world):
            world.wait_for_end(world.crew.start([fault]), 30.0)
        world.wait(1.0)


class CommitsEarly(Planted):
    """What was delivered is committed, as consumers with auto-commit do."""

    name: ClassVar[str] = "commit-early"
    title: ClassVar[str] = "planted: commits what is not handled"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [
            world.fault(FaultKind.COMMIT_EARLY),
            # What a worker does not wait for should take its time, or there is nothing to lose.
            world.fault(FaultKind.SLOW_SENDS, TopicRole.OBSERVATIONS, 4),
        ]

    def deaths(self, world: World) -> list[Fault]:
        """Return a death that follows upon the first commit."""
        return [world.fault(FaultKind.DIE_AFTER_COMMIT)]


class LosesSends(Planted):
    """A failed send is nobody's business."""

    name: ClassVar[str] = "lose-sends"
    title: ClassVar[str] = "planted: hears of no failed send"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [world.fault(FaultKind.LOSE_SENDS, TopicRole.OBSERVATIONS, 3)]

    def deaths(self, world: World) -> list[Fault]:  # noqa: ARG002 - none
        """Return nothing: the bug is enough."""
        return []


class SkipsMarks(Planted):
    """Rows that come again are counted again."""

    name: ClassVar[str] = "skip-marks"
    title: ClassVar[str] = "planted: looks at no high-water mark"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [world.fault(FaultKind.SKIP_MARKS)]

    def deaths(self, world: World) -> list[Fault]:
        """Return deaths that make intake send its rows again."""
        return [
            world.fault(FaultKind.DIE_AFTER_SEND, TopicRole.OBSERVATIONS, nth) for nth in (4, 8)
        ]


class ForgesAcks(Planted):
    """A batch is acked before its snapshot is in Kafka."""

    name: ClassVar[str] = "ack-early"
    title: ClassVar[str] = "planted: acks before the snapshot is acknowledged"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [world.fault(FaultKind.FORGE_ACKS, TopicRole.STATE, 8)]


PLANTED: Final[dict[str, type[Planted]]] = {
    bug.name: bug
    for bug in (
        CommitsEarly,
        LosesSends,
        SkipsMarks,
        ForgesAcks,
    )
}
"""All of them, by their names."""
