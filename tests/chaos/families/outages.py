"""Brokers that go away and come back."""

import time
from typing import ClassVar, Final

from tests.chaos.families.family import Family
from tests.chaos.world import World

_SECONDS: Final = (5.0, 12.0, 28.0, 33.0, 45.0, 120.0)
"""Workers give up on a record after 30 s: around that time it matters what is sent after it."""


class Outages(Family):
    """The only broker stops, or dies, for seconds to minutes; workers live on, or are replaced."""

    name: ClassVar[str] = "outages"
    title: ClassVar[str] = "the broker restarts, or is away for 5 to 120 s"
    rate: ClassVar[float] = 700.0
    may_crash: ClassVar[bool] = True

    def play(self, world: World) -> None:
        """Take the broker away, once in order and once by force."""
        world.wait_ready()
        for end in (world.broker.kill, world.broker.stop):
            world.wait_some(1.0, 3.0)
            end()
            world.broker_kills += end == world.broker.kill
            self._away(world)
            world.broker.start()
            world.wait_until(world.is_ready, within=90.0)
            if self.quick:
                return

    def _away(self, world: World) -> None:
        seconds = world.draw.uniform(2.0, 5.0) if self.quick else world.draw.choice(_SECONDS)
        half = world.draw.uniform(0.0, seconds)
        world.wait(half)
        if world.draw.random() < 0.3:
            world.crew.kill(world.any_member())
        end = time.monotonic() + seconds - half
        world.wait(max(0.0, end - time.monotonic()))
