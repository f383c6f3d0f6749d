"""Routes by model, as the records of their topic say."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from agents.records.record import Record
from schemas.events.codec import decode_event, decode_object
from schemas.events.not_taken import NotTaken
from schemas.events.nothing_to_say import NothingToSay
from schemas.events.routing import ModelRoute

MOST_MODELS: Final = 10_000
"""Models whose routes are known, some kilobytes each; made-up keys would take all memory."""


class RouteOutcome(StrEnum):
    """What became of a record of the topic."""

    TAKEN = "taken"
    """It is the route of its model now."""
    ENDED = "ended"
    """A null value: its model has no route any more."""
    STALE = "stale"
    """A later one of its model was taken before."""
    REFUSED = "refused"
    """It is no route, or that of another model than its key says; the one before stays."""
    TOO_MANY = "too_many"
    """Its model is one more than are kept."""


@dataclass(frozen=True, slots=True)
class _Place:
    partition: int
    offset: int
    timestamp: int

    def is_after(self, other: "_Place") -> bool:
        """Whether it counts more: a topic that was given partitions has a model in two of them."""
        if self.partition == other.partition:
            return self.offset > other.offset
        return self.timestamp >= other.timestamp


class KnownRoutes:
    """The latest route of each model, whatever records come again."""

    def __init__(self) -> None:
        self._routes: dict[str, ModelRoute] = {}
        self._places: dict[bytes, _Place] = {}
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
        place = _Place(record.partition, record.offset, record.timestamp)
        known = self._places.get(key)
        if known is not None and not place.is_after(known):
            return RouteOutcome.STALE
        if known is None and len(self._places) >= MOST_MODELS:
            return RouteOutcome.TOO_MANY
        try:
            route = decode_event(ModelRoute, decode_object(record.value))
        except NothingToSay:
            self._places[key] = place
            self._routes.pop(key.decode(errors="replace"), None)
            return RouteOutcome.ENDED
        except NotTaken:
            route = None
        if route is None or route.key != key:
            self.strange += 1
            return RouteOutcome.REFUSED
        self._places[key] = place
        self._routes[route.model] = route
        return RouteOutcome.TAKEN
