"""What stands in the records: poison, odd values, odd times, labels of all kinds."""

from collections.abc import Sequence
from typing import ClassVar, Final

from app.settings import TopicRole
from tests.chaos.families.family import Family
from tests.chaos.poison import too_large, too_wide
from tests.chaos.traffic import Fate, Item, TrafficOptions
from tests.chaos.world import World


class Contents(Family):
    """Odd records, and a few kills and stops among them: what is replayed is odd as well."""

    def play(self, world: World) -> None:
        """Let the records come, and kill and stop workers."""
        world.wait_ready()
        for number in range(1 if self.quick else 3):
            for item in self.extras(world, number):
                world.feeder.send(item)
            world.wait_some(0.5, 4.0)
            if world.draw.random() < 0.7:
                world.kill_all()
            else:
                world.crew.stop(world.any_member())
            world.wait_some(0.5, 3.0)

    def extras(self, world: World, number: int) -> Sequence[Item]:  # noqa: ARG002 - others look
        """Return records to send besides, in a round of the scenario, numbered from 0."""
        return ()


_JUST_TOO_LARGE: Final = 1_010_000
"""Bytes: more than a worker takes, and less than a broker does not."""


class Poison(Contents):
    """One record in five is none."""

    name: ClassVar[str] = "poison"
    title: ClassVar[str] = "poison: no JSON, null, wrong types, 1 MB, 10,000 features"
    traffic: ClassVar[TrafficOptions] = TrafficOptions(poisoned=0.2)

    def extras(self, world: World, number: int) -> Sequence[Item]:
        """Return records that are too large or too wide, and one that is nearly."""
        partition = world.draw.randrange(world.settings.topics.partitions)
        values = (too_large(_JUST_TOO_LARGE), too_wide(10_000), too_wide(2001))
        refused = [
            Item(TopicRole.PREDICTIONS, partition, "x", value, Fate.REFUSED) for value in values
        ]
        # Each has an id of its own: the same prediction, written twice, is one.
        name = f"large{number}"
        large = Item(
            TopicRole.PREDICTIONS, partition, "x", too_large(990_000, name), Fate.OBSERVED, "m",
            "unversioned", name,
        )  # fmt: skip
        return [*refused, large]


class Values(Contents):
    """NaN, infinities, nothing, booleans, huge integers; new, constant and vanished features."""

    name: ClassVar[str] = "values"
    title: ClassVar[str] = "NaN, infinities, None, huge integers; new and vanished features"
    traffic: ClassVar[TrafficOptions] = TrafficOptions(odd=0.4)


class Labels(Contents):
    """Labels that come early, late, twice, and for nothing."""

    name: ClassVar[str] = "labels"
    title: ClassVar[str] = "duplicate, late, orphaned and early labels across restarts"
    traffic: ClassVar[TrafficOptions] = TrafficOptions(
        labelled=0.9, early=0.3, repeated=0.2, orphaned=0.05
    )


class Clocks(Contents):
    """Producers' clocks that are days off, times that go back, and none at all."""

    name: ClassVar[str] = "clocks"
    title: ClassVar[str] = "clock skew of days, disorder, no timestamps"
    traffic: ClassVar[TrafficOptions] = TrafficOptions(disorder=300.0, skew=5.0, undated=0.1)


class Future(Contents):
    """Clocks that are years ahead: the record's own time counts."""

    name: ClassVar[str] = "future"
    title: ClassVar[str] = "clocks that are years ahead"
    traffic: ClassVar[TrafficOptions] = TrafficOptions(disorder=10.0, skew=900.0, undated=0.1)
