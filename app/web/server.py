"""The worker's own endpoints: metrics and health, on an address that the operator names."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Collection, Coroutine, Mapping
from functools import partial
from typing import Any, Final

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler
from mode import Service
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from app.metrics import Metrics, Refusal
from app.mlflow.outcomes import WebhookOutcome
from app.mlflow.webhooks import LARGEST_BODY, PATH, MlflowWebhooks
from app.settings import HttpSettings
from app.web.access import PortAccess, port_access
from app.web.connections import Connection, ConnectionLimits, Connections
from app.web.health import Health
from app.web.host_check import HostCheck
from app.web.models import ModelAnswers, NotKnownYet, TooManyAsk
from app.web.renderings import Renderings, TooManyRenderings
from schemas.events.model_comparison import Verdict

_MOST_NAMES: Final = 64
_LONGEST_NAME: Final = 200

_MOST_UNREAD: Final = 64_000_000
"""Bytes of answers in memory above which no metrics are rendered; of 1,000 models they have 1 to 2
million."""

_OPEN: Final = {"/healthz", "/readyz"}
"""What orchestrators ask for, who have no token."""

_WEBHOOK_S: Final = 10.0
"""Within which the body of a webhook is to come."""

_ASKED: Final = ("version", "baseline")
"""What a question about a verdict may name."""

_STATUS_OF: Final = {
    WebhookOutcome.TAKEN: 202,
    WebhookOutcome.OTHER_EVENT: 200,
    WebhookOutcome.OTHER_MODEL: 200,
    WebhookOutcome.UNSIGNED: 401,
    WebhookOutcome.WRONG_SIGNATURE: 401,
    WebhookOutcome.WRONG_TIME: 401,
    WebhookOutcome.REPEATED: 409,
    WebhookOutcome.UNREADABLE: 400,
    WebhookOutcome.TOO_LARGE: 413,
    WebhookOutcome.TOO_SLOW: 408,
}

_SHUTDOWN_S: Final = 1.0
"""How long requests in hand may hold up a stop."""


logger = logging.getLogger(__name__)


class AddressUnavailable(Exception):
    """The address of the configuration cannot be listened on."""


class HttpServer(Service):
    """Serves metrics, health and what is known of models; a service that an app can own.

    At ``/metrics``, ``/healthz``, ``/readyz``, ``/v1/models``, ``/v1/models/{model}``, and below
    that ``route`` and ``verdict``.

    ``app.add_dependency(server)`` before the app starts makes it start first and stop last.

    Parameters
    ----------
    settings
        Where to listen.
    metrics, health, models
        What to serve.
    webhooks
        What takes those of MLflow, at `app.mlflow.webhooks.PATH`; None where they are not served.
    limits
        What connections may cost.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        metrics: Metrics,
        health: Health,
        models: ModelAnswers,
        webhooks: MlflowWebhooks | None = None,
        limits: ConnectionLimits | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._settings = settings
        self._metrics = metrics
        self._health = health
        self._models = models
        self._webhooks = webhooks
        # MLflow has no token: it signs.
        self._open = _OPEN if webhooks is None else _OPEN | {PATH}
        self._limits = limits or ConnectionLimits()
        self._hosts = HostCheck(settings.host, settings.allowed_hosts)
        self._access = PortAccess()
        self._runner: web.AppRunner | None = None
        self._connections: Connections | None = None
        self._renderings: Renderings | None = None
        self._port = 0

    @property
    def port(self) -> int:
        """The port listened on; 0 before the start."""
        return self._port

    @property
    def url(self) -> str:
        """The address listened on, ``http://host:port``; ``https`` with a certificate."""
        host = self._settings.host
        scheme = "http" if self._settings.ssl_certfile is None else "https"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self._port}"

    async def on_start(self) -> None:
        """Listen.

        Raises
        ------
        AddressUnavailable
            If the address is taken, or not one of this machine.
        InvalidConfiguration
            If the token or the certificate cannot be used.
        """
        self._access = port_access(self._settings)
        served = web.Application(middlewares=[self._guard], client_max_size=LARGEST_BODY)
        served.router.add_get("/metrics", self._serve_metrics)
        served.router.add_get("/healthz", self._serve_health)
        served.router.add_get("/readyz", self._serve_readiness)
        served.router.add_get("/v1/models", self._serve_models)
        served.router.add_get("/v1/models/{model}", self._serve_model)
        served.router.add_get("/v1/models/{model}/route", self._serve_route)
        served.router.add_get("/v1/models/{model}/verdict", self._serve_verdict)
        served.router.add_post("/v1/models/{model}/verdict", self._serve_gate)
        if self._webhooks is not None:
            served.router.add_post(PATH, partial(self._take_webhook, self._webhooks))
        listener = _listen(self._settings)
        self._port = listener.getsockname()[1]
        self._renderings = Renderings(self._metrics)
        runner = web.AppRunner(served, handler_cancellation=True, shutdown_timeout=_SHUTDOWN_S)
        self._runner = runner
        await runner.setup()
        if runner.server is None:  # not after its setup
            raise RuntimeError("the server was not made")
        self._connections = Connections(
            listener, runner.server, self._limits, self._metrics.http_refused, self._access.tls
        )
        self._connections.start()
        logger.info("metrics and health at %s", self.url)

    async def on_stop(self) -> None:
        """Close the port, then what answers, then the thread that renders."""
        if self._connections is not None:
            await self._connections.end()
            self._connections = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._renderings is not None:
            await self._renderings.end()
            self._renderings = None

    async def _serve_metrics(self, request: web.Request) -> web.Response:
        names = tuple(sorted(set(request.query.getall("name[]", []))))
        if len(names) > _MOST_NAMES or any(len(name) > _LONGEST_NAME for name in names):
            most = f"at most {_MOST_NAMES} names of {_LONGEST_NAME} characters may be asked for"
            return self._refuse(Refusal.NAMES, 400, most)
        encode, content_type = _format_of(request.headers.get("Accept", ""))
        if self._renderings is None or self._connections is None:
            return _answer("stopping")
        if self._connections.unread > _MOST_UNREAD:
            return self._refuse(Refusal.BUSY, 503, "too much that was asked for is unread")
        try:
            body = await self._renderings.render(names, content_type, encode)
        except TooManyRenderings:
            return self._refuse(Refusal.BUSY, 503, "too many different metrics are asked for")
        if body is None:
            return _answer("stopping")
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def _serve_models(self, request: web.Request) -> web.Response:
        if said := _strange_in(request):
            return _invalid(said)
        return await self._told(self._models.all_models())

    async def _serve_model(self, request: web.Request) -> web.Response:
        if said := _strange_in(request):
            return _invalid(said)
        return await self._told(self._models.one_model(request.match_info["model"]))

    async def _told(self, answer: Coroutine[Any, Any, dict[str, Any] | None]) -> web.Response:
        if self._connections is None or self._connections.unread > _MOST_UNREAD:
            answer.close()
            return self._refuse(Refusal.BUSY, 503, "too much that was asked for is unread")
        try:
            document = await answer
        except TooManyAsk:
            return self._refuse(Refusal.BUSY, 503, "too many ask for models")
        if document is None:
            text = "no version of this model is known to this worker\n"
            return web.Response(text=text, status=404)
        return _json(document)

    async def _serve_route(self, request: web.Request) -> web.Response:
        model = request.match_info["model"]
        if said := _strange_in(request):
            return _invalid(said)
        try:
            document = self._models.route_of(model)
        except NotKnownYet:
            return _json({"error": "not_known_yet", "model": model}, status=503)
        if document is None:
            return _json({"error": "no_route", "model": model}, status=404)
        return _json(document)

    async def _serve_verdict(self, request: web.Request) -> web.Response:
        return await self._verdict(request, None)

    async def _serve_gate(self, request: web.Request) -> web.Response:
        """Answer 200 where the verdict is one that the question lets go on, and else 409."""
        words = request.query.get("go", Verdict.SUCCESSFUL).split(",")
        go = {Verdict(word) for word in words if word in {*Verdict}}
        if len(go) != len(words):
            return _invalid(f"go: expected some of {', '.join(Verdict)}, separated by commas")
        return await self._verdict(request, go)

    async def _verdict(self, request: web.Request, go: Collection[Verdict] | None) -> web.Response:
        model, query = request.match_info["model"], request.query
        if said := _strange_in(request, *_ASKED, *(() if go is None else ("go",))):
            return _invalid(said)
        question = self._models.verdict_of(model, query.get("version"), query.get("baseline"))
        try:
            document = await question
        except NotKnownYet:
            return _json({"error": "not_known_yet", "model": model}, status=503)
        except TooManyAsk:
            return self._refuse(Refusal.BUSY, 503, "too many ask for models")
        if document is None:
            return _json({"error": "unknown_model", "model": model}, status=404)
        goes_on = go is None or Verdict(document["verdict"].lower()) in go
        return _json(document, status=200 if goes_on else 409)

    async def _take_webhook(self, webhooks: MlflowWebhooks, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_WEBHOOK_S):
                body = await request.read()
        except TimeoutError:
            outcome = webhooks.note(WebhookOutcome.TOO_SLOW)
        except web.HTTPRequestEntityTooLarge:
            outcome = webhooks.note(WebhookOutcome.TOO_LARGE)
        except web.RequestPayloadError:
            outcome = webhooks.note(WebhookOutcome.UNREADABLE)
        else:
            names = {name.lower() for name in request.headers}
            headers = {name: request.headers.getall(name) for name in names}
            outcome = webhooks.take(headers, body)
        return web.Response(text=f"{outcome}\n", status=_STATUS_OF[outcome])

    async def _serve_health(self, _: web.Request) -> web.Response:
        return _answer(self._health.unhealthy())

    async def _serve_readiness(self, _: web.Request) -> web.Response:
        return _answer(self._health.unready())

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        connection = request.protocol
        if isinstance(connection, Connection):
            connection.begin()
        try:
            if not self._hosts.allows(request.headers.getall("Host", [])):
                said = "this host is not served here: name it in http.allowed_hosts"
                return self._refuse(Refusal.HOST, 421, said)
            is_open = request.path in self._open
            if not is_open and not self._access.admits(request.headers.getall("Authorization", [])):
                answer = self._refuse(Refusal.TOKEN, 401, "a bearer token is needed")
                answer.headers["WWW-Authenticate"] = "Bearer"
                return answer
            return await handler(request)
        finally:
            if isinstance(connection, Connection):
                connection.answered()

    def _refuse(self, refusal: Refusal, status: int, said: str) -> web.Response:
        self._metrics.http_refused(refusal)
        return web.Response(text=f"{said}\n", status=status)


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


def _strange_in(request: web.Request, *known: str) -> str:
    """Return what of a question is not understood; empty where all is.

    Passed over, it would have something else told: the verdict on another version, or who serves
    now in place of who did at some time.
    """
    for name in request.query:
        if name not in known:
            allowed = f"expected {', '.join(known)}" if known else "nothing can be named here"
            return f"{name[:99]}: {allowed}"
        if len(request.query.getall(name)) > 1:
            return f"{name}: expected once at most"
    return ""


def _invalid(said: str) -> web.Response:
    return _json({"error": "invalid_query", "message": said}, status=400)


def _answer(reason: str) -> web.Response:
    return web.Response(text=f"{reason or 'ok'}\n", status=503 if reason else 200)


def _json(document: Mapping[str, Any], status: int = 200) -> web.Response:
    body = orjson.dumps(document)
    return web.Response(body=body, status=status, content_type="application/json")


def _format_of(accept: str) -> tuple[Callable[[Collector], bytes], str]:
    try:
        return choose_encoder(accept)
    except ValueError:  # a version that is no number
        return choose_encoder("")
