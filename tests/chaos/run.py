"""One run of a family: the scenario, the end of it, the verdict."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from app.settings import TopicRole
from tests.chaos.families.family import Family
from tests.chaos.oracle import Oracle
from tests.chaos.verdict import Verdict
from tests.chaos.world import PERFORMANCE, Broker, World


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run.

    Attributes
    ----------
    family, seed
        What to give to repeat it.
    is_planted
        Whether the workers had a bug.
    verdict
        What the oracle says.
    events, kills, seconds
        How much there was of it.
    folder
        Logs; only where something is wrong.
    """

    family: str
    seed: int
    is_planted: bool
    verdict: Verdict
    events: int
    kills: int
    seconds: float
    folder: Path

    @property
    def is_right(self) -> bool:
        """Whether nothing was found wrong; of workers with a bug, whether that was seen."""
        return self.verdict.is_seen if self.is_planted else self.verdict.is_clean


def run_once(family: Family, broker: Broker, seed: int, folder: Path) -> Result:
    """Run a scenario to its end and judge it; logs are kept where something is wrong."""
    began = time.monotonic()
    folder.mkdir(parents=True)
    world = World(
        broker,
        seed=seed,
        folder=folder,
        prefix=f"{family.name}-{seed}-{time.time_ns() % 1_000_000}-",
        # The release before has none.
        settings={**({} if family.has_predecessor else PERFORMANCE), **family.settings},
        traffic=family.traffic,
        workers=family.workers,
    )
    verdict = Verdict()
    try:
        verdict = _played(family, world)
    except (AssertionError, RuntimeError, KafkaException) as error:
        verdict.broke(error)
    finally:
        world.close()
    _delete_topics(world)
    seconds = time.monotonic() - began
    result = Result(
        family.name,
        seed,
        family.is_planted,
        verdict,
        world.ledger.events,
        world.kills,
        seconds,
        folder,
    )
    if result.is_right:
        shutil.rmtree(folder)
    return result


def _played(family: Family, world: World) -> Verdict:
    family.begin(world)
    family.play(world)
    world.finish_feeding()
    left = world.drain(family.patience)
    if not left:
        for member in list(world.crew.members):
            world.crew.stop(member)
    verdict = Oracle(
        world.settings, world.ledger, world.log, own=not family.has_predecessor
    ).judge()
    verdict.missing("partitions that were not read to the end", left)
    if not family.may_crash:
        verdict.wrong("workers that crashed by themselves", world.crew.crashes)
    family.judge(world, verdict)
    return verdict


def _delete_topics(world: World) -> None:
    names = [world.name(role) for role in TopicRole]
    admin = AdminClient({"bootstrap.servers": world.broker.bootstrap, "log_level": 0})
    for future in admin.delete_topics(names, operation_timeout=20.0).values():
        future.exception(20.0)
