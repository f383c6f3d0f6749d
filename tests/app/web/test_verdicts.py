import json
from functools import partial
from typing import Any

import aiohttp
import numpy as np
import pytest

from app.metrics import Metrics
from app.settings import HttpSettings
from app.web.models import ModelAnswers
from app.web.server import HttpServer
from detectors.versions.registry import VersionRegistry
from schemas.events.model_comparison import ModelComparison
from tests.app.web.fake_versions import FakeComparisons, FakeRoutes, FakeVersions
from tests.app.web.test_access import Healthy
from tests.schemas.events.comparisons import comparison_of, good_comparison, open_comparison
from tests.schemas.events.routes import canary_of, route_of

PATH = "/v1/models/fraud/verdict"


def server_of(
    comparisons: FakeComparisons,
    routes: FakeRoutes | None = None,
    versions: FakeVersions | None = None,
) -> HttpServer:
    models = ModelAnswers(versions or FakeVersions(), routes or FakeRoutes(), comparisons)
    settings = HttpSettings(port=0)
    return HttpServer(settings, metrics=Metrics(), health=Healthy(), models=models)


async def ask(server: HttpServer, path: str = PATH, method: str = "GET") -> tuple[int, Any]:
    payload = {"name": "fraud", "namespace": "test", "phase": "Progressing"}
    body = payload if method == "POST" else None
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, server.url + path, json=body) as response,
    ):
        assert response.content_type == "application/json"
        return response.status, json.loads(await response.text())


async def test_a_verdict_is_told_with_its_figures() -> None:
    server = server_of(FakeComparisons(comparison_of()))
    async with server:
        status, document = await ask(server)
    assert (status, document["verdict"], document["metric"]) == (200, "Failed", "recall[1]")
    assert document["threshold"] == 40.0


async def test_versions_can_be_named() -> None:
    server = server_of(FakeComparisons(comparison_of(), good_comparison(version="5")))
    async with server:
        assert (await ask(server, f"{PATH}?version=5"))[1]["verdict"] == "Successful"
        assert (await ask(server, f"{PATH}?version=4&baseline=3"))[1]["verdict"] == "Failed"
        status, document = await ask(server, f"{PATH}?version=6")
        told = (status, document["verdict"], document["reason"])
        assert told == (200, "Inconclusive", "not_compared")


@pytest.mark.parametrize(
    "query", ["candidate=5", "Version=5", "version=4&version=5", "version=5&go=failed", "v"]
)
async def test_a_question_that_is_not_understood_is_told_no_verdict_of_another_version(
    query: str,
) -> None:
    server = server_of(FakeComparisons(good_comparison(), comparison_of(version="5")))
    async with server:
        status, document = await ask(server, f"{PATH}?{query}")
        assert (status, document["error"]) == (400, "invalid_query")
        assert document["message"].startswith(query.partition("=")[0]) or "go: " in str(document)
        posted = query.replace("&go=failed", "&go=failed&go=successful")
        assert (await ask(server, f"{PATH}?{posted}", "POST"))[0] == 400


async def test_a_model_without_a_comparison_is_inconclusive_and_an_unknown_one_is_not_found() -> (
    None
):
    registry = VersionRegistry()
    registry.count(("churn", "1"), np.array([0]))
    server = server_of(FakeComparisons(), FakeRoutes(route_of()), FakeVersions(registry))
    async with server:
        assert (await ask(server))[1]["verdict"] == "Inconclusive"
        assert (await ask(server, "/v1/models/churn/verdict"))[1]["verdict"] == "Inconclusive"
        unknown = await ask(server, "/v1/models/other/verdict")
        assert unknown == (404, {"error": "unknown_model", "model": "other"})


@pytest.mark.parametrize("query", ["", "?version=4", "?version=9"])
async def test_nothing_is_said_before_all_is_read(query: str) -> None:
    # An earlier look at the same versions passed; the topic goes on.
    comparisons = FakeComparisons(good_comparison(), is_complete=False)
    server = server_of(comparisons, FakeRoutes(route_of()))
    async with server:
        for method in ("GET", "POST"):
            status, document = await ask(server, PATH + query, method)
            assert (status, document["error"]) == (503, "not_known_yet")


async def test_a_look_at_an_earlier_candidate_does_not_pass_before_routes_are_read() -> None:
    server = server_of(FakeComparisons(good_comparison()), FakeRoutes(is_complete=False))
    async with server:
        assert (await ask(server, PATH, "POST"))[0] == 503
        assert (await ask(server, f"{PATH}?version=4", "POST"))[0] == 200


@pytest.mark.parametrize(
    ("look", "go", "status"),
    [
        (good_comparison(), "", 200),
        (open_comparison(), "", 409),
        (comparison_of(), "", 409),
        (good_comparison(), "?go=failed", 409),
        (open_comparison(), "?go=failed", 409),
        (comparison_of(), "?go=failed", 200),
        (open_comparison(), "?go=successful,inconclusive", 200),
        (comparison_of(), "?go=successful,inconclusive", 409),
        (good_comparison(), "?go=Successful", 400),
        (good_comparison(), "?go=", 400),
        (good_comparison(), "?go=successful,", 400),
        (good_comparison(), "?version=4&go=successful", 200),
    ],
)
async def test_a_gate_opens_for_the_verdicts_that_it_names(look: Any, go: str, status: int) -> None:
    server = server_of(FakeComparisons(look))
    async with server:
        assert (await ask(server, PATH + go, "POST"))[0] == status


async def test_a_gate_is_closed_where_nothing_is_known() -> None:
    ramp = FakeRoutes(route_of(canary_of()))
    server = server_of(FakeComparisons(good_comparison()), ramp)
    async with server:
        status, document = await ask(server, PATH, "POST")  # the look is at an earlier candidate
        assert (status, document["reason"]) == (409, "not_compared")
        assert (await ask(server, "/v1/models/other/verdict", "POST"))[0] == 404


async def test_a_version_that_is_back_is_not_passed_by_what_was_found_before() -> None:
    look = good_comparison(version="8", baseline="7", assignment={"salt": "s", "mode": "ab"})
    routes, looks = FakeRoutes(route_of(canary_of())), FakeComparisons(look)
    told = []
    for old in ((), (look.comparison_id,)):
        answers = ModelAnswers(
            FakeVersions(), routes, looks, is_of_before=partial(_is_among, ids=old)
        )
        told.append(await answers.verdict_of("fraud", None, None))
    assert [each and each["verdict"] for each in told] == ["Successful", "Inconclusive"]


def _is_among(look: ModelComparison, ids: tuple[str, ...]) -> bool:
    return look.comparison_id in ids
