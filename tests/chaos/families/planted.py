"""Workers with a bug: runs that must fail, or the oracle is blind."""

from abc import abstractmethod
from typing import ClassVar, Final

from app.settings import TopicRole
from tests.chaos.families.compaction import Compaction
from tests.chaos.families.events import Events
from tests.chaos.families.family import Family
from tests.chaos.faults import Fault, FaultKind
from tests.chaos.traffic import TrafficOptions
from tests.chaos.world import World

_BACKLOG: Final = 15_000


class Planted(Family):
    """All workers of a scenario have a bug."""

    is_planted: ClassVar[bool] = True

    @abstractmethod
    def bugs(self, world: World) -> list[Fault]:
        """Return what is wrong with every worker."""

    def begin(self, world: World) -> None:
        """Have it in the workers from the first one on."""
        world.crew.faults = self.bugs(world)
        super().begin(world)


class Mortal(Planted):
    """Workers that have a backlog in front of them, and are killed in the midst of it."""

    workers: ClassVar[int] = 1

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


class CommitsEarly(Mortal):
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


class LosesSends(Mortal):
    """A failed send is nobody's business."""

    name: ClassVar[str] = "lose-sends"
    title: ClassVar[str] = "planted: hears of no failed send"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [world.fault(FaultKind.LOSE_SENDS, TopicRole.OBSERVATIONS, 3)]

    def deaths(self, world: World) -> list[Fault]:  # noqa: ARG002 - none
        """Return nothing: the bug is enough."""
        return []


class SkipsMarks(Mortal):
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


class CountsLastAgain(SkipsMarks):
    """Of rows that come again, the one at the mark is counted again."""

    name: ClassVar[str] = "count-last-again"
    title: ClassVar[str] = "planted: takes the row at a high-water mark for a new one"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [world.fault(FaultKind.COUNT_LAST_AGAIN)]

    def deaths(self, world: World) -> list[Fault]:
        """Return many: not in each replay does a mark lie within what comes again."""
        return [
            world.fault(FaultKind.DIE_AFTER_SEND, TopicRole.OBSERVATIONS, nth)
            for nth in (2, 3, 4, 5, 6, 8)
        ]


class ForgesAcks(Mortal):
    """A batch is acked before its snapshot is in Kafka."""

    name: ClassVar[str] = "ack-early"
    title: ClassVar[str] = "planted: acks before the snapshot is acknowledged"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [world.fault(FaultKind.FORGE_ACKS, TopicRole.STATE, 8)]


class ForgetsWaiting(Mortal):
    """A batch is acked before the changelog has the predictions that wait for their labels."""

    name: ClassVar[str] = "changelog-early"
    title: ClassVar[str] = "planted: acks before the changelog of the join is acknowledged"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [world.fault(FaultKind.FORGE_ACKS, TopicRole.PENDING, 8)]


class Racing(Planted):
    """Labels that come with their predictions, and workers that die, or freeze, again and again."""

    traffic: ClassVar[TrafficOptions] = TrafficOptions(
        labelled=1.0, early=0.4, soonest=1, latest=40
    )
    strikes: ClassVar[int] = 10


class LeavesOrder(Racing):
    """A join is observed before the changelog knows which of the two came first."""

    name: ClassVar[str] = "leave-order"
    title: ClassVar[str] = "planted: observes joins whose order nobody has noted"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug, and what lets a death come between the two."""
        return [
            world.fault(FaultKind.LEAVE_ORDER),
            world.fault(FaultKind.SLOW_SENDS, TopicRole.PENDING, 1),
        ]

    def play(self, world: World) -> None:
        """Kill all workers, again and again."""
        for _ in range(self.strikes):
            world.wait_ready()
            world.wait_some(0.3, 1.5)
            world.kill_all()


class IgnoresClaims(Racing):
    """A worker that was frozen goes on with partitions that others have claimed."""

    name: ClassVar[str] = "ignore-claims"
    title: ClassVar[str] = "planted: heeds no claim of another worker"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug, and what has each freeze strike a worker with joins in its hands."""
        return [
            world.fault(FaultKind.IGNORE_CLAIMS),
            world.fault(FaultKind.SLOW_SENDS, TopicRole.PENDING, 1),
        ]

    def play(self, world: World) -> None:
        """Freeze a worker until others are at work on its partitions, again and again."""
        world.wait_ready()
        for _ in range(self.strikes // 2):
            # One that has only just gone on has no partitions yet, and loses none.
            world.wait_settled()
            world.wait_some(0.3, 1.5)
            world.freeze_until_replaced(world.any_member())


class LosesEvents(Planted, Events):
    """A model event comes to the monitors, and at times not to the policy."""

    name: ClassVar[str] = "lose-events"
    title: ClassVar[str] = "planted: hears of no model event whose send failed"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [world.fault(FaultKind.LOSE_SENDS, TopicRole.LIFECYCLE, 3)]


class StopsAtHoles(Planted, Compaction):
    """Nothing is committed beyond what compaction has taken out of the log."""

    name: ClassVar[str] = "stop-at-holes"
    title: ClassVar[str] = "planted: commits nothing beyond a hole in the log"
    patience: ClassVar[float] = 20.0

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [world.fault(FaultKind.COMMIT_TO_HOLES)]


class IgnoresRenewals(Planted):
    """A topic that was made anew is read on as if it were the one before."""

    name: ClassVar[str] = "ignore-renewals"
    title: ClassVar[str] = "planted: takes a topic that was made anew for the one before"

    def bugs(self, world: World) -> list[Fault]:
        """Return the bug."""
        return [world.fault(FaultKind.IGNORE_RENEWALS)]

    def play(self, world: World) -> None:
        """Make the predictions anew."""
        world.wait_ready()
        world.wait(2.0)
        left = world.renew(TopicRole.PREDICTIONS)
        assert not left, f"not read to the end: {left}"
        world.feed(self.rate)
        world.wait(3.0)


PLANTED: Final[dict[str, type[Planted]]] = {
    bug.name: bug
    for bug in (
        CommitsEarly,
        LosesSends,
        SkipsMarks,
        CountsLastAgain,
        ForgesAcks,
        ForgetsWaiting,
        LeavesOrder,
        IgnoresClaims,
        LosesEvents,
        StopsAtHoles,
        IgnoresRenewals,
    )
}
"""All of them, by their names."""
