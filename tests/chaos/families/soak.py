"""A while of steady work, with stops in it: memory stays, and so do the caps."""

from typing import ClassVar, Final

import psutil

from tests.chaos.crew import Member
from tests.chaos.families.family import Family
from tests.chaos.traffic import TrafficOptions
from tests.chaos.world import World

_GROWTH: Final = 80_000_000
"""Bytes by which a warm worker may grow."""

_CAP: Final = 2000


class Soak(Family):
    """One worker that is stopped and started at any offset; that equals never having stopped."""

    name: ClassVar[str] = "soak"
    title: ClassVar[str] = "soak: memory and caps; stop and restore at any offset"
    workers: ClassVar[int] = 1
    rate: ClassVar[float] = 3000.0
    traffic: ClassVar[TrafficOptions] = TrafficOptions(labelled=0.0)
    settings: ClassVar = {"intake.pending.max_entries": _CAP}

    def play(self, world: World) -> None:
        """Stop and start, and look at the memory in between."""
        seconds = 4.0 if self.quick else 15.0
        for _ in range(2 if self.quick else 4):
            world.wait_ready()
            world.wait(seconds / 2)
            member = world.any_member()
            before = self._memory(member)
            world.wait(seconds)
            grown = self._memory(member) - before
            assert grown < _GROWTH, f"a worker grew by {grown / 1e6:.0f} MB in {seconds:.0f} s"
            waiting = member.metric("driftline_pending_entries")
            most = _CAP * world.settings.topics.partitions
            assert 0 < waiting <= most, f"{waiting:.0f} predictions wait, of {most} at most"
            world.crew.stop(member)

    def _memory(self, member: Member) -> int:
        return int(psutil.Process(member.process.pid).memory_info().rss)
