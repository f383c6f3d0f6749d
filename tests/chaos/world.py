"""What a scenario plays with: brokers, workers, traffic, and a clock to wait by."""

import asyncio
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

from confluent_kafka import ConsumerGroupState, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from app.kafka.topics import ensure_topics
from app.settings import Settings, TopicRole, load_settings
from tests.chaos.crew import Crew, Member
from tests.chaos.faults import Fault
from tests.chaos.feeder import Feeder
from tests.chaos.ledger import Ledger
from tests.chaos.log import Log
from tests.chaos.patience import Patience
from tests.chaos.traffic import Item, Traffic, TrafficOptions
from tests.kafka.changed_topics import renew_topic

SETTINGS: Final[Mapping[str, object]] = {
    "kafka.session_timeout_seconds": 3,
    "kafka.heartbeat_interval_seconds": 0.8,
    "monitor.burn_in": 100,
    "policy.features": 1,
    "policy.cooldown_seconds": 300,
    "policy.expiry_seconds": 600,
    "topics.partitions": 3,
    # Workers live for seconds; what no snapshot covers is not committed.
    "state.interval_seconds": 0.5,
    # Predictions are dated in the past and labels now.
    "intake.pending.ttl_seconds": 300_000_000,
}
"""Of every worker: dead ones are soon replaced, and much is decided in a short time."""

PERFORMANCE: Final[Mapping[str, object]] = {
    "models.model-0.thresholds": '["accuracy >= 0.9", "accuracy >= reference - 0.1"]',
    "models.model-1.thresholds": '["accuracy >= 0.9", "brier <= 0.3"]',
    "models.model-2.retraining.triggers": '[{"rows": 500}, {"labelled_rows": 300}, '
    '{"label_corrections": {"labels": 20}}]',
}
"""Thresholds are crossed, and kept again, as the outcomes of `tests.chaos.traffic` come and go; of
one model the rows themselves ask for a retraining. Releases before do not know these settings."""

NEVER_EXPIRES: Final[Mapping[str, object]] = {"policy.expiry_seconds": 100_000_000}
"""For `tests.chaos.traffic.EXTENDING`: whether an extension still came in time may depend on what
was read first where a request expires meanwhile."""

RAMPS: Final[Mapping[str, object]] = {
    f"models.model-{number}.{name}": value
    for number in range(4)
    for name, value in (
        ("routing.automatic", True),
        ("routing.step_seconds", 60),
        ("routing.labels", 20),
        ("rollback.cooldown_seconds", 300),
        ("rollback.expiry_seconds", 600),
    )
}
"""For routes in `tests.chaos.traffic`: workers decide about the ramps that these begin, and ask to
go back where what has traffic by them crosses a threshold."""

READ: Final = (
    TopicRole.PREDICTIONS,
    TopicRole.LABELS,
    TopicRole.MODEL_EVENTS,
    TopicRole.MODEL_ROUTING,
    TopicRole.OBSERVATIONS,
    TopicRole.LIFECYCLE,
    TopicRole.ALERTS,
)
"""Topics of which the group commits offsets."""

_TICK: Final = 0.05
_POLL: Final = 0.3
_ON_ITS_WAY: Final = 0.5
"""Seconds for which a commit of a worker that was frozen may yet arrive."""

DRAIN: Final = 120.0
_LONGEST_DRAIN: Final = 1200.0
_START: Final = 300.0
"""Seconds; workers of a fresh checkout compile their kernels first."""


class Broker(Protocol):
    """The brokers, which can go away and come back."""

    bootstrap: str

    def start(self) -> None:
        """Start, on the data of the last run."""

    def stop(self) -> None:
        """End in order."""

    def kill(self) -> None:
        """End at once."""

    def close(self) -> None:
        """End, and remove what was temporary."""


