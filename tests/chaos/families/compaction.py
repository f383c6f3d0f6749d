"""Input topics that are compacted: offsets of which nothing is left."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from agents.transport.options import TransportOptions
from app.settings import TopicRole
from tests.chaos.families.family import Family
from tests.chaos.topic_settings import change_topic
from tests.chaos.traffic import Fate, Item
from tests.chaos.world import World

_COMPACTED: Final = (TopicRole.PREDICTIONS, TopicRole.LABELS)
"""What may be: other topics' records share keys."""

_ROLL_MS: Final = 500
_SETTINGS: Final = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0",
    "min.compaction.lag.ms": "0",
    "segment.ms": str(_ROLL_MS),
}
_SLICE: Final = TransportOptions().max_slice_records
_LONGEST: Final = 700
"""Records of a partition that go in a row: more than a slice spans."""


class Compaction(Family):
    """Records are compacted away before a worker has seen them, at the ends of slices as well.

    Records that go have the key of a later one of their partition. They are written while no worker
    runs, and have gone before one does: so it is defined what comes of them, nothing.
    """

    name: ClassVar[str] = "compaction"
    title: ClassVar[str] = "holes that compaction leaves in the input topics"

    def begin(self, world: World) -> None:
        """Have the topics compacted from the beginning on."""
        for role in _COMPACTED:
            change_topic(world.broker.bootstrap, world.name(role), _SETTINGS)
        super().begin(world)

    def play(self, world: World) -> None:
        """Have a backlog with holes, and kill workers while they read it."""
        world.wait_ready()
        for _ in range(1 if self.quick else 3):
            world.wait_some(0.5, 2.0)
            world.feeder.stop()
            world.kill_all()
            self._have_holes(world, 12_000)
            world.feed(self.rate)
            for _ in range(2):
                world.wait_some(2.0, 6.0)
                world.kill_all()

    def _have_holes(self, world: World, count: int) -> None:
        before = set(world.ledger.unseen)
        for item in self._superseded(world, world.more(count)):
            world.feeder.send(item)
        world.feeder.stop()
        gone = world.ledger.unseen - before
        assert any((place.offset + 1) % _SLICE == 0 for place in gone), "no slice ends in a hole"
        # The segment that is written to is never compacted: there must be a later one.
        world.wait_until(lambda: False, 2 * _ROLL_MS / 1000, tend=False)
        world.burst(count // 20)
        assert world.wait_until(lambda: not self._left(world), 60.0, tend=False), (
            "the brokers have not compacted the topics"
        )

    def _superseded(self, world: World, items: Sequence[Item]) -> list[Item]:
        """Return the records, of which stretches have the key of the next one that stays."""
        places: dict[tuple[TopicRole, int], list[int]] = defaultdict(list)
        for index, item in enumerate(items):
            if item.role in _COMPACTED:
                places[item.role, item.partition].append(index)
        result = list(items)
        for where, mine in places.items():
            is_gone = self._drawn(world, world.ledger.ends[where], len(mine))
            key = None
            for index, goes in zip(reversed(mine), reversed(is_gone), strict=True):
                if goes:
                    result[index] = replace(items[index], key=key, fate=Fate.UNSEEN)
                else:
                    key = items[index].key
        return result

    def _drawn(self, world: World, offset: int, count: int) -> list[bool]:
        """Return which of so many records go, from an offset on; the last one stays."""
        draw = world.draw
        drawn: list[bool] = []
        goes = draw.random() < 0.5
        while len(drawn) < count:
            drawn += [goes] * draw.randint(1, _LONGEST)
            goes = not goes
        return [
            row < count - 1 and (gone or (offset + row + 1) % _SLICE == 0)
            for row, gone in enumerate(drawn[:count])
        ]

    def _left(self, world: World) -> bool:
        """Tell whether records are still there that should have gone."""
        there = {
            (role, partition, message.offset())
            for role in _COMPACTED
            for partition, messages in world.log.read(world.name(role)).items()
            for message in messages
        }
        return not there.isdisjoint(world.ledger.unseen)
