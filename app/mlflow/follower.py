"""One look at one model: aliases that moved are told to Driftline, verdicts to MLflow."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from app.mlflow.aliases import moved
from app.mlflow.client import MlflowClient
from app.mlflow.memory import MEMORY_TAG, AliasMemory, Holder, NoMemory
from app.mlflow.outcomes import MlflowFailure, RequestOutcome
from app.mlflow.registered import NAME_TAG, RegisteredModel, RegisteredVersion
from app.mlflow.verdicts import verdicts
from app.settings import MlflowSettings
from schemas.events.event import LONGEST_NAME
from schemas.events.model_event import ModelEvent
from schemas.events.model_performance import ModelPerformance
from schemas.events.times import format_time
from schemas.events.version_record import VersionRecord
from schemas.events.version_status import VersionStatus

logger = logging.getLogger(__name__)

LOOKS_BEFORE_LISTING: Final = 60
"""Looks after which the versions of a registered model are listed again, for one that is not among
them: its tag may have been set meanwhile."""


class MlflowTelemetry(Protocol):
    """Who counts what was done; `app.metrics.mlflow.MlflowMetrics` does."""

    def event_told(self, event: ModelEvent) -> None:
        """Take note of a model event that was sent."""

    def tag_written(self) -> None:
        """Take note of a verdict that was written."""

    def unmatched(self, model: str, versions: int) -> None:
        """Take note of how many versions of a model MLflow does not know."""

    def unnamed(self, model: str) -> None:
        """Take note of an alias on a version of which nothing says what predictions call it."""

    def followed(self, model: str, time: float) -> None:
        """Take note that all of a model is as it should be, at a time in seconds."""

    def dropped(self, model: str) -> None:
        """Take note that another worker has the model."""


@dataclass(slots=True)
class _Known:
    """The versions of a registered model, as they were listed."""

    by_name: dict[str, RegisteredVersion] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    looks: int = 0
    written: dict[str, dict[str, str]] = field(default_factory=dict)
    """The verdicts in MLflow, by number."""


class Follower:
    """Follows aliases and writes verdicts.

    Parameters
    ----------
    client
        Of the MLflow server.
    settings
        What the aliases and versions are called.
    tell
        Sends a model event; returns once a broker has it.
    telemetry
        Told of what was done.
    clock
        Seconds since the epoch.
    """

    def __init__(
        self,
        client: MlflowClient,
        settings: MlflowSettings,
        tell: Callable[[ModelEvent], Awaitable[object]],
        telemetry: MlflowTelemetry,
        clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._settings = settings
        self._tell = tell
        self._telemetry = telemetry
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._unnamed: set[tuple[str, str]] = set()

    async def follow(self, model: str, records: Sequence[VersionRecord]) -> None:
        """Look at the aliases of a model.

        Parameters
        ----------
        model
            As predictions name it.
        records
            What is known of its versions; empty where another worker knows.

        Raises
        ------
        MlflowFailure
            If MLflow does not answer; what was not told will be at the next look.
        """
        name = self._settings.models[model]
        registered = await self._client.model(name)
        statuses = {each.version: each.status for each in records}
        before = self._remembered(model, registered)
        memory = await self._moved(model, registered, before, statuses)
        if memory != before:
            # Written down before anybody is told: who tells it again tells the same.
            await self._client.tag_model(name, MEMORY_TAG, memory.text())
        if memory.untold:
            for event in memory.untold:
                await self._tell(event)
                self._telemetry.event_told(event)
                logger.info("MLflow: %s of %s %s", event.type, model, event.version)
            await self._client.tag_model(name, MEMORY_TAG, memory.told().text())

    async def judge(
        self,
        model: str,
        records: Sequence[VersionRecord],
        performance_of: Callable[[str, str], ModelPerformance | None],
    ) -> None:
        """Write what was found of the versions of a model, where it is not written yet.

        Parameters
        ----------
        model
            As predictions name it.
        records
            What is known of its versions.
        performance_of
            Returns how good a version of a model was in its latest window.

        Raises
        ------
        MlflowFailure
            As `follow`.
        """
        name = self._settings.models[model]
        known = await self._listed(name, {each.version for each in records})
        last_good = next((each.version for each in records if each.is_last_good), None)
        for record in records:
            registered = known.by_name.get(record.version)
            if registered is None:
                continue
            tags = verdicts(record, last_good, performance_of(model, record.version))
            written = known.written.setdefault(registered.number, {**registered.tags})
            try:
                for key, value in tags.items():
                    if written.get(key) != value:
                        await self._client.tag_version(name, registered.number, key, value)
                        written[key] = value
                        self._telemetry.tag_written()
            except MlflowFailure as failure:
                if failure.outcome is not RequestOutcome.NOT_FOUND:
                    raise
                self._known.pop(name, None)  # the version was deleted: list them anew
        self._telemetry.unmatched(model, len(known.missing))

    def done(self, model: str) -> None:
        """Take note that all of a model is as it should be."""
        self._telemetry.followed(model, self._clock())

    def forget(self, model: str) -> None:
        """Forget what is known of the versions of a model: another worker writes their verdicts."""
        self._known.pop(self._settings.models[model], None)
        self._telemetry.dropped(model)

    def _remembered(self, model: str, registered: RegisteredModel) -> AliasMemory:
        text = registered.tags.get(MEMORY_TAG)
        if text is None:
            return AliasMemory()
        try:
            return AliasMemory.of(text, model)
        except NoMemory as problem:
            logger.warning("MLflow: %s: %s; it is written anew", registered.name, problem)
            return AliasMemory()

    async def _moved(
        self,
        model: str,
        registered: RegisteredModel,
        before: AliasMemory,
        statuses: Mapping[str, VersionStatus],
    ) -> AliasMemory:
        settings, aliases = self._settings, registered.aliases
        champion = aliases.get(settings.champion)
        challenger = aliases.get(settings.challenger)
        held = [each for each in (before.champion, before.challenger) if each is not None]
        known = {each.number: each for each in held}
        for number in {champion, challenger} - {None}:
            if number is not None and number not in known:
                holder = await self._holder(model, registered.name, number)
                if holder is None:
                    return before  # nobody could be told who it is
                known[number] = holder
        return moved(
            before,
            model,
            format_time(round(self._clock() * 1000)),
            champion=None if champion is None else known[champion],
            challenger=None if challenger is None else known[challenger],
            status_of=statuses.get,
        )

    async def _holder(self, model: str, name: str, number: str) -> Holder | None:
        """Return who has an alias; None where nothing usable says what predictions call it."""
        found = await self._client.version(name, number)
        version = found.called(self._settings.version_name)
        if version is not None and len(version) <= LONGEST_NAME:
            return Holder(number, version)
        self._telemetry.unnamed(model)
        if (name, number) not in self._unnamed:
            self._unnamed.add((name, number))
            said = "MLflow: nothing says what predictions call %s %s: give it a tag %s"
            logger.warning(said, name, number, NAME_TAG)
        return None

    async def _listed(self, name: str, wanted: set[str]) -> _Known:
        known = self._known.setdefault(name, _Known())
        missing = wanted - known.by_name.keys()
        known.looks += 1
        if missing - known.missing or (missing and known.looks >= LOOKS_BEFORE_LISTING):
            found = await self._client.versions(name)
            by_name: dict[str, RegisteredVersion] = {}
            for each in found:  # the latest first: of two of one name it is meant
                called = each.called(self._settings.version_name)
                if called is not None:
                    by_name.setdefault(called, each)
            known = self._known[name] = _Known(by_name, frozenset(wanted - by_name.keys()))
        return known
