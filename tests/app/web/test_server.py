import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import faust
import pytest

from app.metrics import Metrics
from app.metrics.catalogue import ROWS_WATCHED
from app.settings import HttpSettings
from app.web.health import WorkerHealth
from app.web.server import AddressUnavailable, HttpServer, check_address
from schemas.tables.observations import Origin
from tests.app.web.fake_versions import no_models


class FakeHealth:
    def __init__(self) -> None:
        self.sick = self.busy = ""

    def unhealthy(self) -> str:
        return self.sick

    def unready(self) -> str:
        return self.busy


@pytest.fixture
def health() -> FakeHealth:
    return FakeHealth()


@pytest.fixture
async def server(health: FakeHealth) -> AsyncIterator[HttpServer]:
    server = HttpServer(HttpSettings(port=0), metrics=Metrics(), health=health, models=no_models())
    async with server:
        yield server


async def get(server: HttpServer, path: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(server.url + path) as response:
        return response.status, await response.text(), response.headers["Content-Type"]


async def test_port_0_takes_a_free_port_of_loopback(server: HttpServer) -> None:
    assert server.port > 0
    assert server.url == f"http://127.0.0.1:{server.port}"


async def test_metrics_are_served_as_prometheus_wants_them(server: HttpServer) -> None:
    status, text, content_type = await get(server, "/metrics")
    assert status == 200
    assert "driftline_build_info" in text
    assert content_type.startswith("text/plain; version=")


async def test_metrics_can_be_asked_for_by_name(server: HttpServer) -> None:
    wanted = "driftline_consumer_lag_records", "driftline_build_info"
    query = "&".join(f"name[]={name}" for name in wanted)
    status, text, _ = await get(server, f"/metrics?{query}")
    assert status == 200
    asked = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    # Nothing is known of a lag yet.
    assert asked == {"driftline_build_info"}
    assert (await get(server, "/metrics?name[]=driftline_models_named_twice"))[1].strip() == ""


async def test_what_is_scraped_is_brought_up_to_date_before(health: FakeHealth) -> None:
    metrics, refreshed = Metrics(), 0

    async def refresh() -> None:
        nonlocal refreshed
        refreshed += 1
        metrics.rows_watched(Origin.PREDICTIONS, 1)

    metrics.refreshed_by(refresh, [ROWS_WATCHED])
    server = HttpServer(HttpSettings(port=0), metrics=metrics, health=health, models=no_models())
    async with server:
        sample = 'driftline_rows_watched_total{origin="predictions"}'
        assert f"{sample} 1.0" in (await get(server, "/metrics"))[1]
        assert f"{sample} 2.0" in (await get(server, f"/metrics?name[]={ROWS_WATCHED.name}"))[1]
        await get(server, "/metrics?name[]=driftline_build_info")
        assert refreshed == 2


async def test_a_batch_that_takes_long_does_not_hold_up_a_scrape(health: FakeHealth) -> None:
    metrics = Metrics(refresh_timeout=0.05)

    async def hang() -> None:
        await asyncio.Event().wait()

    metrics.refreshed_by(hang, [ROWS_WATCHED])
    server = HttpServer(HttpSettings(port=0), metrics=metrics, health=health, models=no_models())
    async with server:
        assert "driftline_build_info" in (await get(server, "/metrics"))[1]


async def test_a_live_worker_is_healthy_and_a_crashed_one_is_not(
    server: HttpServer, health: FakeHealth
) -> None:
    assert (await get(server, "/healthz"))[:2] == (200, "ok\n")
    health.sick = "crashed"
    assert (await get(server, "/healthz"))[:2] == (503, "crashed\n")


async def test_a_worker_without_partitions_is_healthy_and_not_ready(
    server: HttpServer, health: FakeHealth
) -> None:
    health.busy = "waiting for partitions"
    assert (await get(server, "/healthz"))[0] == 200
    assert (await get(server, "/readyz"))[:2] == (503, "waiting for partitions\n")
    health.busy = ""
    assert (await get(server, "/readyz"))[0] == 200


async def test_nothing_else_is_served(server: HttpServer) -> None:
    assert (await get(server, "/"))[0] == 404


async def test_the_port_is_free_after_the_stop(health: FakeHealth) -> None:
    server = HttpServer(HttpSettings(port=0), metrics=Metrics(), health=health, models=no_models())
    async with server:
        port = server.port
    check_address(HttpSettings(port=port))


async def test_a_taken_port_is_told_with_what_to_do(health: FakeHealth) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = HttpSettings(port=taken.getsockname()[1])
        with pytest.raises(AddressUnavailable, match=r"is taken: choose another http\.port"):
            check_address(settings)
        server = HttpServer(settings, metrics=Metrics(), health=health, models=no_models())
        with pytest.raises(AddressUnavailable):
            await server.start()
        await server.stop()


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(AddressUnavailable, match=r"choose another http\.host"):
        check_address(HttpSettings(host="192.0.2.1", port=0))


async def test_a_worker_is_ready_from_its_first_rebalance_until_it_stops() -> None:
    app = faust.App("health", web_enabled=False, autodiscover=False)
    health = WorkerHealth(app)
    assert (health.unhealthy(), health.unready()) == ("", "waiting for partitions")
    await app.on_rebalance_complete.send()
    assert health.unready() == ""
    app._stopped.set()
    assert (health.unhealthy(), health.unready()) == ("", "stopping")


async def test_a_crashed_worker_is_neither_healthy_nor_ready() -> None:
    app = faust.App("crash", web_enabled=False, autodiscover=False)
    health = WorkerHealth(app)
    await app.on_rebalance_complete.send()
    await asyncio.wait_for(app.crash(RuntimeError("x")), 5)
    assert (health.unhealthy(), health.unready()) == ("crashed", "crashed")


async def test_a_worker_is_not_ready_before_its_state_is_loaded() -> None:
    app = faust.App("load", web_enabled=False, autodiscover=False)
    loaded: list[bool] = []
    health = WorkerHealth(app, lambda: bool(loaded))
    await app.on_rebalance_complete.send()
    assert health.unready() == "loading state"
    loaded.append(True)
    assert health.unready() == ""
