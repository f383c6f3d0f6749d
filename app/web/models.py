"""What is known of model versions, over HTTP: that of the partitions of this worker."""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Final, Protocol, TypeVar

from app.routing.verdict import chosen, verdict_document
from app.versions.document import model_document
from app.versions.performances import KnownPerformances
from detectors.versions.registry import Overview
from schemas.events.model_comparison import ModelComparison
from schemas.events.model_performance import ModelPerformance
from schemas.events.rollback_request import RollbackRequest
from schemas.events.routing import ModelRoute
from schemas.events.times import format_time
from schemas.events.version_record import VersionRecord

AnswerT = TypeVar("AnswerT")

MOST_VERSIONS: Final = 100
"""Versions of a model that are told at once; each costs one to three milliseconds."""

MOST_ASKED: Final = 4
"""Questions that are answered at a time: each holds up detection, if shortly."""


class TooManyAsk(Exception):
    """As many questions as may be asked at a time are."""


class Versions(Protocol):
    """Who knows of versions; `agents.stages.detection.Detection` does."""

    async def overview(self) -> Sequence[Overview]:
        """Return all versions in short, by their names."""

    async def versions_of(self, model: str, most: int) -> Sequence[VersionRecord]:
        """Return the records of the versions of a model, at most so many."""

    async def rollbacks_of(self, model: str) -> Sequence[RollbackRequest]:
        """Return the rollback request of a model that is open, none where there is none."""


class Routes(Protocol):
    """Who knows of routes; `app.routing.follower.RouteFollower` does."""

    def route_of(self, model: str) -> ModelRoute | None:
        """Return the route of a model; None where it has none, or none is known yet."""

    @property
    def is_complete(self) -> bool:
        """Whether all routes are known."""


class Comparisons(Protocol):
    """Who knows of comparisons; `app.comparisons.follower.ComparisonFollower` does."""

    def looks_at(self, model: str) -> Sequence[ModelComparison]:
        """Return the latest look at each two versions of a model, the one written last first."""

    @property
    def is_complete(self) -> bool:
        """Whether all looks are known."""


def _nothing_told(_model: str, _version: str) -> Iterable[ModelPerformance]:
    """Return that nothing was told of how good a version is."""
    return ()


def _none_is_back(_look: ModelComparison) -> bool:
    """Tell that no version is back in an assignment that it had left."""
    return False


class NotKnownYet(Exception):
    """What is asked for may be known shortly."""


class ModelAnswers:
    """The answers about models, as JSON documents.

    Parameters
    ----------
    versions, routes, comparisons
        Who knows of them.
    performances_of
        Gives how good a version was in its latest windows, by model and version.
    is_of_before
        Tells whether a look is at versions before they came back to the assignment that they had
        left, as `app.routing.resumed.ResumedVersions` has it.
    """

    def __init__(
        self,
        versions: Versions,
        routes: Routes,
        comparisons: Comparisons,
        performances_of: Callable[[str, str], Iterable[ModelPerformance]] = _nothing_told,
        *,
        is_of_before: Callable[[ModelComparison], bool] = _none_is_back,
    ) -> None:
        self._versions = versions
        self._routes = routes
        self._comparisons = comparisons
        self._performances_of = performances_of
        self._is_of_before = is_of_before
        self._asked = 0

    async def all_models(self) -> dict[str, Any]:
        """Return the versions of all models in short.

        Raises
        ------
        TooManyAsk
            If too many questions are asked already.
        """
        models: dict[str, list[dict[str, Any]]] = {}
        for each in await self._ask(self._versions.overview()):
            models.setdefault(each.model, []).append(_short(each))
        return {
            "models": [{"model": model, "versions": told} for model, told in models.items()],
        }

    async def one_model(self, model: str) -> dict[str, Any] | None:
        """Return what is known of a model, None where it is not known here. Raises likewise."""
        records = await self._ask(self._versions.versions_of(model, MOST_VERSIONS))
        if not records:
            return None
        opened = await self._ask(self._versions.rollbacks_of(model))
        rollback = opened[0].model_dump(mode="json") if opened else None
        told = KnownPerformances()
        for record in records:
            for each in self._performances_of(model, record.version):
                told.take(each)
        return model_document(records, rollback=rollback, performances=told)

    def route_of(self, model: str) -> dict[str, Any] | None:
        """Return which versions of a model serve, as its topic says; None where it says nothing.

        Raises
        ------
        NotKnownYet
            If the topic was not read to its end yet: a service must not take that for no route.
        """
        route = self._routes.route_of(model)
        if route is None and not self._routes.is_complete:
            raise NotKnownYet
        return None if route is None else route.model_dump(mode="json")

    async def verdict_of(
        self, model: str, version: str | None, baseline: str | None
    ) -> dict[str, Any] | None:
        """Return whether a new version may go on, None where the model is not known here.

        Parameters
        ----------
        version, baseline
            Which versions are compared; as `app.routing.verdict.chosen` says by default.

        Raises
        ------
        NotKnownYet
            If the topic of comparisons was not read to its end yet: of two versions it tells an
            earlier look until then, which may have passed what was found to be worse. Or that of
            routes, where the route says which version is meant.
        TooManyAsk
            If too many questions are asked already.
        """
        if not self._comparisons.is_complete:
            raise NotKnownYet
        looks, route = self._comparisons.looks_at(model), self._routes.route_of(model)
        if route is None and not self._routes.is_complete and (version is None or not looks):
            raise NotKnownYet
        look, candidate, other = chosen(
            looks, route, version, baseline, is_of_before=self._is_of_before
        )
        if not looks and route is None and not await self._knows(model):
            return None
        return verdict_document(model, look, candidate, other)

    async def _knows(self, model: str) -> bool:
        return bool(await self._ask(self._versions.versions_of(model, 1)))

    async def _ask(self, question: Coroutine[Any, Any, AnswerT]) -> AnswerT:
        if self._asked >= MOST_ASKED:
            question.close()
            raise TooManyAsk
        self._asked += 1
        try:
            return await question
        finally:
            self._asked -= 1


def _short(each: Overview) -> dict[str, Any]:
    return {
        "version": each.version,
        "status": each.status,
        "rows": each.rows,
        "last_event": format_time(each.newest) if each.rows else None,
    }
