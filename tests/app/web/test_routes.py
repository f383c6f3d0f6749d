import json
from pathlib import Path

from app.metrics import Metrics
from app.settings import HttpSettings
from app.web.models import ModelAnswers
from app.web.server import HttpServer
from tests.app.web.fake_versions import FakeComparisons, FakeRoutes, FakeVersions
from tests.app.web.test_access import Healthy
from tests.app.web.test_models import HOSTILE, get
from tests.schemas.events.routes import canary_of, route_of


def server_of(routes: FakeRoutes, **settings: object) -> HttpServer:
    options = HttpSettings.model_validate({"port": 0, **settings})
    models = ModelAnswers(FakeVersions(), routes, FakeComparisons())
    return HttpServer(options, metrics=Metrics(), health=Healthy(), models=models)


async def test_a_route_is_told_as_the_topic_has_it() -> None:
    route = route_of(canary_of())
    server = server_of(FakeRoutes(route))
    async with server:
        status, text, kind = await get(server, "/v1/models/fraud/route")
    assert (status, kind) == (200, "application/json")
    assert route_of(json.loads(text)) == route


async def test_names_of_any_characters_have_routes() -> None:
    named = [route_of(model=HOSTILE), route_of(model="a/route")]
    server = server_of(FakeRoutes(*named))
    async with server:
        answer = await get(server, "/v1/models/a%2Fb%20%22%3Cscript%3E%1B/route")
        assert (answer[0], json.loads(answer[1])["model"]) == (200, HOSTILE)
        assert "\x1b" not in answer[1]
        inner = await get(server, "/v1/models/a%2Froute/route")
        assert (inner[0], json.loads(inner[1])["model"]) == (200, "a/route")


async def test_no_route_is_told_once_all_are_known_and_not_before() -> None:
    routes = FakeRoutes(route_of(), is_complete=False)
    server = server_of(routes)
    async with server:
        status, text, _ = await get(server, "/v1/models/churn/route")
        assert (status, json.loads(text)["error"]) == (503, "not_known_yet")
        assert (await get(server, "/v1/models/fraud/route"))[0] == 200
        routes.is_complete = True
        status, text, kind = await get(server, "/v1/models/churn/route")
        told = {"error": "no_route", "model": "churn"}
        assert (status, kind, json.loads(text)) == (404, "application/json", told)


async def test_routes_are_behind_the_token(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("0123456789abcdef")
    file.chmod(0o600)
    server = server_of(FakeRoutes(route_of()), token_file=file)
    async with server:
        path = "/v1/models/fraud/route"
        assert (await get(server, path))[0] == 401
        assert (await get(server, path, Authorization="Bearer 0123456789abcdef"))[0] == 200
