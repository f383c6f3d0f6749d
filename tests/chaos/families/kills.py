"""Workers that are killed at any time, one or all of them."""

from typing import ClassVar

from tests.chaos.families.family import Family
from tests.chaos.world import World


class Kills(Family):
    """kill -9 from outside, now and then while others start, and frozen workers that wake up."""

    name: ClassVar[str] = "kills"
    title: ClassVar[str] = "kill -9 and SIGSTOP at any time"
    weight: ClassVar[int] = 2

    def play(self, world: World) -> None:
        """Kill one, or all, or freeze one for longer than its session."""
        for _ in range(2 if self.quick else 8):
            world.wait_ready()
            world.wait_some(0.2, 4.0)
            what = world.draw.random()
            if what < 0.5:
                world.crew.kill(world.any_member())
            elif what < 0.8:
                world.kill_all()
            else:
                world.freeze(world.any_member(), 4.0, 7.0)
