"""The adapter against a real MLflow server on SQLite."""

import asyncio
import time

import pytest

from app.metrics import Metrics
from app.mlflow.access import MlflowAccess
from app.mlflow.client import MlflowClient
from app.mlflow.follower import Follower
from app.mlflow.outcomes import MlflowFailure, RequestOutcome
from app.mlflow.webhooks import PATH, MlflowWebhooks
from app.settings import HttpSettings, MlflowSettings
from app.web.server import HttpServer
from schemas.events.model_event import ModelEvent
from tests.app.mlflow.known_versions import FakeTelemetry, KnownVersions
from tests.app.web.fake_versions import no_models
from tests.mlflow.server import MlflowServer

SECRET = "shared with MLflow"  # noqa: S105 - of a test
AT = 1_772_366_400


class Well:
    def unhealthy(self) -> str:
        return ""

    def unready(self) -> str:
        return ""


async def test_aliases_become_events_and_versions_get_verdicts(mlflow: MlflowServer) -> None:
    name = "Bob's fraud"
    await asyncio.to_thread(mlflow.register, name, 3)
    known, telemetry = KnownVersions(), FakeTelemetry()
    settings = MlflowSettings.model_validate(
        {"tracking_uri": mlflow.url, "models": {"fraud": name}, "version_name": "{run_id}"}
    )

    async def tell(event: ModelEvent) -> None:
        known.tell(event)

    client = MlflowClient(MlflowAccess(mlflow.url, timeout=60), lambda _: None)
    follower = Follower(client, settings, tell, telemetry, lambda: AT)
    known.serve("fraud", "run1", AT * 1000)
    for champion in (1, 2, 1):
        await asyncio.to_thread(mlflow.set_alias, name, "champion", champion)
        for _ in range(2):
            await follower.follow("fraud", known.records("fraud"))
        await follower.judge("fraud", known.records("fraud"), lambda *_: None)
    await asyncio.to_thread(mlflow.delete, "registered-models/alias", name=name, alias="champion")
    await follower.follow("fraud", known.records("fraud"))

    assert telemetry.events == [
        "version_deployed run1",
        "version_deployed run2",
        "rolled_back run1",
        "version_retired run1",
    ]
    first, second, third = [
        await asyncio.to_thread(mlflow.tags, name, number) for number in (1, 2, 3)
    ]
    assert first["driftline.verdict"] == "ok"
    assert (second["driftline.status"], second["driftline.verdict"]) == ("rolled_back", "no_rows")
    assert third == {}

    with pytest.raises(MlflowFailure) as failure:
        await client.version(name, "99")
    assert failure.value.outcome is RequestOutcome.NOT_FOUND
    with pytest.raises(MlflowFailure) as failure:
        await client.model("never registered")
    assert failure.value.outcome is RequestOutcome.NOT_FOUND
    await client.close()


async def test_mlflow_signs_what_the_port_takes(mlflow: MlflowServer) -> None:
    await asyncio.to_thread(mlflow.register, "signed", 1)
    looked: asyncio.Queue[list[str]] = asyncio.Queue()
    metrics = Metrics()
    webhooks = MlflowWebhooks(
        SECRET.encode(),
        {"fraud": "signed"},
        lambda models: looked.put_nowait(list(models)),
        metrics.mlflow.webhook_taken,
        time.time,
    )
    server = HttpServer(
        HttpSettings(port=0),
        metrics=metrics,
        health=Well(),
        models=no_models(),
        webhooks=webhooks,
    )
    async with server:
        await asyncio.to_thread(mlflow.add_webhook, server.url + PATH, SECRET)
        await asyncio.to_thread(mlflow.set_alias, "signed", "champion", 1)
        assert await asyncio.wait_for(looked.get(), 60) == ["fraud"]
