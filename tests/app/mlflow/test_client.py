import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from aiohttp import web

from app.mlflow.access import MlflowAccess
from app.mlflow.client import PAGE, MlflowClient
from app.mlflow.outcomes import MlflowFailure, RequestOutcome
from tests.app.mlflow.fake_mlflow import FakeMlflow

AnswerT = TypeVar("AnswerT")


class Asked:
    """Counts outcomes, and asks once."""

    def __init__(self, access: MlflowAccess) -> None:
        self.outcomes: list[RequestOutcome] = []
        self.client = MlflowClient(access, self.outcomes.append)

    async def fails(self) -> RequestOutcome:
        try:
            with pytest.raises(MlflowFailure) as failure:
                await self.client.model("fraud")
        finally:
            await self.client.close()
        assert self.outcomes == [failure.value.outcome]
        return failure.value.outcome


def page(status: int, text: str = "<html>sign in</html>", **headers: str) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, RequestOutcome.DENIED),
        (403, RequestOutcome.DENIED),
        (404, RequestOutcome.NOT_FOUND),
        (400, RequestOutcome.REFUSED),
        (429, RequestOutcome.THROTTLED),
        (500, RequestOutcome.FAILED),
        (503, RequestOutcome.FAILED),
        (204, RequestOutcome.UNREADABLE),
    ],
)
async def test_each_status_has_its_outcome(
    fake: FakeMlflow, status: int, outcome: RequestOutcome
) -> None:
    fake.answer = lambda _: page(status)
    assert await Asked(MlflowAccess(fake.url)).fails() is outcome


@pytest.mark.parametrize(
    "text",
    [
        "<html>sign in</html>",
        "",
        "[]",
        "null",
        "{}",
        '{"registered_model": []}',
        '{"registered_model": {"name": 1.5}}',
        '{"registered_model": {"name": "fraud", "aliases": {"champion": "1"}}}',
        '{"registered_model": {"name": "fraud", "aliases": ["champion"]}}',
        '{"registered_model": {"name": "fraud", "aliases": [{"alias": "champion"}, null]}}',
        '{"registered_model": {"name": "fraud", "aliases": [{"alias": true, "version": "1"}]}}',
    ],
)
async def test_an_answer_that_is_not_mlflows_is_unreadable(fake: FakeMlflow, text: str) -> None:
    fake.answer = lambda _: web.Response(text=text)
    assert await Asked(MlflowAccess(fake.url)).fails() is RequestOutcome.UNREADABLE


async def test_an_answer_without_an_end_is_unreadable(fake: FakeMlflow) -> None:
    fake.answer = lambda _: web.Response(body=b" " * 16_000_001)
    assert await Asked(MlflowAccess(fake.url)).fails() is RequestOutcome.UNREADABLE


async def test_a_redirection_is_not_followed_as_the_token_would_go_along(fake: FakeMlflow) -> None:
    fake.answer = lambda _: page(302, Location="/elsewhere")
    assert await Asked(MlflowAccess(fake.url)).fails() is RequestOutcome.REDIRECTED
    assert len(fake.asked) == 1


async def test_no_answer_in_time_is_a_timeout(fake: FakeMlflow) -> None:
    fake.hangs = True
    assert await Asked(MlflowAccess(fake.url, timeout=0.1)).fails() is RequestOutcome.TIMEOUT


async def test_a_port_that_nobody_listens_on_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    access = MlflowAccess(f"http://127.0.0.1:{port}")
    assert await Asked(access).fails() is RequestOutcome.UNREACHABLE


async def test_a_name_that_is_no_host_is_unreachable() -> None:
    access = MlflowAccess("http://no-such-host.invalid")
    assert await Asked(access).fails() is RequestOutcome.UNREACHABLE


async def asked(fake: FakeMlflow, ask: Callable[[MlflowClient], Awaitable[AnswerT]]) -> AnswerT:
    client = MlflowClient(
        MlflowAccess(fake.url, headers={"Authorization": "Bearer t"}), lambda _: None
    )
    try:
        return await ask(client)
    finally:
        await client.close()


async def test_every_request_shows_the_token(fake: FakeMlflow) -> None:
    fake.register("fraud", 1)
    await asked(fake, lambda client: client.model("fraud"))
    assert fake.headers[0]["Authorization"] == "Bearer t"


async def test_versions_come_page_by_page_the_latest_first(fake: FakeMlflow) -> None:
    fake.register("fraud", *range(1, 2 * PAGE + 2))
    found = await asked(fake, lambda client: client.versions("fraud"))
    assert [int(each.number) for each in found] == list(range(2 * PAGE + 1, 0, -1))
    assert fake.count("model-versions/search") == 3


async def test_a_quote_in_a_name_does_not_end_the_filter(fake: FakeMlflow) -> None:
    fake.register("it's", 1)
    assert len(await asked(fake, lambda client: client.versions("it's"))) == 1


async def test_a_server_whose_pages_never_end_is_asked_no_further(fake: FakeMlflow) -> None:
    document = {"model_versions": [{"version": "1"}], "next_page_token": "again"}
    fake.answer = lambda _: web.json_response(document)
    assert len(await asked(fake, lambda client: client.versions("fraud"))) == 40


async def test_numbers_of_versions_may_be_numbers(fake: FakeMlflow) -> None:
    document = {"registered_model": {"name": "f", "aliases": [{"alias": "champion", "version": 3}]}}
    fake.answer = lambda _: web.json_response(document)
    assert (await asked(fake, lambda client: client.model("f"))).aliases == {"champion": "3"}
