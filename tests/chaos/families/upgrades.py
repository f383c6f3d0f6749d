"""A rolling upgrade from the release before, under load."""

import sys
from typing import ClassVar, Final

from tests.chaos.crew import ROOT
from tests.chaos.families.family import Family
from tests.chaos.predecessor import NoHistory, predecessor
from tests.chaos.traffic import TrafficOptions
from tests.chaos.world import World

START: Final = 180.0
"""Seconds for a worker that compiles its kernels first."""


class Upgrades(Family):
    """The procedure of ``docs/deployment.md``: workers are replaced one after the other."""

    name: ClassVar[str] = "upgrades"
    title: ClassVar[str] = "a rolling upgrade from the release before"
    workers: ClassVar[int] = 3
    rate: ClassVar[float] = 1000.0
    # What says nothing was refused by the release before, and is counted by this one.
    traffic: ClassVar[TrafficOptions] = TrafficOptions(silent=0.0)
    has_predecessor: ClassVar[bool] = True
    may_crash: ClassVar[bool] = True

    def begin(self, world: World) -> None:
        """Start workers of the release before, and the traffic."""
        try:
            world.crew.root = predecessor()
        except NoHistory as error:
            print(f"upgrades: all workers are of this release: {error}", file=sys.stderr)  # noqa: T201 - for whoever runs it
        super().begin(world)

    def play(self, world: World) -> None:
        """Replace them: SIGTERM, then one of this release in its place."""
        self._wait(world)
        world.wait_some(2.0, 5.0)
        world.crew.root = ROOT
        before = list(world.crew.members)
        for old in before:
            if old not in world.crew.members:
                continue  # it ended at what the new ones have written, and was replaced
            world.crew.stop(old)
            world.crew.tend(world.workers)
            self._wait(world)
            world.wait_some(1.0, 1.5 if self.quick else 8.0)
            if world.draw.random() < 0.3:
                # What takes its place is of this release too.
                world.crew.kill(world.crew.members[-1])
                self._wait(world)
        # One of before that is given a partition whose state is of this release stops, and commits
        # nothing; one of this release reads whatever there is.
        ended = set(world.crew.crashes) - {old.log_file for old in before}
        assert not ended, f"workers of this release have ended: {sorted(map(str, ended))}"

    def _wait(self, world: World) -> None:
        assert world.wait_until(world.is_ready, START), "not all workers have joined"
