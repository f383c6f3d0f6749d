"""Workers that join and leave under load, more of them than there are partitions."""

from typing import ClassVar, Final

from tests.chaos.families.family import Family
from tests.chaos.world import World

_CHANGES: Final = 20


class Joins(Family):
    """Twenty joins and leaves; one in three leaves without a word."""

    name: ClassVar[str] = "joins"
    title: ClassVar[str] = "twenty joins and leaves, more workers than partitions"
    settings: ClassVar = {"topics.partitions": 2}
    rate: ClassVar[float] = 800.0

    def play(self, world: World) -> None:
        """Change the number of workers, between one and four."""
        for _ in range(4 if self.quick else _CHANGES):
            least, most = 1, 4
            grow = world.draw.random() < 0.5
            if (grow and world.workers < most) or world.workers == least:
                world.workers += 1
                world.wait_some(0.5, 4.0)
                continue
            member = world.any_member()
            world.workers -= 1
            if world.draw.random() < 0.33 or not member.is_ready:
                world.crew.kill(member)
            else:
                world.crew.stop(member)
            world.wait_some(0.2, 2.0)
        world.workers = 1
