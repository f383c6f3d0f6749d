"""Workers that are killed at any time, one or all of them."""

from collections.abc import Mapping
from typing import ClassVar

from tests.chaos.families.family import Family
from tests.chaos.traffic import EXTENDING, TrafficOptions
from tests.chaos.world import NEVER_EXPIRES, RAMPS, World


class Kills(Family):
    """kill -9 from outside, now and then while others start, and frozen workers that wake up."""

    name: ClassVar[str] = "kills"
    title: ClassVar[str] = "kill -9 and SIGSTOP at any time"
    weight: ClassVar[int] = 2
    settings: ClassVar[Mapping[str, object]] = {**NEVER_EXPIRES, **RAMPS}
    traffic: ClassVar[TrafficOptions] = TrafficOptions(
        repeated=0.1, eventful=0.004, racing=EXTENDING, routed=0.001
    )

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
