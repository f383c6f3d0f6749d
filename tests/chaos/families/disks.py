"""The disks on which predictions wait for their labels, and what befalls them."""

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import ClassVar, Final, TypeAlias

from tests.chaos.families.family import Family
from tests.chaos.traffic import TrafficOptions
from tests.chaos.world import World

_HOT: Final = 1000
_BACKLOG: Final = 25_000
"""Records, with more predictions than the stores keep in memory."""

_Way: TypeAlias = Callable[[Sequence[Path], Sequence[Path]], None]
"""What befalls the disks, of which there are early copies."""


class Disks(Family):
    """Killed workers come back with their disk, that of another one, an old one, and with none.

    The labels come late: most find a prediction that was there before their worker, and so in its
    disk alone, or one that has left the memory since.
    """

    name: ClassVar[str] = "disks"
    title: ClassVar[str] = "disks of waiting predictions: kept, lost, exchanged, out of date"
    traffic: ClassVar[TrafficOptions] = TrafficOptions(
        labelled=0.8, early=0.02, soonest=4000, latest=16_000
    )
    rate: ClassVar[float] = 800.0
    settings: ClassVar = {"topics.partitions": 2}

    def begin(self, world: World) -> None:
        """Give each worker a disk, and have a backlog."""
        world.crew.settings["intake.pending.hot_entries"] = _HOT
        world.crew.disks = [world.folder / f"disk-{each}" for each in range(world.workers)]
        world.burst(_BACKLOG)
        super().begin(world)

    def play(self, world: World) -> None:
        """Kill all workers, let something befall the disks, and have others go on with them."""
        disks = world.crew.disks
        copies = [disk.with_suffix(".old") for disk in disks]
        assert world.wait_until(lambda: _are_used(world), 90.0), "nothing is written to the disks"
        ways = world.draw.sample(_WAYS, 1 if self.quick else len(_WAYS))
        for turn, way in enumerate((_keep, *ways)):
            world.kill_all()
            assert any(map(_held, disks)), "no prediction waits on the disks"
            if turn == 0:
                _copy(disks, copies)
            way(disks, copies)
            world.wait_ready()
            world.wait_some(2.0, 5.0)


def _are_used(world: World) -> bool:
    written = (member.metric("driftline_pending_disk_bytes") for member in world.crew.members)
    return sum(written) > 0


def _held(disk: Path) -> int:
    """Return how many predictions lie on a disk that no worker has."""
    count = 0
    for path in disk.glob("*/*.sqlite"):
        with closing(sqlite3.connect(path)) as file:
            (rows,) = file.execute("SELECT coalesce(sum(rows), 0) FROM segments").fetchone()
            count += rows
    return count


def _copy(those: Sequence[Path], to: Sequence[Path]) -> None:
    for source, target in zip(those, to, strict=True):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)


def _keep(_disks: Sequence[Path], _copies: Sequence[Path]) -> None:
    """Let each come back as it was."""


def _lose_one(disks: Sequence[Path], _copies: Sequence[Path]) -> None:
    shutil.rmtree(disks[0])


def _lose_all(disks: Sequence[Path], _copies: Sequence[Path]) -> None:
    for disk in disks:
        shutil.rmtree(disk)


def _exchange(disks: Sequence[Path], _copies: Sequence[Path]) -> None:
    """Give each worker the disk of the one before it."""
    aside = [disk.rename(disk.with_suffix(".moved")) for disk in disks]
    for moved, disk in zip(aside, (*disks[1:], disks[0]), strict=True):
        moved.rename(disk)


def _put_back(disks: Sequence[Path], copies: Sequence[Path]) -> None:
    """Have the disks as they were early, as from a backup."""
    _copy(copies, disks)


_WAYS: Final[Sequence[_Way]] = (_lose_one, _lose_all, _exchange, _put_back)
