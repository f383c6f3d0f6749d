import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from app.metrics import Metrics
from app.settings import HttpSettings, InvalidConfiguration
from app.web.access import PortAccess, port_access
from app.web.server import HttpServer
from tests.app.web.fake_versions import no_models

TOKEN = "c2VjcmV0LXNlY3JldA=="  # noqa: S105 - of this test alone


class Healthy:
    def unhealthy(self) -> str:
        return ""

    def unready(self) -> str:
        return ""


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    return path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("port")
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(  # noqa: S603 - arguments of this test
        [*made.split(), *names, "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )
    return cert, key


@pytest.fixture
async def guarded(token_file: Path, metrics: Metrics) -> AsyncIterator[HttpServer]:
    settings = HttpSettings(port=0, token_file=token_file)
    server = HttpServer(settings, metrics=metrics, health=Healthy(), models=no_models())
    async with server:
        yield server


async def status(
    server: HttpServer, path: str, said: str = "", trust: ssl.SSLContext | None = None
) -> int:
    headers = {"Authorization": said} if said else {}
    async with (
        aiohttp.ClientSession() as session,
        session.get(server.url + path, headers=headers, ssl=trust or True) as answer,
    ):
        return answer.status


def refused(metrics: Metrics, reason: str) -> float | None:
    return metrics.registry.get_sample_value("driftline_http_refused_total", {"reason": reason})


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer \xff"]
)
async def test_metrics_are_for_those_who_have_the_token(
    said: str, guarded: HttpServer, metrics: Metrics
) -> None:
    assert await status(guarded, "/metrics", said) == 401
    assert refused(metrics, "token") == 1


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_who_has_the_token_gets_metrics(scheme: str, guarded: HttpServer) -> None:
    assert await status(guarded, "/metrics", f"{scheme} {TOKEN}") == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_probes_need_no_token(path: str, guarded: HttpServer) -> None:
    assert await status(guarded, path) == 200


async def test_nothing_else_is_told_to_who_has_none(guarded: HttpServer) -> None:
    assert await status(guarded, "/") == 401


def test_a_token_twice_is_none() -> None:
    access = PortAccess(TOKEN.encode())
    assert access.admits([f"Bearer {TOKEN}"])
    assert not access.admits([f"Bearer {TOKEN}"] * 2)


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(PortAccess(TOKEN.encode()))


async def test_the_port_speaks_https(certificate: tuple[Path, Path], metrics: Metrics) -> None:
    cert, key = certificate
    settings = HttpSettings(port=0, ssl_certfile=cert, ssl_keyfile=key)
    trust = ssl.create_default_context(cafile=cert)
    server = HttpServer(settings, metrics=metrics, health=Healthy(), models=no_models())
    async with server:
        assert server.url.startswith("https://")
        assert await status(server, "/metrics", trust=trust) == 200
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await status(server, "/metrics")
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with suppress(ConnectionResetError):
            assert b"HTTP" not in await asyncio.wait_for(reader.read(), 10)
        writer.close()
    assert refused(metrics, "handshake") == 2


@pytest.mark.parametrize("text", ["", "short", "two words, long", "x" * 5000, "Umläute" * 4])
def test_a_file_without_a_token_is_refused_and_not_shown(text: str, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(text)
    with pytest.raises(InvalidConfiguration) as error:
        port_access(HttpSettings(token_file=path))
    (problem,) = error.value.problems
    assert problem.path == "http.token_file"
    assert not text or text not in str(error.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    settings = HttpSettings(token_file=empty, ssl_certfile=empty, ssl_keyfile=certificate[1])
    with pytest.raises(InvalidConfiguration) as error:
        port_access(settings)
    assert [each.path for each in error.value.problems] == ["http.token_file", "http.ssl_certfile"]


def test_a_key_without_a_certificate_is_refused(certificate: tuple[Path, Path]) -> None:
    with pytest.raises(ValueError, match="ssl_certfile"):
        HttpSettings(ssl_keyfile=certificate[1])
