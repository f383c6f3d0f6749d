"""Routes of Driftline for a service that serves several versions of a model: one file to copy.

It needs Python 3.10, and nothing beside its standard library. A service asks `Routing.route` for
each request, and has its routes kept fresh in one of two ways: by a consumer of its own that hands
the records of the topic ``model-routing`` to `Routing.feed`, or by a `PortReader` that asks the
port of a worker.
"""

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

_STEPS: Final = 1 << 53
"""Points in [0, 1): as many as a float tells apart there."""

_ROUNDING: Final = 1e-9
_MOST_BYTES: Final = 1_000_000

Key = str | bytes | int


class _NoRedirects(HTTPRedirectHandler):
    """Follows none: no worker redirects, and the token would be sent along to wherever it leads."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Leave the answer as it is: an error of HTTP."""


class NoRoute(LookupError):
    """No route of the model is known, and the caller named no version to fall back on."""


def point(salt: str, key: Key) -> float:
    """Return where a key lies in [0, 1).

    The first 53 bits of the SHA-256 of salt, a zero byte and key, as a fraction.
    """
    text = key if isinstance(key, bytes) else _bytes(str(key))
    digest = sha256(_bytes(salt) + b"\0" + text).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / _STEPS


def _bytes(text: str) -> bytes:
    """Return UTF-8; half a pair of surrogates, which JSON may hold, is no reason to fail."""
    return text.encode("utf-8", "surrogatepass")


def _text(value: Any) -> str:
    """Return a text; null is none, though Python has a text for it."""
    if not isinstance(value, str):
        raise TypeError(f"expected a text, found {value!r}")
    return value


