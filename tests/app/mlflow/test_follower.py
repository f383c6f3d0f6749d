from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from app.mlflow.access import MlflowAccess
from app.mlflow.client import MlflowClient
from app.mlflow.follower import LOOKS_BEFORE_LISTING, Follower
from app.mlflow.memory import MEMORY_TAG
from app.mlflow.outcomes import MlflowFailure, RequestOutcome
from app.mlflow.registered import NAME_TAG
from app.settings import MlflowSettings
from schemas.events.model_event import ModelEvent
from schemas.events.model_performance import ModelPerformance
from tests.app.mlflow.fake_mlflow import FakeMlflow
from tests.app.mlflow.known_versions import FakeTelemetry, KnownVersions


def no_performance(_: str, __: str) -> ModelPerformance | None:
    return None


class Worker:
    """A follower of the model fraud, whose registered name is `Fraud model`."""

    def __init__(self, fake: FakeMlflow, **settings: str) -> None:
        self.sent: list[ModelEvent] = []
        self.loses = False
        self.now = 1_772_366_400.0
        self.telemetry = FakeTelemetry()
        self.client = MlflowClient(MlflowAccess(fake.url), lambda _: None)
        self.known = KnownVersions()
        self.follower = Follower(
            self.client,
            MlflowSettings.model_validate(
                {"tracking_uri": fake.url, "models": {"fraud": "Fraud model"}, **settings}
            ),
            self._send,
            self.telemetry,
            lambda: self.now,
        )

    async def _send(self, event: ModelEvent) -> None:
        if self.loses:
            raise ConnectionError("no broker")
        self.sent.append(event)
        self.known.tell(event)

    async def look(self) -> list[str]:
        """Look once; return what was told by then."""
        self.now += 60
        records = self.known.records("fraud")
        await self.follower.follow("fraud", records)
        await self.follower.judge("fraud", self.known.records("fraud"), no_performance)
        return self.telemetry.events

    def verdicts(self) -> int:
        return self.telemetry.tags


@pytest.fixture
async def worker(fake: FakeMlflow) -> AsyncIterator[Worker]:
    fake.register("Fraud model", 1, 2, 3)
    found = Worker(fake)
    yield found
    await found.client.close()


async def test_an_alias_becomes_one_event_at_the_time_at_which_it_was_seen(
    fake: FakeMlflow, worker: Worker
) -> None:
    fake.aliases["Fraud model"]["champion"] = "2"
    await worker.look()
    await worker.look()
    (event,) = worker.sent
    assert event.type == "version_deployed"
    assert (event.model, event.version) == ("fraud", "2")
    assert event.timestamp == "2026-03-01T12:01:00.000Z"


async def test_moves_are_told_as_what_they_are(fake: FakeMlflow, worker: Worker) -> None:
    aliases = fake.aliases["Fraud model"]
    for champion, challenger in (("1", "2"), ("2", "3"), ("1", None)):
        aliases["champion"] = champion
        aliases.pop("challenger", None)
        if challenger is not None:
            aliases["challenger"] = challenger
        await worker.look()
    assert worker.telemetry.events == [
        "version_deployed 1",
        "version_challenger 2",
        "version_deployed 2",
        "version_challenger 3",
        "rolled_back 1",
        "version_retired 3",
    ]


async def test_what_no_broker_took_is_told_by_the_next_worker_as_the_same_event(
    fake: FakeMlflow, worker: Worker
) -> None:
    fake.aliases["Fraud model"]["champion"] = "2"
    worker.loses = True
    with pytest.raises(ConnectionError):
        await worker.look()
    assert "version_deployed" in fake.model_tags["Fraud model"][MEMORY_TAG]

    heir = Worker(fake)
    heir.now += 86_400
    await heir.look()
    await heir.look()
    await heir.client.close()
    (event,) = heir.sent
    assert event.timestamp == "2026-03-01T12:01:00.000Z"


async def test_two_workers_tell_of_a_move_once(fake: FakeMlflow, worker: Worker) -> None:
    other = Worker(fake)
    fake.aliases["Fraud model"]["champion"] = "2"
    await worker.look()
    await other.follower.follow("fraud", ())
    await other.client.close()
    assert len(worker.sent) == 1
    assert other.sent == []


async def test_nothing_is_told_of_a_move_that_cannot_be_written_down(
    fake: FakeMlflow, worker: Worker
) -> None:
    fake.aliases["Fraud model"]["champion"] = "2"
    fake.answer = lambda path: (
        web.Response(status=403) if path == "registered-models/set-tag" else None
    )
    with pytest.raises(MlflowFailure) as failure:
        await worker.look()
    assert failure.value.outcome is RequestOutcome.DENIED
    assert worker.sent == []


async def test_a_deployment_that_a_pipeline_told_of_is_not_told_again(
    fake: FakeMlflow, worker: Worker
) -> None:
    worker.known.deploy("fraud", "2", "2026-03-01T11:00:00Z")
    fake.aliases["Fraud model"]["champion"] = "2"
    assert await worker.look() == []


