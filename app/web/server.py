"""The worker's own endpoints: metrics and health, on an address that the operator names."""

import asyncio
import errno
import logging
import socket
from typing import Any, Final

from aiohttp import web
from mode import Service
from prometheus_client.exposition import choose_encoder

from app.metrics import Metrics
from app.settings import HttpSettings
from app.web.health import Health

_SHUTDOWN_S: Final = 1.0
"""How long requests in hand may hold up a stop."""


logger = logging.getLogger(__name__)


class AddressUnavailable(Exception):
    """The address of the configuration cannot be listened on."""


class HttpServer(Service):
    """Serves ``/metrics``, ``/healthz`` and ``/readyz``; a service that an app can own.

    ``app.add_dependency(server)`` before the app starts makes it start first and stop last.

    Parameters
    ----------
    settings
        Where to listen.
    metrics, health
        What to serve.
    """

    def __init__(
        self, settings: HttpSettings, *, metrics: Metrics, health: Health, **options: Any
    ) -> None:
        super().__init__(**options)
        self._settings = settings
        self._metrics = metrics
        self._health = health
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def port(self) -> int:
        """The port listened on; 0 before the start."""
        return self._port

    @property
    def url(self) -> str:
        """The address listened on, ``http://host:port``."""
        host = self._settings.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    async def on_start(self) -> None:
        """Listen.

        Raises
        ------
        AddressUnavailable
            If the address is taken, or not one of this machine.
        """
        served = web.Application()
        served.router.add_get("/metrics", self._serve_metrics)
        served.router.add_get("/healthz", self._serve_health)
        served.router.add_get("/readyz", self._serve_readiness)
        listener = _listen(self._settings)
        runner = web.AppRunner(served, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        self._runner = runner
        await runner.setup()
        await web.SockSite(runner, listener).start()
        self._port = listener.getsockname()[1]
        logger.info("metrics and health at %s", self.url)

    async def on_stop(self) -> None:
        """Close the port."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _serve_metrics(self, request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        names = request.query.getall("name[]", [])
        await self._metrics.refresh(names)
        registry = self._metrics.registry
        # Not in the loop: with very many columns it takes longer than a batch may wait.
        body = await asyncio.to_thread(
            encode, registry.restricted_registry(names) if names else registry
        )
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def _serve_health(self, _: web.Request) -> web.Response:
        return _answer(self._health.unhealthy())

    async def _serve_readiness(self, _: web.Request) -> web.Response:
        return _answer(self._health.unready())


def check_address(settings: HttpSettings) -> None:
    """Find out whether the address can be listened on, and let it go again.

    Raises
    ------
    AddressUnavailable
        If not.
    """
    _listen(settings).close()


def _listen(settings: HttpSettings) -> socket.socket:
    host, port = settings.host, settings.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            # A port whose last owner has just gone is free.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(128)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            said = "is taken: choose another http.port, or 0 for a free one"
        else:
            said = f"cannot be listened on ({error.strerror}): choose another http.host"
        raise AddressUnavailable(f"{host}:{port} {said}") from None
    return listener


def _answer(reason: str) -> web.Response:
    return web.Response(text=f"{reason or 'ok'}\n", status=503 if reason else 200)