class _Shared(Iterator[Item]):
    """Records of which the feeder's thread and the scenario both take."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._lock = threading.Lock()

    def __next__(self) -> Item:
        with self._lock:
            return next(self._items)


class World:
    """One run: its topics are its own, its brokers are not.

    Parameters
    ----------
    broker
        Running.
    seed
        Of everything that is drawn.
    folder
        For logs.
    prefix
        Of the topics' names.
    settings
        Of the workers, over `SETTINGS`.
    traffic
        What is sent.
    workers
        How many there should be.

    Attributes
    ----------
    draw
        For the scenario.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        seed: int,
        folder: Path,
        prefix: str,
        settings: Mapping[str, object],
        traffic: TrafficOptions,
        workers: int,
    ) -> None:
        self.broker = broker
        self.draw = random.Random(seed)
        self.folder = folder
        self.workers = workers
        assignments = {
            **SETTINGS,
            "kafka.bootstrap_servers": broker.bootstrap,
            "kafka.group_id": f"{prefix}group",
            "topics.prefix": prefix,
            **settings,
        }
        self.settings: Settings = load_settings(
            None, {name: str(value) for name, value in assignments.items()}, {}
        )
        asyncio.run(ensure_topics(self.settings))
        self.crew = Crew(assignments, folder)
        self.ledger = Ledger()
        self.feeder = Feeder(self.settings, self.ledger)
        self.log = Log(broker.bootstrap, self.settings.kafka.group_id)
        self.traffic = Traffic(seed, traffic, self.settings.topics.partitions)
        self._items: Iterator[Item] = _Shared(self.traffic.items())
        self.broker_kills = 0

    @property
    def kills(self) -> int:
        """Workers and brokers that were killed."""
        return self.crew.kills + self.broker_kills

    def name(self, role: TopicRole) -> str:
        """Return the full name of a topic."""
        return self.settings.topics.full_name(role)

    def feed(self, rate: float) -> None:
        """Send so many events a second from now on."""
        self.feeder.start(self._items, rate)

    def more(self, count: int) -> list[Item]:
        """Return the next records, which the caller sends."""
        return list(islice(self._items, count))

    def burst(self, events: int) -> None:
        """Send events at once, and wait until the broker has them."""
        for item in self.more(events):
            self.feeder.send(item)
        self.feeder.stop()

    def wait(self, seconds: float) -> None:
        """Wait, and replace the workers that end meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.crew.tend(self.workers)
            time.sleep(min(_TICK, left))

    def wait_some(self, least: float, most: float) -> None:
        """Wait for a time that is drawn."""
        self.wait(self.draw.uniform(least, most))

    def wait_until(
        self, condition: Callable[[], bool], within: float = 60.0, *, tend: bool = True
    ) -> bool:
        """Wait until something is so; return whether it came to be in time."""
        end = time.monotonic() + within
        while not condition():
            if time.monotonic() > end:
                return False
            if tend:
                self.crew.tend(self.workers)
            time.sleep(_TICK)
        return True

    def wait_for_end(self, member: Member, within: float = 60.0) -> int:
        """Return the exit code of a worker with a fault; one that does not end is killed."""
        self.wait_until(lambda: not member.is_alive, within, tend=False)
        member.kill()
        self.crew.tend(0)
        return int(member.process.returncode)

    def any_member(self) -> Member:
        """Return one of the workers."""
        self.crew.tend(self.workers)
        return self.draw.choice(self.crew.members)

    def fault(self, kind: Any, role: TopicRole | None = None, nth: int = 1) -> Fault:
        """Return a fault of a topic by its role."""
        return Fault(kind, "" if role is None else self.name(role), nth)

    def is_ready(self) -> bool:
        """Whether there are as many workers as there should be, all in the group."""
        members = self.crew.members
        return len(members) >= self.workers and all(member.is_ready for member in members)

    def wait_ready(self) -> None:
        """Wait until all workers are at work: what befalls others is no test of them.

        Raises
        ------
        AssertionError
            If they are not within five minutes.
        """
        assert self.wait_until(self.is_ready, _START), "no workers start"

    def kill_all(self) -> None:
        """Kill all workers."""
        for member in list(self.crew.members):
            self.crew.kill(member)

    def freeze(self, member: Member, least: float, most: float) -> None:
        """Have a worker stand still for a time that is drawn, and go on."""
        member.send(signal.SIGSTOP)
        self.wait_some(least, most)
        # Its partitions have gone to others; what it still holds it must not write.
        member.send(signal.SIGCONT)

    def wait_settled(self) -> None:
        """Wait until all workers have their partitions, and have committed in them."""
        self.wait_until(self.is_group_whole, _START)
        self._wait_for_commits()

    def freeze_until_replaced(self, member: Member) -> None:
        """Have a worker stand still until others have committed in all partitions, and go on.

        How long that takes is the machine's affair: where it goes on sooner, nobody has claimed
        what it holds.
        """
        member.send(signal.SIGSTOP)
        self.wait(_ON_ITS_WAY)
        self._wait_for_commits()
        member.send(signal.SIGCONT)

    def is_group_empty(self) -> bool:
        """Whether the sessions of all killed workers have ended."""
        return not self._group().members

    def is_group_whole(self) -> bool:
        """Whether the group has as many workers as there should be, and no rebalance goes on."""
        group = self._group()
        return group.state is ConsumerGroupState.STABLE and len(group.members) == self.workers

    def _group(self) -> Any:
        admin = AdminClient({"bootstrap.servers": self.broker.bootstrap, "log_level": 0})
        group = self.settings.kafka.group_id
        return admin.describe_consumer_groups([group])[group].result(10.0)

    def _wait_for_commits(self) -> None:
        """Wait until more predictions of each partition are committed than now."""
        name = self.name(TopicRole.PREDICTIONS)
        partitions = [TopicPartition(name, each) for each in self.log.partitions(name)]
        before = self.log.committed(partitions)
        self.wait_until(
            lambda: all(
                offset > before[each] for each, offset in self.log.committed(partitions).items()
            )
        )

    def renew(self, role: TopicRole) -> list[str]:
        """Have a topic of the users deleted and made anew, once all of it was read.

        Workers run meanwhile, and traffic does not. What was not read is returned: then nothing is
        deleted.
        """
        self.feeder.stop()
        left = self.drain()
        if not left:
            renew_topic(self.broker.bootstrap, self.name(role), self.settings.topics.partitions)
            self.ledger.renew(role)
            # An idempotent producer numbers what it sends, and the new topic has not seen that.
            self.feeder = Feeder(self.settings, self.ledger)
        return left

    def finish_feeding(self) -> None:
        """Stop sending, the labels of what was sent included."""
        self.feeder.stop()
        for item in self.traffic.rest():
            self.feeder.send(item)
        self.feeder.stop()

    def drain(self, within: float = DRAIN) -> list[str]:
        """Wait until everything was read and committed; return what was not.

        Parameters
        ----------
        within
            Seconds without any progress after which it is given up: a slow machine may take longer.
        """
        patience = Patience(within, _LONGEST_DRAIN)
        done, left = 0, ["nothing is known"]
        while left and patience.lasts(done):
            self.crew.tend(self.workers)
            with suppress(KafkaException):
                done, left = self._progress()
            if left:
                time.sleep(_POLL)
        return left

    def _progress(self) -> tuple[int, list[str]]:
        """Return how many records are read and committed, and which partitions have others."""
        wanted: dict[TopicPartition, int] = {
            TopicPartition(self.name(role), partition): end
            for (role, partition), end in self.ledger.ends.items()
        }
        others = [role for role in READ if role not in {role for role, _ in self.ledger.ends}]
        internal = [
            TopicPartition(self.name(role), partition)
            for role in others
            for partition in self.log.partitions(self.name(role))
        ]
        # The commits before the ends: what a commit has brought about is below the ends then.
        committed = self.log.committed([*wanted, *internal])
        for role in others:
            wanted |= self.log.ends(self.name(role))
        done = {each: max(committed[each], 0) for each, end in wanted.items() if end > 0}
        return sum(done.values()), [
            f"{each.topic}-{each.partition} at {offset} of {wanted[each]}"
            for each, offset in done.items()
            if offset < wanted[each]
        ]

    def close(self) -> None:
        """Kill what is left, and close the clients."""
        self.crew.close()
        self.log.close()
