"""Routes by model, as the records of their topic say."""

from agents.observations.route_notices import route_notice_of
from agents.records.record import Record
from detectors.routing.routes import RouteOutcome, Routes
from schemas.events.not_taken import NotTaken
from schemas.events.routing import ModelRoute


class KnownRoutes:
    """The latest route of each model, whatever records come again."""

    def __init__(self) -> None:
        self._routes = Routes()
        self.strange = 0
        """Records that were refused."""

    def of(self, model: str) -> ModelRoute | None:
        """Return the route of a model; None where it has none."""
        return self._routes.of(model)

    @property
    def all(self) -> list[ModelRoute]:
        """All routes, by the names of their models."""
        return self._routes.all

    def take(self, record: Record) -> RouteOutcome:
        """Take the next record of the topic; say what became of it."""
        try:
            notice, _ = route_notice_of(record, source=record.topic, tolerance=0, odd=[])
        except NotTaken:
            self.strange += 1
            return RouteOutcome.REFUSED
        return self._routes.take(notice)
