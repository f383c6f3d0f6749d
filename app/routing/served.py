"""Which versions answer requests by the routes in force, for whoever asks for one model."""

from collections.abc import Callable

from app.routing.reader import read_routes
from app.settings import Settings
from detectors.rollback.serving import serving


async def read_served(settings: Settings) -> Callable[[str], frozenset[str] | None]:
    """Read the topic of routes to its end; return what tells the versions of a model.

    None of a model without a route. Raises as `app.routing.reader.read_routes`.
    """
    known = (await read_routes(settings)).known

    def served(model: str) -> frozenset[str] | None:
        route = known.of(model)
        return None if route is None else serving(route, None)

    return served
