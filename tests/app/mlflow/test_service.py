import asyncio
from collections.abc import Callable, Collection

import pytest
from aiohttp import web

from app.mlflow.access import MlflowAccess
from app.mlflow.client import MlflowClient
from app.mlflow.follower import Follower
from app.mlflow.outcomes import RequestOutcome
from app.mlflow.service import IDLE_PAUSE, LONGEST_PAUSE, MlflowService
from app.settings import MlflowSettings
from schemas.events.model_event import ModelEvent
from schemas.events.model_performance import ModelPerformance
from tests.app.mlflow.fake_mlflow import FakeMlflow
from tests.app.mlflow.known_versions import FakeTelemetry, KnownVersions


def no_performance(_: str, __: str) -> ModelPerformance | None:
    return None


class Running:
    """A service for two models, of which it owns some."""

    def __init__(self, fake: FakeMlflow, owned: Collection[str], **settings: object) -> None:
        self.sent: list[ModelEvent] = []
        self.is_told = asyncio.Event()
        self.refuses: Callable[[], None] = lambda: None
        self.outcomes: list[RequestOutcome] = []
        self.telemetry = FakeTelemetry()
        self.known = KnownVersions()
        names = {"churn": "churn", "fraud": "fraud"}
        chosen = MlflowSettings.model_validate(
            {"tracking_uri": fake.url, "models": names, "interval_seconds": 3600.0, **settings}
        )
        self.owned = set(owned)
        client = MlflowClient(MlflowAccess(fake.url, timeout=5), self.outcomes.append)
        self.service = MlflowService(
            Follower(client, chosen, self._send, self.telemetry, lambda: 1_772_366_400.0),
            client,
            chosen,
            versions=self.known,
            performance_of=no_performance,
            owned=self._owned,
        )

    async def _owned(self, models: Collection[str]) -> Collection[str]:
        return self.owned & set(models)

    async def _send(self, event: ModelEvent) -> None:
        self.refuses()
        self.sent.append(event)
        self.is_told.set()


@pytest.fixture
def registry(fake: FakeMlflow) -> FakeMlflow:
    fake.register("fraud", 1, 2)
    fake.register("churn", 1)
    fake.aliases["fraud"]["champion"] = "1"
    return fake


async def test_the_models_of_a_worker_are_looked_at_and_no_others(registry: FakeMlflow) -> None:
    running = Running(registry, ["fraud"])
    await running.service.look()
    await running.service.stop()
    assert [each.model for each in running.sent] == ["fraud"]
    assert running.telemetry.done == ["fraud"]
    assert running.telemetry.gone == {"churn"}
    assert running.known.asked == ["fraud"]


async def test_a_webhook_has_a_model_looked_at_at_once_by_whoever_gets_it(
    registry: FakeMlflow,
) -> None:
    running = Running(registry, [])
    async with running.service:
        running.service.look_at(["fraud"])
        await asyncio.wait_for(running.is_told.wait(), 60)
    assert [each.model for each in running.sent] == ["fraud"]
    assert running.known.asked == []  # another worker knows its versions, and writes verdicts


async def test_verdicts_are_not_written_where_they_are_not_wanted(registry: FakeMlflow) -> None:
    running = Running(registry, ["fraud"], write_verdicts=False)
    running.known.serve("fraud", "1", 1_772_366_400_000)
    await running.service.look()
    await running.service.stop()
    assert len(running.sent) == 1
    assert registry.count("model-versions/set-tag") == 0


async def test_a_server_that_is_down_is_asked_for_one_model_and_ever_later(
    registry: FakeMlflow,
) -> None:
    running = Running(registry, ["fraud", "churn"], interval_seconds=60.0)
    registry.answer = lambda _: web.Response(status=503)
    pauses = []
    for _ in range(8):
        await running.service.look()
        pauses.append(running.service._pause())
    assert running.outcomes == [RequestOutcome.FAILED] * 8
    assert pauses == [120, 240, 480, *[LONGEST_PAUSE] * 5]

    registry.answer = lambda _: None
    await running.service.look()
    await running.service.stop()
    assert running.service._pause() == 60
    assert [each.model for each in running.sent] == ["fraud"]


async def test_a_worker_without_a_model_soon_looks_whether_it_has_one(
    registry: FakeMlflow,
) -> None:
    running = Running(registry, [])
    await running.service.look()
    assert running.service._pause() == IDLE_PAUSE
    assert registry.asked == []
    running.owned = {"fraud"}
    await running.service.look()
    await running.service.stop()
    assert running.service._pause() == 3600


async def test_a_model_that_is_not_registered_costs_no_other_its_look(fake: FakeMlflow) -> None:
    fake.register("fraud", 1)
    fake.aliases["fraud"]["champion"] = "1"
    running = Running(fake, ["fraud", "churn"])
    await running.service.look()
    await running.service.stop()
    assert running.outcomes[0] is RequestOutcome.NOT_FOUND
    assert running.telemetry.done == ["fraud"]


async def test_whatever_goes_wrong_the_worker_goes_on(registry: FakeMlflow) -> None:
    def refuse() -> None:
        raise RuntimeError("the producer is gone")

    running = Running(registry, ["fraud"])
    running.refuses = refuse
    await running.service.look()
    assert running.sent == []
    running.refuses = lambda: None
    await running.service.look()
    await running.service.stop()
    assert [each.version for each in running.sent] == ["1"]
