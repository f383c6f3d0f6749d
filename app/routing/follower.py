"""Routes that a worker knows: it follows their topic from the beginning, as long as it runs."""

import logging
from collections.abc import Callable
from typing import Any

from agents.records.record import Record
from app.kafka.topic_follower import Open, TopicFollower
from app.routing.known_routes import KnownRoutes
from detectors.routing.routes import RouteOutcome
from schemas.events.model_comparison import ModelComparison
from schemas.events.routing import ModelRoute

logger = logging.getLogger(__name__)


class RouteFollower(TopicFollower):
    """Follows the topic of routes.

    Parameters
    ----------
    open_, partitions
        As for `TopicFollower`.
    told
        Is told what became of each record.
    """

    def __init__(
        self, open_: Open, partitions: int, told: Callable[[RouteOutcome], None], **options: Any
    ) -> None:
        super().__init__(open_, partitions, **options)
        self._told = told
        self._known = KnownRoutes()

    def route_of(self, model: str) -> ModelRoute | None:
        """Return the route of a model; None where it has none."""
        return self._known.of(model)

    def is_of_before(self, look: ModelComparison) -> bool:
        """Tell whether a look is at versions before they came back, as `ResumedVersions` has it."""
        return self._known.is_of_before(look)

    def routes(self) -> list[ModelRoute]:
        """Return all routes, by the names of their models."""
        return self._known.all

    def take(self, record: Record) -> None:
        """Take the next record of the topic."""
        outcome = self._known.take(record)
        self._told(outcome)
        if outcome in {RouteOutcome.REFUSED, RouteOutcome.TOO_MANY}:
            place = f"{record.topic}/{record.partition}/{record.offset}"
            logger.warning("the record at %s is not taken for a route: %s", place, outcome)
