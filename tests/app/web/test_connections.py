import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from prometheus_client import Metric
from prometheus_client.registry import Collector

from app.metrics import Metrics, Refusal
from app.metrics.catalogue import ROWS_WATCHED
from app.settings import HttpSettings
from app.web.connections import ConnectionLimits
from app.web.server import HttpServer
from tests.app.web.fake_versions import no_models

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Healthy:
    def unhealthy(self) -> str:
        return ""

    def unready(self) -> str:
        return ""


@asynccontextmanager
async def serving(metrics: Metrics, limits: ConnectionLimits) -> AsyncIterator[HttpServer]:
    server = HttpServer(
        HttpSettings(port=0), metrics=metrics, health=Healthy(), limits=limits, models=no_models()
    )
    async with server:
        yield server


async def say(server: HttpServer, said: bytes) -> bytes:
    """Send something, and return what comes until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(said)
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def refused(metrics: Metrics, reason: str) -> float:
    value = metrics.registry.get_sample_value("driftline_http_refused_total", {"reason": reason})
    assert value is not None
    return value


@pytest.mark.parametrize("said", [b"", b"GET /metrics HTTP/1.1\r\nHost: loc"])
async def test_a_request_that_does_not_end_is_given_up(said: bytes) -> None:
    metrics = Metrics()
    async with serving(metrics, ConnectionLimits(request_s=0.1)) as server:
        assert await say(server, said) == b""
    assert refused(metrics, "slow_request") == 1


async def test_an_idle_connection_is_closed_after_its_answer() -> None:
    metrics = Metrics()
    async with serving(metrics, ConnectionLimits(answer_s=0.1)) as server:
        assert b"200 OK" in await say(server, GET)
        assert b"200 OK" in await say(server, GET + b"GET /metr")
    assert refused(metrics, "slow_reader") == 0


class WatchedMetrics(Metrics):
    """Metrics that tell the test of a refusal."""

    def __init__(self) -> None:
        super().__init__()
        self.has_refused = asyncio.Event()

    def http_refused(self, refusal: Refusal) -> None:
        super().http_refused(refusal)
        self.has_refused.set()


async def test_a_slow_reader_is_given_up() -> None:
    metrics = WatchedMetrics()
    for number in range(60_000):
        metrics.records_missed(f"a-topic-with-a-name-of-some-length-{number}", 0, 1)
    async with serving(metrics, ConnectionLimits(answer_s=0.2)) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
        writer.write(GET.replace(b"/healthz", b"/metrics"))
        await asyncio.wait_for(metrics.has_refused.wait(), 30)
        writer.close()
    assert refused(metrics, "slow_reader") == 1


async def test_one_connection_too_many_takes_the_place_of_the_one_that_waits_the_longest() -> None:
    metrics = Metrics()
    async with serving(metrics, ConnectionLimits(most=8)) as server:
        opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(8)]
        for reader, writer in opened:
            writer.write(GET)
            await reader.readuntil(b"ok\n")
        once = GET.replace(b"Host", b"Connection: close\r\nHost")
        assert (await say(server, once)).startswith(b"HTTP/1.1 200 OK")
        assert refused(metrics, "connections") == 1
        assert await asyncio.wait_for(opened[0][0].read(), 10) == b""
        for reader, writer in opened[1:]:
            writer.write(once)
            assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 200 OK")


async def test_a_probe_is_answered_while_others_open_connections_and_say_nothing() -> None:
    metrics = Metrics()
    silent = []
    async with serving(metrics, ConnectionLimits(most=8)) as server:
        once = GET.replace(b"Host", b"Connection: close\r\nHost")
        for _ in range(5):
            silent += [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(8)]
            assert (await say(server, once)).startswith(b"HTTP/1.1 200 OK")
        for _, writer in silent:
            writer.close()


async def test_many_connections_in_one_moment_are_all_closed_or_served() -> None:
    metrics = Metrics()
    async with serving(metrics, ConnectionLimits(most=4)) as server:
        # Without a step of the loop in between: all of them wait to be taken.
        waiting = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(40)]
        assert (await say(server, GET.replace(b"Host", b"Connection: close\r\nHost"))) != b""
        assert refused(metrics, "connections") == 37
        for each in waiting[:36]:
            each.settimeout(0)
            with suppress(ConnectionResetError):
                assert await asyncio.get_running_loop().sock_recv(each, 1) == b""
        for each in waiting:
            each.close()


class SlowCollector(Collector):
    """Metrics that are not there before they are let go."""

    def __init__(self) -> None:
        self.is_asked, self.may_end = threading.Event(), threading.Event()

    def collect(self) -> Iterator[Metric]:
        self.is_asked.set()
        self.may_end.wait(10)
        yield from ()


async def test_a_connection_whose_answer_is_being_made_does_not_give_way() -> None:
    metrics, slow = Metrics(), SlowCollector()
    async with serving(metrics, ConnectionLimits(most=1)) as server:
        slow.may_end.set()
        metrics.registry.register(slow)
        slow.is_asked.clear()
        slow.may_end.clear()
        scrape = asyncio.create_task(say(server, SCRAPE))
        assert await asyncio.to_thread(slow.is_asked.wait, 10)
        assert await say(server, GET) == b""
        slow.may_end.set()
        assert (await scrape).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "said",
    [
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
)
async def test_too_much_of_a_request_is_refused(said: bytes) -> None:
    async with serving(Metrics(), ConnectionLimits(answer_s=0.2)) as server:
        assert (await say(server, said)).startswith(b"HTTP/1.0 400")


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nno header\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /metrics?name[]=\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["TLS", "version", "header", "address", "bytes"],
)
async def test_what_is_no_request_is_counted_and_not_written_to_the_log(
    said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = Metrics()
    async with serving(metrics, ConnectionLimits(answer_s=0.1)) as server:
        answer = await say(server, said)
    assert answer.startswith(b"HTTP/1.0 400")
    assert answer.endswith(b"this is no request that is served here\n")
    assert refused(metrics, "malformed") == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_page_of_another_site_gets_nothing() -> None:
    metrics = Metrics()
    said = b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    async with serving(metrics, ConnectionLimits(answer_s=0.1)) as server:
        answer = await say(server, said)
    assert answer.startswith(b"HTTP/1.1 421")
    assert b"http.allowed_hosts" in answer
    assert refused(metrics, "host") == 1


async def test_metrics_are_asked_for_by_a_bounded_number_of_names() -> None:
    metrics = Metrics()
    query = b"&".join(b"name[]=a%d" % number for number in range(65))
    async with serving(metrics, ConnectionLimits(answer_s=0.1)) as server:
        answer = await say(server, GET.replace(b"/healthz", b"/metrics?" + query))
    assert answer.startswith(b"HTTP/1.1 400")
    assert refused(metrics, "names") == 1


async def test_a_scrape_ends_with_its_client() -> None:
    metrics, begun, ended = Metrics(refresh_timeout=30), asyncio.Event(), asyncio.Event()

    async def refresh() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    metrics.refreshed_by(refresh, [ROWS_WATCHED])
    async with serving(metrics, ConnectionLimits()) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(GET.replace(b"/healthz", b"/metrics"))
        await begun.wait()
        writer.close()
        await asyncio.wait_for(ended.wait(), 10)
