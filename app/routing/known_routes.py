"""Routes by model, as the records of their topic say."""

from agents.observations.route_notices import route_notice_of
from agents.records.record import Record
from app.routing.resumed import ResumedVersions
from detectors.routing.routes import RouteOutcome, Routes
from schemas.events.model_comparison import ModelComparison
from schemas.events.not_taken import NotTaken
from schemas.events.routing import ModelRoute
from schemas.events.times import parse_time


class KnownRoutes:
    """The latest route of each model, whatever records come again."""

    def __init__(self) -> None:
        self._routes = Routes()
        self._resumed: dict[str, ResumedVersions] = {}
        self.strange = 0
        """Records that were refused."""

    def of(self, model: str) -> ModelRoute | None:
        """Return the route of a model; None where it has none."""
        return self._routes.of(model)

    def is_of_before(self, look: ModelComparison) -> bool:
        """Tell whether a look is at versions before they came back, as `ResumedVersions` has it.

        By the records that were read: those that the topic has compacted away tell nothing.
        """
        known = self._resumed.get(look.model)
        return known is not None and known.is_of_before(look)

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
        outcome = self._routes.take(notice)
        if outcome in {RouteOutcome.TAKEN, RouteOutcome.ENDED}:
            known = self._resumed.setdefault(notice.model, ResumedVersions())
            known.take(notice.routing, parse_time(notice.time))
        return outcome
