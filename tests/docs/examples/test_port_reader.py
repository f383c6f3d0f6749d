"""The client on the port of a worker."""

import asyncio
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from driftline_routing import PortReader, Routing
from tests.app.web.fake_versions import FakeRoutes
from tests.app.web.test_routes import server_of
from tests.schemas.events.routes import canary_of, route_of


async def asked(reader: PortReader) -> int:
    return await asyncio.to_thread(reader.refresh)


async def test_routes_are_read_and_kept_while_the_port_is_away() -> None:
    routing, routes = Routing(), FakeRoutes(route_of())
    server = server_of(routes)
    async with server:
        reader = PortReader(routing, server.url + "/", ["fraud", "churn"])
        assert await asked(reader) == 2
        assert routing.route("fraud", "a") == "7"
        routes.routes["fraud"] = route_of(canary_of(1.0, 2), revision=2)
        assert await asked(reader) == 2
        assert routing.route("fraud", "a") == "8"
    assert await asked(reader) == 0
    assert routing.route("fraud", "a") == "8"


async def test_a_route_ends_where_a_worker_that_knows_all_says_so() -> None:
    routing, routes = Routing(), FakeRoutes(route_of())
    server = server_of(routes)
    async with server:
        reader = PortReader(routing, server.url, ["fraud"])
        await asked(reader)
        routes.routes.clear()
        routes.is_complete = False
        assert await asked(reader) == 0
        assert routing.route("fraud", "a") == "7"
        routes.is_complete = True
        assert await asked(reader) == 1
        assert routing.route("fraud", "a", default="none") == "none"


async def test_the_token_is_sent(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("0123456789abcdef")
    file.chmod(0o600)
    routing = Routing()
    server = server_of(FakeRoutes(route_of()), token_file=file)
    async with server:
        assert await asked(PortReader(routing, server.url, ["fraud"])) == 0
        token = PortReader(routing, server.url, ["fraud"], token="0123456789abcdef")  # noqa: S106
        assert await asked(token) == 1


class Heard(Routing):
    """Routes that say when a second one has come."""

    def __init__(self) -> None:
        super().__init__()
        self.second = threading.Event()

    def answered(self, model: str, value: bytes | None) -> bool:
        taken = super().answered(model, value)
        if self.route("fraud", "a") == "8":
            self.second.set()
        return taken


async def test_a_thread_keeps_routes_fresh_for_the_length_of_the_block() -> None:
    routing, routes = Heard(), FakeRoutes(route_of())
    server = server_of(routes)
    async with server:
        reader = PortReader(routing, server.url, ["fraud"], every=0.01)
        await asyncio.to_thread(reader.__enter__)
        assert routing.route("fraud", "a") == "7"
        routes.routes["fraud"] = route_of(canary_of(1.0, 2), revision=2)
        assert await asyncio.to_thread(routing.second.wait, 60.0)
        await asyncio.to_thread(reader.__exit__, None, None, None)


def answering(status: int, body: bytes) -> tuple[HTTPServer, Callable[[], object]]:
    """Return a server that answers one request so, and what serves it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(
                b"HTTP/1.0 %d x\r\nContent-Length: %d\r\n\r\n" % (status, max(1_000, len(body)))
            )
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    return server, server.handle_request


@pytest.mark.parametrize("status", [200, 404, 500, 99])
@pytest.mark.parametrize(
    "body", [b"", b"not found", b'"no_route"', b'{"error": "other"}', b"[[[", b"[" * 100_000]
)
def test_what_another_server_says_changes_nothing(status: int, body: bytes) -> None:
    routing = Routing()
    routing.answered("fraud", route_of().model_dump_json().encode())
    server, serve = answering(status, body)
    with server:
        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        assert PortReader(routing, url, ["fraud"]).refresh() == 0
        thread.join()
    assert routing.route("fraud", "a") == "7"


def test_a_redirection_is_not_followed_as_the_token_would_be_sent_along() -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        reader = PortReader(Routing(), url, ["fraud"], token="secret")  # noqa: S106
        assert reader.refresh() == 0
        server.shutdown()
        thread.join()
    assert asked == ["/v1/models/fraud/route"]


def test_an_address_that_is_none_of_http_is_refused() -> None:
    with pytest.raises(ValueError, match="expected an address of HTTP"):
        PortReader(Routing(), "file:///etc/passwd", ["fraud"])
