"""The topic of routes as it is now."""

from dataclasses import dataclass, field

from agents.records.record import Record
from app.kafka.whole_topic import read_all
from app.routing.known_routes import KnownRoutes
from app.settings import Settings, TopicRole
from detectors.routing.routes import RouteOutcome
from schemas.events.routing import ModelRoute


@dataclass(slots=True)
class ReadRoutes:
    """What the topic holds.

    Attributes
    ----------
    known
        The latest route of each model.
    history
        What the topic still has of a model, oldest first: compaction leaves the latest for certain.
    """

    known: KnownRoutes = field(default_factory=KnownRoutes)
    history: dict[str, list[ModelRoute]] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """Take the next record of the topic."""
        if self.known.take(record) is RouteOutcome.TAKEN:
            model = (record.key or b"").decode()
            route = self.known.of(model)
            if route is not None:
                self.history.setdefault(model, []).append(route)


async def read_routes(settings: Settings) -> ReadRoutes:
    """Read the topic to its end; it fails as `read_all`."""
    read = ReadRoutes()
    await read_all(settings, TopicRole.MODEL_ROUTING, read.take)
    return read
