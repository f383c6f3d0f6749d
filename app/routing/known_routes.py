"""Routes by model, as the records of their topic say."""

from enum import StrEnum
from typing import Final

from agents.records.record import Record
from app.kafka.record_place import RecordPlace
from schemas.events.codec import decode_event, decode_object
from schemas.events.event import LONGEST_NAME
from schemas.events.not_taken import NotTaken
from schemas.events.nothing_to_say import NothingToSay
from schemas.events.routing import ModelRoute

MOST_MODELS: Final = 10_000
"""Models whose routes are known, some kilobytes each; made-up keys would take all memory."""

LARGEST_ROUTE: Final = 100_000
"""Bytes of a record: a route of the longest names has half of them."""

_LONGEST_KEY: Final = 4 * LONGEST_NAME
"""Bytes: a longer one is of no model, and would be kept all the same with a null value."""


class RouteOutcome(StrEnum):
    """What became of a record of the topic."""

    TAKEN = "taken"
    """It is the route of its model now."""
    ENDED = "ended"
    """A null value: its model has no route any more."""
    STALE = "stale"
    """A later one of its model was taken before."""
    REFUSED = "refused"
    """It is no route, or that of another model than its key says; the one before stays. A null
    value, too, whose key is no model's name."""
    TOO_MANY = "too_many"
    """Its model is one more than are kept."""


class KnownRoutes:
    """The latest route of each model, whatever records come again."""

    def __init__(self) -> None:
        self._routes: dict[str, ModelRoute] = {}
        self._places: dict[bytes, RecordPlace] = {}
        self.strange = 0
        """Records that were refused."""

    def of(self, model: str) -> ModelRoute | None:
        """Return the route of a model; None where it has none."""
        return self._routes.get(model)

    @property
    def all(self) -> list[ModelRoute]:
        """All routes, by the names of their models."""
        return [self._routes[model] for model in sorted(self._routes)]

    def take(self, record: Record) -> RouteOutcome:
        """Take the next record of the topic; say what became of it."""
        key = record.key or b""
        place = RecordPlace.of(record)
        known = self._places.get(key)
        if known is not None and not place.is_after(known):
            return RouteOutcome.STALE
        if known is None and len(self._places) >= MOST_MODELS:
            return RouteOutcome.TOO_MANY
        model = _model_of(key)
        if model is None:
            return self._refused()
        try:
            route = _route_of(model, record.value)
        except NothingToSay:
            self._places[key] = place
            self._routes.pop(model, None)
            return RouteOutcome.ENDED
        if route is None:
            return self._refused()
        self._places[key] = place
        self._routes[model] = route
        return RouteOutcome.TAKEN

    def _refused(self) -> RouteOutcome:
        self.strange += 1
        return RouteOutcome.REFUSED


def _model_of(key: bytes) -> str | None:
    """Return the model that a key names; None where it cannot be one's name."""
    if not 0 < len(key) <= _LONGEST_KEY:
        return None
    try:
        return key.decode()
    except UnicodeDecodeError:
        return None


def _route_of(model: str, value: bytes | None) -> ModelRoute | None:
    """Return the route of a model that a value is, None where it is none; raise for a null one."""
    if len(value or b"") > LARGEST_ROUTE:
        return None
    try:
        route = decode_event(ModelRoute, decode_object(value))
    except NothingToSay:
        raise
    except NotTaken:
        return None
    return route if route.model == model else None
