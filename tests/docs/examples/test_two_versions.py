"""The example service, beside the port of a worker."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from driftline_routing import PortReader, Routing
from schemas.events.codec import decode_event
from schemas.events.prediction import Prediction
from tests.app.web.fake_versions import FakeRoutes
from tests.app.web.test_routes import server_of as worker_of
from tests.schemas.events.routes import canary_of, document_of, route_of
from two_versions import ScoringService, server_of

SCRIPT = Path(__file__).parents[3] / "docs" / "examples" / "two_versions.py"


@contextmanager
def serving(service: ScoringService) -> Iterator[str]:
    """Serve for the length of the block; the address."""
    server = server_of(service, 0)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/score"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def post(url: str, document: object) -> dict[str, Any]:
    request = Request(url, json.dumps(document).encode())  # noqa: S310 - the address above
    with urlopen(request) as answer:  # noqa: S310 - likewise
        told: dict[str, Any] = json.load(answer)
        return told


def request_of(number: int) -> dict[str, Any]:
    return {"id": f"a{number}", "customer": f"c{number}", "features": {"amount": 90.0}}


@asynccontextmanager
async def obeying(routes: FakeRoutes) -> AsyncIterator[tuple[str, PortReader, list[Any]]]:
    """Serve beside a worker; the address, what reads routes, and the events."""
    routing, events = Routing(), []

    def publish(key: str, value: str) -> None:
        events.append((key, json.loads(value)))

    worker = worker_of(routes)
    async with worker:
        reader = PortReader(routing, worker.url, ["fraud"])
        with serving(ScoringService(routing, publish)) as url:
            yield url, reader, events


async def test_the_service_answers_by_the_version_that_the_route_names() -> None:
    routes = FakeRoutes(route_of(canary_of(0.5, 0), ramp=None, mode="ab"))
    async with obeying(routes) as (url, reader, events):
        before = await asyncio.to_thread(post, url, request_of(1))
        assert before["version"] == "7"  # no route is known yet
        await asyncio.to_thread(reader.refresh)
        answers = [await asyncio.to_thread(post, url, request_of(each)) for each in range(20)]
        again = [await asyncio.to_thread(post, url, request_of(each)) for each in range(20)]
        assert answers == again
        assert {each["version"] for each in answers} == {"7", "8"}
        routes.routes["fraud"] = route_of(revision=2)
        await asyncio.to_thread(reader.refresh)
        back = [await asyncio.to_thread(post, url, request_of(each)) for each in range(20)]
        assert {each["version"] for each in back} == {"7"}
    told = [decode_event(Prediction, event) for _, event in events]
    assert [each.version for each in told[1:21]] == [each["version"] for each in answers]


async def test_a_shadow_scores_the_same_requests_and_answers_none() -> None:
    routes = FakeRoutes(route_of({**document_of("shadow"), "shadows": ["8", "unknown"]}))
    async with obeying(routes) as (url, reader, events):
        await asyncio.to_thread(reader.refresh)
        answer = await asyncio.to_thread(post, url, request_of(1))
    assert answer["version"] == "7"
    assert [(key, event["version"]) for key, event in events] == [("a1", "7"), ("a1", "8")]


async def test_a_version_that_the_service_has_not_is_answered_by_its_default() -> None:
    routes = FakeRoutes(route_of(document_of("single", v99=1.0)))
    async with obeying(routes) as (url, reader, _):
        await asyncio.to_thread(reader.refresh)
        assert (await asyncio.to_thread(post, url, request_of(1)))["version"] == "7"


def test_a_request_that_is_none_is_refused() -> None:
    with (
        serving(ScoringService(Routing(), lambda _key, _value: None)) as url,
        pytest.raises(HTTPError, match="400"),
    ):
        post(url, {"id": "a1"})


async def test_it_runs_as_a_program() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), "--help", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    assert b"--driftline" in output
