import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.errors import KafkaConnectionError
from click.testing import CliRunner

from agents.records.record import Record
from agents.transport.topic_reader import Bounds
from app.cli import main
from app.routing.follower import RouteFollower, route_follower
from app.routing.known_routes import RouteOutcome
from app.settings import load_settings
from tests.app.routing.records import FakeRecord, record_of
from tests.kafka import KafkaCluster
from tests.schemas.events.routes import canary_of, route_of


class FakeTopic:
    """One partition; each connection fails in its turn, or gives what there is and what comes."""

    def __init__(self, *failures: Exception | None) -> None:
        self.log: list[Record] = []
        self.coming: asyncio.Queue[Record] = asyncio.Queue()
        self._failures = list(failures)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["FakeTopic"]:
        failure = self._failures.pop(0) if self._failures else None
        if failure is not None:
            raise failure
        yield self

    async def bounds(self, partitions: Any) -> Mapping[int, Bounds]:
        assert list(partitions) == [0]
        return {0: Bounds(0, len(self.log))}

    async def records(self, wanted: Mapping[int, Bounds]) -> AsyncIterator[Record]:
        for record in self.log[: wanted[0].end]:
            yield record

    async def following(self, offsets: Mapping[int, int]) -> AsyncIterator[Record]:
        assert offsets == {0: len(self.log)}
        while True:
            yield await self.coming.get()


class Told:
    """What a follower tells, with a wait for so many outcomes."""

    def __init__(self) -> None:
        self.outcomes: asyncio.Queue[RouteOutcome] = asyncio.Queue()

    def __call__(self, outcome: RouteOutcome) -> None:
        self.outcomes.put_nowait(outcome)

    async def next(self, count: int) -> list[RouteOutcome]:
        return [await asyncio.wait_for(self.outcomes.get(), 60.0) for _ in range(count)]


async def test_what_is_there_and_what_comes_is_known() -> None:
    topic, told = FakeTopic(), Told()
    topic.log = [record_of(route_of(), 0), FakeRecord(b"churn", b"{", 1)]
    follower = RouteFollower(topic.open, 1, told)
    assert (follower.is_complete, follower.route_of("fraud")) == (False, None)
    async with follower:
        assert await told.next(2) == [RouteOutcome.TAKEN, RouteOutcome.REFUSED]
        topic.coming.put_nowait(record_of(route_of(canary_of()), 2))
        assert await told.next(1) == [RouteOutcome.TAKEN]
        assert (follower.is_complete, follower.route_of("churn")) == (True, None)
        assert follower.route_of("fraud") == route_of(canary_of())
        topic.coming.put_nowait(FakeRecord(b"fraud", None, 3))
        assert await told.next(1) == [RouteOutcome.ENDED]
        assert follower.route_of("fraud") is None


async def test_a_topic_that_cannot_be_read_is_tried_again() -> None:
    topic, told = FakeTopic(KafkaConnectionError(), OSError("no route to host")), Told()
    topic.log = [record_of(route_of(), 0)]
    follower = RouteFollower(topic.open, 1, told, again=0.0)
    async with follower:
        assert await told.next(1) == [RouteOutcome.TAKEN]
        assert follower.route_of("fraud") == route_of()


async def test_a_worker_knows_what_a_command_has_written(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    flags = ["--bootstrap", kafka.bootstrap, "--set", f"topics.prefix={topic_prefix}"]
    command = ["route", "fraud", "--split", "7=50,8=50", *flags]
    result = await asyncio.to_thread(CliRunner().invoke, main, command)
    assert result.exit_code == 0, result.output
    told = Told()
    overrides = {"kafka.bootstrap_servers": kafka.bootstrap, "topics.prefix": topic_prefix}
    settings = load_settings(None, overrides, {})
    follower = route_follower(settings, settings.topics.partitions, told)
    async with follower:
        assert await told.next(1) == [RouteOutcome.TAKEN]
        command = ["route", "fraud", "--only", "7", *flags]
        result = await asyncio.to_thread(CliRunner().invoke, main, command)
        assert result.exit_code == 0, result.output
        assert await told.next(1) == [RouteOutcome.TAKEN]
        route = follower.route_of("fraud")
        assert route is not None
        assert ([each.version for each in route.versions], route.revision) == (["7"], 2)
