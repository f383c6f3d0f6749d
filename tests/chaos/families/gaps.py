"""Upstream transactions: markers between the records, and records that nobody may see."""

from dataclasses import replace
from typing import ClassVar

from tests.chaos.families.family import Family
from tests.chaos.feeder import Feeder
from tests.chaos.traffic import Fate
from tests.chaos.world import World


class Gaps(Family):
    """Half of the records come in transactions, of which some are aborted, or left open."""

    name: ClassVar[str] = "gaps"
    title: ClassVar[str] = "offset gaps, aborted and abandoned transactions"
    rate: ClassVar[float] = 500.0
    settings: ClassVar = {"kafka.isolation_level": "read_committed"}

    def play(self, world: World) -> None:
        """Write in transactions, and kill workers meanwhile."""
        feeder = self._transactional(world, "steady")
        for number in range(40 if self.quick else 120):
            self._transact(world, feeder, aborted=world.draw.random() < 0.3)
            if number % 20 == 10:
                world.crew.kill(world.any_member())
            world.wait_some(0.0, 0.2)
        abandoned = self._transactional(world, "abandoned")
        abandoned.producer.begin_transaction()
        self._send(world, abandoned, Fate.UNSEEN)
        # The broker aborts it after its time-out; until then nobody reads on.
        self._transact(world, feeder, aborted=False)

    def _transactional(self, world: World, name: str) -> Feeder:
        options = {
            "transactional.id": f"{world.folder.name}-{name}",
            "transaction.timeout.ms": "5000",
            "delivery.timeout.ms": "5000",
        }
        feeder = Feeder(world.settings, world.ledger, **options)
        feeder.producer.init_transactions(20.0)
        return feeder

    def _transact(self, world: World, feeder: Feeder, *, aborted: bool) -> None:
        feeder.producer.begin_transaction()
        self._send(world, feeder, Fate.UNSEEN if aborted else None)
        if aborted:
            feeder.producer.abort_transaction(20.0)
        else:
            feeder.producer.commit_transaction(20.0)

    def _send(self, world: World, feeder: Feeder, fate: Fate | None) -> None:
        for item in world.more(world.draw.randint(1, 40)):
            feeder.send(item if fate is None else replace(item, fate=fate))
        feeder.stop()
