"""Three brokers, of which one after the other is lost."""

from typing import ClassVar

from app.settings import TopicRole
from tests.chaos.families.family import Family
from tests.chaos.world import World
from tests.kafka.three import ThreeBrokers


class Leaders(Family):
    """The leader of a partition dies and comes back, then that of another one."""

    name: ClassVar[str] = "leaders"
    title: ClassVar[str] = "the loss of a leader of three brokers"
    settings: ClassVar = {"topics.replication_factor": 3}
    rate: ClassVar[float] = 700.0
    may_crash: ClassVar[bool] = True
    wants_three: ClassVar[bool] = True

    def play(self, world: World) -> None:
        """Kill the leaders of an input and of an internal topic."""
        brokers = world.broker
        assert isinstance(brokers, ThreeBrokers)
        world.wait_ready()
        for role in (TopicRole.PREDICTIONS, TopicRole.OBSERVATIONS, TopicRole.ALERTS):
            world.wait_some(1.0, 3.0)
            leader = brokers.leader(world.name(role), world.draw.randrange(3))
            brokers.kill_one(leader)
            world.broker_kills += 1
            world.wait_some(3.0, 8.0)
            if world.draw.random() < 0.5:
                world.crew.kill(world.any_member())
            brokers.start_one(leader)
            world.wait_until(world.is_ready, within=90.0)
            if self.quick:
                return
