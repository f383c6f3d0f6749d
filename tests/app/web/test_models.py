import asyncio
import json
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from app.metrics import Metrics
from app.settings import HttpSettings
from app.web.models import MOST_ASKED, ModelAnswers
from app.web.server import HttpServer
from detectors.versions.registry import VersionRegistry
from schemas.documents import examples
from schemas.events.codec import decode_event
from schemas.events.model_performance import ModelPerformance
from schemas.events.rollback_request import RollbackRequest
from tests.app.web.fake_versions import FakeComparisons, FakeRoutes, FakeVersions
from tests.app.web.test_access import Healthy
from tests.detectors.versions.events import at, day, event

HOSTILE = 'a/b "<script>\x1b'


def registry() -> VersionRegistry:
    known = VersionRegistry()
    known.notice(event("version_deployed", "7", "11:00"), is_new=True)
    known.count(("fraud", "7"), np.array([at(day("12:00"))] * 3))
    known.count((HOSTILE, "1"), np.array([at(day("12:00"))]))
    return known


def server_of(versions: FakeVersions, **settings: object) -> HttpServer:
    options = HttpSettings.model_validate({"port": 0, **settings})
    models = ModelAnswers(versions, FakeRoutes(), FakeComparisons())
    return HttpServer(options, metrics=Metrics(), health=Healthy(), models=models)


async def get(server: HttpServer, path: str, **headers: str) -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(server.url + path) as response,
    ):
        return response.status, await response.text(), response.headers["Content-Type"]


async def test_all_models_are_told_in_short() -> None:
    server = server_of(FakeVersions(registry()))
    async with server:
        status, text, kind = await get(server, "/v1/models")
    assert (status, kind) == (200, "application/json")
    told = {"version": "7", "status": "champion", "rows": 3, "last_event": day("12:00")}
    assert json.loads(text)["models"][1] == {"model": "fraud", "versions": [told]}


async def test_a_model_is_told_with_its_latest_windows_as_the_worker_has_told_them() -> None:
    told = decode_event(ModelPerformance, {**examples.MODEL_PERFORMANCE, "version": "7"})
    metrics = Metrics()
    metrics.performance_told(told)
    answers = ModelAnswers(
        FakeVersions(registry()), FakeRoutes(), FakeComparisons(), metrics.performances_of
    )
    document = await answers.one_model("fraud")
    assert document is not None
    assert document["performance"] == {"7": [told.model_dump(mode="json")]}


async def test_a_model_is_told_with_its_versions() -> None:
    server = server_of(FakeVersions(registry()))
    async with server:
        status, text, _ = await get(server, "/v1/models/fraud")
    document = json.loads(text)
    assert (status, document["champion"], document["model"]) == (200, "7", "fraud")
    assert [each["rows"] for each in document["versions"]] == [3]


async def test_an_open_rollback_request_is_told_with_its_model() -> None:
    versions = FakeVersions(registry())
    request = decode_event(RollbackRequest, examples.ROLLBACK_REQUEST)
    versions.rollbacks = [request.model_copy(update={"model": "other"})]
    server = server_of(versions)
    async with server:
        _, without, _ = await get(server, "/v1/models/fraud")
        versions.rollbacks.append(request)
        _, text, _ = await get(server, "/v1/models/fraud")
    assert json.loads(without)["rollback_request"] is None
    assert json.loads(text)["rollback_request"] == examples.ROLLBACK_REQUEST


async def test_names_of_any_characters_can_be_asked_for() -> None:
    server = server_of(FakeVersions(registry()))
    async with server:
        status, text, _ = await get(server, "/v1/models/a%2Fb%20%22%3Cscript%3E%1B")
        assert (status, json.loads(text)["model"]) == (200, HOSTILE)
        assert "\x1b" not in text


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/fraud", "/v1/models/fraud/route"])
async def test_a_question_that_is_not_understood_is_not_answered_by_something_else(
    path: str,
) -> None:
    server = server_of(FakeVersions(registry()))
    async with server:
        status, text, _ = await get(server, f"{path}?at=2026-03-01T12:00Z")
    told = {"error": "invalid_query", "message": "at: nothing can be named here"}
    assert (status, json.loads(text)) == (400, told)


async def test_a_model_that_is_not_known_here_is_said_to_be() -> None:
    server = server_of(FakeVersions())
    async with server:
        status, text, _ = await get(server, "/v1/models/fr%1Baud")
        assert (status, text) == (404, "no version of this model is known to this worker\n")
        assert (await get(server, "/v1/models"))[1] == '{"models":[]}'


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/fraud"])
async def test_models_are_behind_the_token_that_metrics_are_behind(
    path: str, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("0123456789abcdef")
    file.chmod(0o600)
    server = server_of(FakeVersions(registry()), token_file=file)
    async with server:
        assert (await get(server, path))[0] == 401
        assert (await get(server, path, Authorization="Bearer 0123456789abcdef"))[0] == 200
        assert (await get(server, path, Host="evil.example"))[0] == 421


async def test_more_questions_than_are_answered_at_a_time_are_refused() -> None:
    versions = FakeVersions(registry())
    server = server_of(versions)
    async with server:
        versions.may_answer.clear()
        asked = [asyncio.create_task(get(server, "/v1/models")) for _ in range(MOST_ASKED + 2)]
        done, waiting = await asyncio.wait(asked, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        assert {task.result()[0] for task in done} == {503}
        versions.may_answer.set()
        answers = [await task for task in waiting]
        assert [status for status, _, _ in answers].count(200) == MOST_ASKED
        assert (await get(server, "/v1/models"))[0] == 200
