"""Workers that are told to stop: in a batch, idle, with full buffers."""

from typing import ClassVar, Final

from tests.chaos.families.family import Family
from tests.chaos.world import World

LONGEST: Final = 30.0
"""Seconds that a stop may take."""


class Stops(Family):
    """Each stop must be bounded in time and end with 0."""

    name: ClassVar[str] = "stops"
    title: ClassVar[str] = "SIGTERM in a batch, idle, with full buffers"

    def play(self, world: World) -> None:
        """Stop workers under load, behind a backlog, and when there is nothing to do."""
        world.wait_ready()
        for _ in range(1 if self.quick else 4):
            self._stop(world)
            world.wait_some(0.5, 5.0)
        world.feeder.stop()
        for member in list(world.crew.members):
            world.crew.stop(member)
        for _ in range(1 if self.quick else 3):
            # A worker takes some 20,000 a second: so it is stopped with much in its hands.
            world.burst(20_000)
            world.crew.tend(1)
            world.wait_until(lambda: world.crew.members[0].is_ready, tend=False)
            world.wait(world.draw.uniform(0.0, 0.5))
            self._stop(world)
        world.drain()
        self._stop(world)

    def _stop(self, world: World) -> None:
        took = world.crew.stop(world.any_member())
        assert took < LONGEST, f"SIGTERM: took {took:.0f} s"