def _list(value: Any) -> list[Any]:
    """Return a list; a text is none, though Python goes through its letters."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {value!r}")
    return value


def _replaced(decision: Mapping[str, Any]) -> str | None:
    """Return what a decision of Driftline's replaces; None of people's."""
    return decision["replaces"] if decision["kind"] == "driftline" else None


def _name(value: Any) -> str:
    """Return the name of a version."""
    if value == "":
        raise ValueError("not a route: a version without a name")
    return _text(value)


@dataclass(frozen=True)
class Route:
    """One route, as a record of the topic has it.

    Attributes
    ----------
    model
        Whose it is.
    revision
        Which of the model's routes: later ones have higher numbers.
    time
        When it was decided, RFC 3339 in UTC.
    salt
        Of the assignment.
    versions
        Those that answer, with their shares, in the order of their intervals.
    shadows
        Those that score each request and answer none.
    id
        What tells it from others.
    replaces
        The id of the route that Driftline saw when it decided this one; None of people's routes,
        which replace whatever is in force.
    """

    model: str
    revision: int
    time: str
    salt: str
    versions: tuple[tuple[str, float], ...]
    shadows: tuple[str, ...]
    id: str = ""
    replaces: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Route":
        """Return the route of a JSON document; members that are not known are passed over.

        Raises
        ------
        ValueError
            If it is none.
        """
        try:
            route = cls(
                model=_text(document["model"]),
                revision=int(document["revision"]),
                time=_text(document["decision"]["time"]),
                salt=_text(document["salt"]),
                versions=tuple(
                    (_name(each["version"]), float(each["share"])) for each in document["versions"]
                ),
                shadows=tuple(map(_name, _list(document["shadows"]))),
                id=_text(document["route_id"]),
                replaces=_replaced(document["decision"]),
            )
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"not a route: {error!r}") from None
        shares = [share for _, share in route.versions]
        if not all(0.0 <= share <= 1.0 for share in shares) or abs(sum(shares) - 1.0) > _ROUNDING:
            raise ValueError(f"not a route: shares {shares}")
        return route

    def version_of(self, key: Key) -> str:
        """Return the version that answers a key: the one in whose interval its point lies."""
        at, end = point(self.salt, key), 0.0
        serving = [(version, share) for version, share in self.versions if share]
        for version, share in serving:
            end += share
            if at < end:
                return version
        return serving[-1][0]  # where rounding leaves a gap below 1

    def gives_way_to(self, other: "Route | None") -> bool:
        """Tell whether another one came in between that Driftline had not seen."""
        return (
            self.replaces is not None
            and other is not None
            and other.id
            not in {
                self.replaces,
                self.id,
            }
        )

    def is_older_than(self, other: "Route") -> bool:
        """Tell whether it was replaced by another one, by number and time."""
        return self.revision < other.revision and self.time <= other.time


class Routing:
    """The routes of all models that a service has heard of; threads may share it.

    Attributes
    ----------
    refused
        Records and answers that were no routes; those before them stay in force.
    """

    def __init__(self) -> None:
        self._routes: dict[str, Route] = {}
        self.refused = 0

    def route(self, model: str, key: Key, default: str | None = None) -> str:
        """Return the version that is to answer.

        The same key gets the same version as long as the shares stay, and changes once at most
        while a canary's share grows. Choose as key what is to be served alike: a customer, a
        session, or the prediction's id for none.

        Raises
        ------
        NoRoute
            If there is no route, and no default.
        """
        route = self._routes.get(model)
        if route is not None:
            return route.version_of(key)
        if default is None:
            raise NoRoute(model)
        return default

    def shadows(self, model: str) -> tuple[str, ...]:
        """Return the versions that are to score each request as well, without answering."""
        route = self._routes.get(model)
        return () if route is None else route.shadows

    def feed(self, key: bytes | str | None, value: bytes | str | None) -> bool:
        """Take a record of the topic, in the order of its offsets; tell whether it was a route.

        A null value ends the route of the model in its key. A route of Driftline's own gives way
        where somebody else's came in between.
        """
        model = key.decode(errors="replace") if isinstance(key, bytes) else key
        if value is None:
            self._routes.pop(model or "", None)
            return True
        route = self._read(model, value)
        if route is None:
            return False
        if not route.gives_way_to(self._routes.get(route.model)):
            self._routes[route.model] = route
        return True

    def answered(self, model: str, value: bytes | None) -> bool:
        """Take an answer of a worker's port: a route, or None where the model has none.

        Workers follow the topic each at its own pace: a route that is older than the known one
        changes nothing.
        """
        if value is None:
            self._routes.pop(model, None)
            return True
        route = self._read(model, value)
        if route is None:
            return False
        known = self._routes.get(model)
        if known is None or not route.is_older_than(known):
            self._routes[model] = route
        return True

    def _read(self, model: str | None, value: bytes | str) -> Route | None:
        """Return the route of a model; None, and counted, where a value is none of it."""
        try:
            route = Route.of(json.loads(value))
        except (ValueError, RecursionError):
            route = None
        if route is None or route.model != model:
            self.refused += 1
            return None
        return route


class PortReader:
    """Keeps the routes of some models fresh by asking a worker's port; a context manager.

    While the port does not answer, the last routes stay in force.

    Parameters
    ----------
    routing
        That is to be kept fresh.
    url
        Of the port, such as ``http://driftline:9464``.
    models
        Whose routes are wanted.
    token
        Of the port, where it asks for one.
    every
        Seconds between two questions.
    timeout
        Seconds that an answer may take.
    """

    def __init__(
        self,
        routing: Routing,
        url: str,
        models: Iterable[str],
        *,
        token: str | None = None,
        every: float = 2.0,
        timeout: float = 2.0,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"expected an address of HTTP, found {url!r}")
        self._routing = routing
        self._url = url.rstrip("/")
        self._models = tuple(models)
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._every = every
        self._timeout = timeout
        self._opener = build_opener(_NoRedirects)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="driftline-routes", daemon=True)

    def __enter__(self) -> "PortReader":  # noqa: PYI034 - `Self` is of Python 3.11
        """Ask once, and go on in a thread."""
        self.refresh()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the thread."""
        self._end.set()
        self._thread.join()

    def refresh(self) -> int:
        """Ask for each model once; return how many answers came."""
        return sum(map(self._ask, self._models))

    def _run(self) -> None:
        while not self._end.wait(self._every):
            self.refresh()

    def _ask(self, model: str) -> bool:
        path = f"{self._url}/v1/models/{quote(model, safe='')}/route"
        request = Request(path, headers=self._headers)  # noqa: S310 - HTTP, by the check above
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return self._routing.answered(model, answer.read(_MOST_BYTES))
        except HTTPError as error:
            with error:
                return _has_no_route(error) and self._routing.answered(model, None)
        except (OSError, HTTPException, ValueError):
            return False


def _has_no_route(error: HTTPError) -> bool:
    """Tell whether a worker says that there is no route; a proxy's own 404 is not that."""
    if error.code != 404:  # noqa: PLR2004 - the status
        return False
    try:
        return bool(json.loads(error.read(_MOST_BYTES))["error"] == "no_route")
    except (OSError, HTTPException, ValueError, TypeError, LookupError, RecursionError):
        return False
