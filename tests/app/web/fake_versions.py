"""A stand-in for who knows of versions."""

import asyncio
from collections.abc import Sequence

from app.web.models import ModelAnswers
from detectors.versions.registry import Overview, VersionRegistry
from schemas.events.model_comparison import ModelComparison
from schemas.events.rollback_request import RollbackRequest
from schemas.events.routing import ModelRoute
from schemas.events.version_record import VersionRecord


class FakeVersions:
    """Tells what a registry knows, once it is let."""

    def __init__(self, registry: VersionRegistry | None = None) -> None:
        self._registry = registry or VersionRegistry()
        self.rollbacks: list[RollbackRequest] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def overview(self) -> Sequence[Overview]:
        await self.may_answer.wait()
        return self._registry.overview()

    async def versions_of(self, model: str, most: int) -> Sequence[VersionRecord]:
        await self.may_answer.wait()
        return self._registry.records_by_now(model, most)

    async def rollbacks_of(self, model: str) -> Sequence[RollbackRequest]:
        return [each for each in self.rollbacks if each.model == model]


class FakeRoutes:
    """Tells the routes that it was given, all there are unless it is told otherwise."""

    def __init__(self, *routes: ModelRoute, is_complete: bool = True) -> None:
        self.routes = {route.model: route for route in routes}
        self.is_complete = is_complete

    def route_of(self, model: str) -> ModelRoute | None:
        return self.routes.get(model)


class FakeComparisons:
    """Tells the looks that it was given, all there are unless it is told otherwise."""

    def __init__(self, *looks: ModelComparison, is_complete: bool = True) -> None:
        self.looks = list(looks)
        self.is_complete = is_complete

    def looks_at(self, model: str) -> list[ModelComparison]:
        return [look for look in self.looks if look.model == model]


def no_models() -> ModelAnswers:
    """Return answers that know of no model."""
    return ModelAnswers(FakeVersions(), FakeRoutes(), FakeComparisons())
