"""Stories for tests."""

from app.demo.canary.requests import Requests
from app.demo.canary.story import Story
from app.demo.canary.versions import BETTER, SERVING, WORSE
from schemas.documents.examples import ROLLBACK_REQUEST
from schemas.events.model_comparison import ModelComparison
from schemas.events.rollback_request import RollbackRequest
from schemas.events.routing import ModelRoute
from tests.schemas.events.comparisons import comparison_of, good_comparison
from tests.schemas.events.routes import canary_of, document_of, route_of


def bad_look() -> ModelComparison:
    """Return a look that calls 8 worse than 7."""
    return comparison_of(version="8", baseline="7")


def good_look() -> ModelComparison:
    """Return a look that calls 8 better than 7."""
    return good_comparison(version="8", baseline="7")


def asked() -> RollbackRequest:
    """Return a request that asks for a rollback."""
    return RollbackRequest.model_validate(ROLLBACK_REQUEST)


def alone(version: str) -> ModelRoute:
    """Return a route that gives all to one version."""
    return route_of(document_of("single", **{f"v{version}": 1.0}))


def begun(*, is_worse: bool = True) -> Story:
    """Return a story in which 8 has answered some requests as a canary."""
    story = Story(WORSE if is_worse else BETTER, is_worse=is_worse)
    story.route(alone("7"), 0.1)
    requests = list(Requests(1).take(40))
    for request in requests[:20]:
        story.answer(request, SERVING, 1.0)
    story.route(route_of(canary_of()), 4.0)
    for number, request in enumerate(requests[20:]):
        story.answer(request, story.candidate, 5.0 + 0.1 * number)
    return story
