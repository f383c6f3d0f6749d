import asyncio

from click.testing import CliRunner

from app.cli import main
from app.kafka.topic_follower import opener
from app.routing.follower import RouteFollower
from app.settings import TopicRole, load_settings
from detectors.routing.routes import RouteOutcome
from tests.app.kafka.fake_topic import FakeTopic
from tests.app.routing.records import FakeRecord, record_of
from tests.kafka import KafkaCluster
from tests.schemas.events.routes import canary_of, route_of


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
    open_ = opener(settings, TopicRole.MODEL_ROUTING)
    follower = RouteFollower(open_, settings.topics.partitions, told)
    async with follower:
        assert await told.next(1) == [RouteOutcome.TAKEN]
        command = ["route", "fraud", "--only", "7", *flags]
        result = await asyncio.to_thread(CliRunner().invoke, main, command)
        assert result.exit_code == 0, result.output
        assert await told.next(1) == [RouteOutcome.TAKEN]
        route = follower.route_of("fraud")
        assert route is not None
        assert ([each.version for each in route.versions], route.revision) == (["7"], 2)
