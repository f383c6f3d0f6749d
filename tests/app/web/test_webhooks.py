import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from app.metrics import Metrics
from app.mlflow.webhooks import LARGEST_BODY, PATH, MlflowWebhooks, signature_of
from app.settings import HttpSettings
from app.web.server import HttpServer
from tests.app.web.fake_versions import no_models
from tests.app.web.test_server import FakeHealth

SECRET = b"a secret of MLflow's"
BODY = b'{"entity": "model_version_alias", "action": "created", "data": {"name": "fraud"}}'


class Port:
    """A worker's port, and what it has had looked at."""

    def __init__(self, settings: HttpSettings, *, takes: bool = True) -> None:
        self.looked: list[str] = []
        self.metrics = Metrics()
        webhooks = MlflowWebhooks(
            SECRET,
            {"fraud": "fraud"},
            self.looked.extend,
            self.metrics.mlflow.webhook_taken,
            time.time,
        )
        self.server = HttpServer(
            settings,
            metrics=self.metrics,
            health=FakeHealth(),
            models=no_models(),
            webhooks=webhooks if takes else None,
        )

    async def post(self, headers: dict[str, str], body: bytes = BODY) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.server.url + PATH, data=body, headers=headers) as answer,
        ):
            return answer.status, (await answer.text()).strip()

    def counted(self, outcome: str) -> float | None:
        name = "driftline_mlflow_webhooks_total"
        return self.metrics.registry.get_sample_value(name, {"outcome": outcome})


def signed(body: bytes = BODY, *, delivery: str = "d1", secret: bytes = SECRET) -> dict[str, str]:
    now = str(int(time.time()))
    return {
        "X-MLflow-Signature": signature_of(secret, delivery, now, body).decode(),
        "X-MLflow-Timestamp": now,
        "X-MLflow-Delivery-Id": delivery,
    }


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[Port]:
    token = tmp_path / "token"
    token.write_text("0123456789abcdef")
    found = Port(HttpSettings(port=0, token_file=token))
    async with found.server:
        yield found


async def test_a_signed_webhook_needs_no_token(port: Port) -> None:
    assert await port.post(signed()) == (202, "taken")
    assert port.looked == ["fraud"]
    assert port.counted("taken") == 1.0


async def test_a_replay_is_refused(port: Port) -> None:
    headers = signed()
    await port.post(headers)
    assert await port.post(headers) == (409, "repeated")
    assert port.looked == ["fraud"]


async def test_what_is_not_signed_by_mlflow_is_refused(port: Port) -> None:
    assert await port.post({}) == (401, "unsigned")
    assert await port.post(signed(secret=b"guessed")) == (401, "wrong_signature")
    assert port.looked == []


async def test_an_event_of_another_model_is_no_error_as_mlflows_test_is_one(port: Port) -> None:
    body = BODY.replace(b"fraud", b"example_model")
    assert await port.post(signed(body), body) == (200, "other_model")


async def test_a_signed_body_without_a_meaning_is_refused(port: Port) -> None:
    assert await port.post(signed(b"x"), b"x") == (400, "unreadable")


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_body_that_is_not_compressed_as_it_says_is_counted(port: Port, coding: str) -> None:
    host, number = port.server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(number))
    head = f"POST {PATH} HTTP/1.1\r\nHost: {host}:{number}\r\nContent-Encoding: {coding}\r\n"
    writer.write(f"{head}Content-Length: 7\r\nConnection: close\r\n\r\ngarbage".encode())
    answer = await asyncio.wait_for(reader.read(), 60.0)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert port.counted("unreadable") == 1.0


async def test_a_long_body_is_refused_before_it_is_read(port: Port) -> None:
    body = b" " * (LARGEST_BODY + 1)
    assert (await port.post(signed(body), body))[0] == 413
    assert port.counted("too_large") == 1.0


async def test_a_port_without_a_secret_takes_no_webhooks() -> None:
    port = Port(HttpSettings(port=0), takes=False)
    async with port.server:
        assert (await port.post(signed()))[0] == 404
