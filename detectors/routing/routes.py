"""Routes in force, by model."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final

from detectors.snapshots.tree import State
from schemas.events.route_notice import RouteNotice
from schemas.events.routing import ModelRoute
from schemas.events.times import parse_time

ROUTE: Final = "route"
"""With what the names of the parts of a snapshot begin: the model follows."""

MOST_ROUTED: Final = 10_000
"""Models whose routes are known, some kilobytes each; made-up keys would take all memory."""


class RouteOutcome(StrEnum):
    """What became of a record of the topic of routes."""

    TAKEN = "taken"
    """It is the route of its model now."""
    ENDED = "ended"
    """A null value: its model has no route any more."""
    STALE = "stale"
    """It was taken before, or a later one of its model was."""
    REFUSED = "refused"
    """It is no route, or that of another model than its key says; the one before stays. A null
    value, too, whose key is no model's name."""
    OVERTAKEN = "overtaken"
    """Driftline's own, decided before it saw the route that another author put in force, or its
    end: that stays."""
    TOO_MANY = "too_many"
    """Its model is one more than are kept."""


class Routes:
    """The latest route of each model, whatever records come again.

    The log decides, as for every key of Kafka, not the number of a revision nor the date of a
    decision: services obey the latest record. What an end leaves is remembered, so that a record
    from before it does not undo it. One exception: a route of Driftline's own gives way where
    somebody else's came in between.

    Parameters
    ----------
    most
        Models that are remembered.
    """

    def __init__(self, most: int = MOST_ROUTED) -> None:
        self._most = most
        self._latest: dict[str, RouteNotice] = {}

    def of(self, model: str) -> ModelRoute | None:
        """Return the route of a model; None where it has none."""
        notice = self._latest.get(model)
        return None if notice is None else notice.routing

    def since(self, model: str) -> int:
        """Return from when on the route of a model counts, or none does: milliseconds, 0 of old."""
        notice = self._latest.get(model)
        return 0 if notice is None else parse_time(notice.time)

    def topic_of(self, model: str) -> str | None:
        """Return by what name the topic of a model's latest record is told; None of none."""
        notice = self._latest.get(model)
        return None if notice is None else notice.topic

    @property
    def all(self) -> list[ModelRoute]:
        """All routes, by the names of their models."""
        latest = (self._latest[model].routing for model in sorted(self._latest))
        return [route for route in latest if route is not None]

    def take(self, notice: RouteNotice) -> RouteOutcome:
        """Take the next notice; say what became of it."""
        known = self._latest.get(notice.model)
        if known is not None and not _is_after(notice, known):
            return RouteOutcome.STALE
        if known is None and len(self._latest) >= self._most:
            return RouteOutcome.TOO_MANY
        route = notice.routing
        if known is not None and route is not None and route.is_overtaken_by(known.routing):
            return RouteOutcome.OVERTAKEN
        self._latest[notice.model] = notice
        return RouteOutcome.ENDED if notice.routing is None else RouteOutcome.TAKEN

    def stamps(self) -> Iterator[tuple[str, Hashable]]:
        """Yield the models, with what differs when their routes do."""
        for model, notice in self._latest.items():
            yield model, (notice.topic, notice.partition, notice.offset)

    def part_state(self, model: str) -> State:
        """Return the state of a model; `KeyError` where none of its routes is known."""
        return {"latest": self._latest[model].model_dump(mode="json")}

    def outline(self) -> list[str]:
        """Return the models."""
        return sorted(self._latest)

    def state(self) -> list[list[Any]]:
        """Return the whole state: each model, and its state."""
        return [[model, self.part_state(model)] for model in sorted(self._latest)]

    def restore(self, states: Iterable[Sequence[Any]]) -> None:
        """Take over the states of models.

        Raises
        ------
        ValueError
            Of what is no route.
        """
        self._latest = {
            model: RouteNotice.model_validate(dict(state["latest"])) for model, state in states
        }


def _is_after(notice: RouteNotice, known: RouteNotice) -> bool:
    """Tell whether a notice counts more; in a topic that was made anew every one does."""
    return notice.topic != known.topic or notice.place.is_after(known.place)
