"""Looks at MLflow now and then, and when a webhook says so, as long as a worker works."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Final, Protocol

from mode import Service

from app.mlflow.client import MlflowClient
from app.mlflow.follower import Follower
from app.mlflow.outcomes import STOPS_ALL, MlflowFailure
from app.settings import MlflowSettings
from schemas.events.model_performance import ModelPerformance
from schemas.events.version_record import VersionRecord

logger = logging.getLogger(__name__)

MOST_VERSIONS: Final = 20
"""Versions of a model that are told of at a look: those named by events, then the latest; each
holds up detection for one to three milliseconds."""

LONGEST_PAUSE: Final = 900.0
"""Seconds between two looks, however often MLflow has failed."""

IDLE_PAUSE: Final = 5.0
"""Seconds until a worker without a model looks whether it has one by now, as after its start."""

SHORTEST_PAUSE: Final = 1.0
"""Seconds between two looks, however many webhooks come."""


class Versions(Protocol):
    """Who knows of versions; `agents.stages.detection.Detection` does."""

    async def versions_of(self, model: str, most: int) -> Sequence[VersionRecord]:
        """Return the records of the versions of a model, at most so many."""


class MlflowService(Service):
    """Follows the models of a worker's partitions; a service that an app can own.

    Whatever MLflow does, the worker goes on: each failure is counted and logged, and makes the next
    look later.

    Parameters
    ----------
    follower, client
        What is done at a look, and by which connection.
    settings
        Which models there are, and how often.
    versions, performance_of
        Who knows how versions do.
    owned
        Returns which of some models are in the worker's partitions.
    """

    def __init__(
        self,
        follower: Follower,
        client: MlflowClient,
        settings: MlflowSettings,
        *,
        versions: Versions,
        performance_of: Callable[[str, str], ModelPerformance | None],
        owned: Callable[[Collection[str]], Awaitable[Collection[str]]],
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._follower = follower
        self._client = client
        self._settings = settings
        self._versions = versions
        self._performance_of = performance_of
        self._owned = owned
        self._told: set[str] = set()
        self._wake = asyncio.Event()
        self._failures = 0
        self._is_idle = True

    def look_at(self, models: Collection[str]) -> None:
        """Look at some models as soon as may be, whoever has their partitions: in the event loop.

        A webhook comes to one worker, which need not be the one that has the model.
        """
        self._told.update(models)
        self._wake.set()

    async def on_stop(self) -> None:
        """End the connections."""
        await self._client.close()

    @Service.task
    async def _follow(self) -> None:
        while not self.should_stop:
            told, self._told = self._told, set()
            self._wake.clear()
            await self.look(told)
            await self.sleep(SHORTEST_PAUSE)
            try:
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def look(self, told: Collection[str] = ()) -> None:
        """Look at the models of this worker, and at those that a webhook told of, once."""
        owned = set(await self._owned(self._settings.models))
        has_failed = False
        for model in sorted(owned | set(told)):
            try:
                await self._look_at(model, is_owned=model in owned)
            except MlflowFailure as failure:
                has_failed = True
                logger.warning("MLflow: %s: %s", model, failure)
                if failure.outcome in STOPS_ALL:
                    break
            except Exception:  # whatever it is, detection goes on
                has_failed = True
                logger.exception("MLflow: %s could not be followed", model)
        for model in self._settings.models.keys() - owned:
            self._follower.forget(model)
        self._failures = self._failures + 1 if has_failed else 0
        self._is_idle = not owned

    async def _look_at(self, model: str, *, is_owned: bool) -> None:
        if not is_owned:
            await self._follower.follow(model, ())
            return
        records = await self._versions.versions_of(model, MOST_VERSIONS)
        await self._follower.follow(model, records)
        if self._settings.write_verdicts:
            await self._follower.judge(model, records, self._performance_of)
        self._follower.done(model)

    def _pause(self) -> float:
        """Return the seconds until the next look: more with each failure in a row."""
        interval = self._settings.interval_seconds
        if self._is_idle:
            return float(min(interval, IDLE_PAUSE))
        longest = max(interval, LONGEST_PAUSE)
        return float(min(interval * 2 ** min(self._failures, 10), longest))