async def test_a_memory_that_somebody_wrote_over_is_begun_anew(
    fake: FakeMlflow, worker: Worker
) -> None:
    fake.aliases["Fraud model"]["champion"] = "2"
    await worker.look()
    fake.model_tags["Fraud model"][MEMORY_TAG] = "mine"
    await worker.look()
    await worker.look()
    assert worker.telemetry.events == ["version_deployed 2"]  # Driftline knows who serves
    assert fake.model_tags["Fraud model"][MEMORY_TAG].startswith("{")


@pytest.mark.parametrize(
    ("template", "expected"), [("{number}", "2"), ("v{number}", "v2"), ("{run_id}", "run2")]
)
async def test_versions_are_called_what_predictions_call_them(
    fake: FakeMlflow, template: str, expected: str
) -> None:
    fake.register("Fraud model", 2)
    worker = Worker(fake, version_name=template)
    worker.known.serve("fraud", expected, 1_772_366_400_000)
    fake.aliases["Fraud model"]["champion"] = "2"
    await worker.look()
    await worker.client.close()
    assert worker.sent[0].version == expected
    assert fake.tags("Fraud model", 2)["driftline.status"] == "champion"
    assert worker.telemetry.missing == {"fraud": 0}


async def test_a_tag_says_what_predictions_call_a_version(fake: FakeMlflow, worker: Worker) -> None:
    fake.tags("Fraud model", 3)[NAME_TAG] = "2026-03-release"
    worker.known.serve("fraud", "2026-03-release", 1_772_366_400_000)
    fake.aliases["Fraud model"]["champion"] = "3"
    assert await worker.look() == ["version_deployed 2026-03-release"]
    assert fake.tags("Fraud model", 3)["driftline.verdict"] == "ok"


@pytest.mark.parametrize("name", ["", "x" * 250])
async def test_an_alias_on_a_version_without_a_name_tells_nothing(
    fake: FakeMlflow, name: str
) -> None:
    fake.register("Fraud model", 2)
    fake.versions["Fraud model", "2"]["run_id"] = name
    worker = Worker(fake, version_name="{run_id}")
    fake.aliases["Fraud model"]["champion"] = "2"
    assert await worker.look() == []
    await worker.client.close()
    assert worker.telemetry.nameless == ["fraud"]


async def test_verdicts_are_written_when_they_change_and_not_with_every_row(
    fake: FakeMlflow, worker: Worker
) -> None:
    worker.known.serve("fraud", "1", 1_772_366_400_000)
    await worker.look()
    written = worker.verdicts()
    assert fake.tags("Fraud model", 1)["driftline.verdict"] == "ok"
    assert fake.tags("Fraud model", 1)["driftline.open_alerts"] == "0"

    worker.known.serve("fraud", "1", 1_772_366_460_000)
    await worker.look()
    assert worker.verdicts() == written

    heir = Worker(fake)
    heir.known = worker.known
    await heir.look()
    await heir.client.close()
    assert heir.verdicts() == 0


async def test_a_version_that_never_served_is_told_so_and_one_without_a_match_is_counted(
    fake: FakeMlflow, worker: Worker
) -> None:
    worker.known.deploy("fraud", "1", "2026-03-01T11:00:00Z")
    worker.known.serve("fraud", "made-up", 1_772_366_400_000)
    await worker.look()
    assert fake.tags("Fraud model", 1)["driftline.verdict"] == "no_rows"
    assert worker.telemetry.missing == {"fraud": 1}


async def test_versions_are_listed_anew_for_a_new_one_and_rarely_for_one_that_is_not_there(
    fake: FakeMlflow, worker: Worker
) -> None:
    worker.known.serve("fraud", "9", 1_772_366_400_000)
    for _ in range(LOOKS_BEFORE_LISTING):
        await worker.look()
    assert fake.count("model-versions/search") == 1
    await worker.look()
    assert fake.count("model-versions/search") == 2
    worker.known.serve("fraud", "3", 1_772_366_400_000)
    fake.register("Fraud model", 9)
    await worker.look()
    assert fake.count("model-versions/search") == 2  # it was listed with the others
    assert "driftline.verdict" in fake.tags("Fraud model", 3)


async def test_a_version_that_was_deleted_costs_no_other_its_verdict(
    fake: FakeMlflow, worker: Worker
) -> None:
    worker.known.serve("fraud", "1", 1_772_366_400_000)
    worker.known.serve("fraud", "2", 1_772_366_400_000)
    await worker.look()
    del fake.versions["Fraud model", "1"]
    worker.known.deploy("fraud", "1", "2026-03-01T11:00:00Z")
    await worker.look()
    assert fake.tags("Fraud model", 2)["driftline.last_good_version"] == "none"
    await worker.look()
    assert worker.telemetry.missing == {"fraud": 1}


async def test_a_registered_model_that_is_not_there_is_told(fake: FakeMlflow) -> None:
    worker = Worker(fake)
    with pytest.raises(MlflowFailure) as failure:
        await worker.look()
    await worker.client.close()
    assert failure.value.outcome is RequestOutcome.NOT_FOUND
