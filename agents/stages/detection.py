"""Detection: observation batches in, alerts out; partitioned by model."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final, TypeVar

from agents.observations.fleet_records import Handled, handle
from agents.stages.cdevents import CDEvents
from agents.stages.model_statuses import statuses_of
from agents.stages.stateful_stage import Stage
from agents.state.checkpoints import Handler
from agents.transport.delivery import Delivery
from agents.transport.rounds import BatchEvent, records_of
from detectors.monitors.fleet import Fleet
from detectors.monitors.rollbacks import RollbackNews
from detectors.monitors.table_watch import Taken
from detectors.performance.guess import Guess
from detectors.rollback.cause import CauseOutcome
from detectors.versions.registry import Changes, Overview
from schemas.events.rollback_request import RollbackRequest
from schemas.events.version_record import VersionRecord
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Source

logger = logging.getLogger(__name__)

ToldT = TypeVar("ToldT")

FEW_ROWS: Final = 100
"""Of a model version at once: what is done for the version counts as much as what for the rows."""

WORTH_A_THREAD: Final = 20_000
"""Bytes of observations above which another thread takes them; the change-over has its price."""


@dataclass(kw_only=True, eq=False)
class Detection(Stage[Fleet]):
    """Handles rounds of observations.

    Attributes
    ----------
    unreported
        Model versions that have changed since the last `report`, by partition.
    renewed
        Source partitions of which the log says that their offsets began anew.
    guessed
        What models were taken for, as the log says of the first of their versions.
    cdevents
        Publishes what is found in a second form; None where nobody has asked for it.
    """

    name = "detection"
    cdevents: CDEvents | None = None
    unreported: dict[int, set[ModelVersion]] = field(default_factory=dict, init=False)
    renewed: set[Source] = field(default_factory=set, init=False)
    guessed: set[tuple[str, Guess]] = field(default_factory=set, init=False)
    _rows_of_version: dict[int, float] = field(default_factory=dict, init=False)
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What takes the batches of each topic that the stage reads."""
        return {self.topics.observations: self.on_observations}

    async def on_observations(self, event: BatchEvent, delivery: Delivery) -> None:
        """Take a batch of observations and model events."""
        started = perf_counter()
        partition = event.message.partition
        fleet = self._state(partition)
        records = records_of(event)
        async with self._busy:
            if sum(len(record.value or b"") for record in records) < WORTH_A_THREAD:
                handled = handle(fleet, records)
            else:
                # Nearly all of it is compiled and holds no lock: intake goes on meanwhile.
                handled = await self.thread.run(handle, fleet, records)
        if versions := sum(len(taken.table.models) for taken in handled.taken):
            rows = sum(len(taken.table) for taken in handled.taken)
            self._rows_of_version[partition] = rows / versions
        outputs: list[Awaitable[object]] = []
        for record, why in handled.not_taken:
            outputs += await self.dead_letters.put_aside(record, why)
        for taken in handled.taken:
            self.telemetry.rows_watched(taken.table.origin, len(taken.table))
            for found in taken.events:
                outputs.append(await self.outputs.publish(found))
            if self.states.get(partition) is fleet:
                self._note_changes(partition, fleet, taken)
        outputs += await self._tell_versions(handled.versions)
        outputs += await self._tell_routes(handled)
        if self.cdevents is not None:
            news = handled.versions.incidents, handled.rollbacks.done
            outputs += await self.cdevents.publish(*news)
        self._tell_rollbacks(handled.rollbacks)
        if self.states.get(partition) is fleet:
            newcomers = len(fleet.newcomers)
            self.telemetry.newcomers_held(partition, newcomers, handled.dropped_rows)
        if handled.noticed and self.states.get(partition) is fleet:
            self.unreported.setdefault(partition, set()).update(
                (each.model, each.version) for each in fleet if each.model in handled.noticed
            )
        self._report(event, started)
        await delivery.submit(event, outputs)

    def prefers_larger_rounds(self, partition: int) -> bool:
        """Tell whether a partition brings so few rows of a version that it costs more than they."""
        return self._rows_of_version.get(partition, FEW_ROWS) < FEW_ROWS

    async def report(self) -> None:
        """Report on the models that have changed since the last time.

        It is for whoever looks: a report after each batch would be dear with wide models, and one
        now and then is old when a burst has ended.
        """
        for partition, fleet in [*self.states.items()]:
            if not self.unreported.get(partition):
                continue
            async with self._busy:
                # Not in the loop: with very many columns it takes longer than a batch may wait.
                changed = frozenset(self.unreported.get(partition, ()))
                statuses = await self.thread.run(statuses_of, fleet, changed)
                if self.states.get(partition) is not fleet:
                    continue
                self.unreported[partition] -= changed
                for status in statuses:
                    self.telemetry.model_watched(partition, status)

    async def overview(self) -> list[Overview]:
        """Return all versions that this worker knows in short, by their names."""
        return sorted(await self._of_each(lambda fleet: fleet.versions.overview()))

    async def versions_of(self, model: str, most: int) -> list[VersionRecord]:
        """Return what this worker knows by now of the versions of a model, at most so many."""
        return await self._of_each(lambda fleet: fleet.versions.records_by_now(model, most))

    async def rollbacks_of(self, model: str) -> list[RollbackRequest]:
        """Return the rollback request of a model that is open, as far as this worker knows."""
        told = await self._of_each(
            lambda fleet: [fleet.rollbacks.open_of(model, fleet.versions.newest_of(model))]
        )
        return [each for each in told if each is not None]

    async def _of_each(self, ask: Callable[[Fleet], list[ToldT]]) -> list[ToldT]:
        told: list[ToldT] = []
        for fleet in [*self.states.values()]:
            async with self._busy:
                told += await self.thread.run(ask, fleet)
        return told

    async def _tell_versions(self, changes: Changes) -> list[Awaitable[object]]:
        for outcome in changes.outcomes:
            self.telemetry.version_event_taken(outcome)
        return [
            *[await self.outputs.publish(each) for each in changes.records],
            *[await self.outputs.forget_version(each) for each in changes.forgotten],
        ]

    async def _tell_routes(self, handled: Handled) -> list[Awaitable[object]]:
        for outcome in handled.routes:
            self.telemetry.route_taken(outcome)
        return [
            sent for decision in handled.decisions for sent in await self.outputs.route(decision)
        ]

    def _tell_rollbacks(self, news: RollbackNews) -> None:
        self.telemetry.rollbacks_weighed(news)
        for cause, outcome in news.causes:
            if outcome is CauseOutcome.NO_TARGET:
                logger.warning(
                    "version %s of %s should be rolled back (%s), and there is no good version to "
                    "go back to: none is known to have served that was neither rolled back nor "
                    "retired since",
                    cause.version,
                    cause.model,
                    cause.kind,
                )

    def take_up(self, partition: int, state: Fleet) -> None:
        """Go on from a state that was loaded."""
        super().take_up(partition, state)
        self.telemetry.newcomers_held(partition, len(state.newcomers), 0)
        self.unreported[partition] = {(each.model, each.version) for each in state}

    def _drop(self, partition: int) -> None:
        super()._drop(partition)
        self.unreported.pop(partition, None)
        self._rows_of_version.pop(partition, None)
        self.telemetry.models_dropped(partition)

    def _note_changes(self, partition: int, fleet: Fleet, taken: Taken) -> None:
        unreported = self.unreported.setdefault(partition, set())
        unreported.difference_update(taken.evicted)
        self.telemetry.models_evicted(taken.evicted)
        for rows in taken.table.models:
            key = (rows.model, rows.version)
            monitor = fleet.monitor(*key)
            if monitor is None:  # a newcomer, or a later table of the same event has pushed it out
                continue
            if monitor.renewed:
                self._warn_of_renewed(monitor.renewed - self.renewed)
            if monitor.task.guess is not None:
                self._warn_of_guess(key, monitor.task.guess)
            unreported.add(key)

    def _warn_of_guess(self, key: ModelVersion, guess: Guess) -> None:
        model, version = key
        if (model, guess) in self.guessed or len(self.guessed) >= _MOST_GUESSED:
            return
        self.guessed.add((model, guess))
        logger.warning(_TAKEN_FOR[guess], version, model, model)

    def _warn_of_renewed(self, sources: Iterable[Source]) -> None:
        for source in sources:
            self.renewed.add(source)
            logger.warning(
                "offsets of %s, partition %d, began anew: the topic must have been deleted and "
                "created again; its new records are counted from the first one whose event time "
                "is later than all before",
                *source,
            )


_MOST_GUESSED: Final = 10_000
"""Models of which the log says what they were taken for."""

_TAKEN_FOR: Final = {
    Guess.AMOUNTS: (
        "version %s of %s predicts whole numbers that are near its labels and seldom equal: they "
        "are taken for amounts, and its errors are distances; if they are classes, set "
        "models.%s.task=classification"
    ),
    Guess.CLASSES: (
        "version %s of %s predicts whole numbers, and few are its labels: they are taken for "
        "classes, most of them wrong; if they are amounts, set models.%s.task=regression"
    ),
    Guess.SCORES: (
        "version %s of %s predicts numbers beyond 0 to 1, and 0 or 1 is true: its errors are the "
        "distances; of percentages, points and log-odds send the probability, or the class, and "
        "if both are amounts, set models.%s.task=regression"
    ),
    Guess.OTHER_UNIT: (
        "version %s of %s predicts numbers that are nearly all beyond its labels: its errors are "
        "the distances, which say little if the units differ, or one is a logarithm; if they are "
        "what they should be, set models.%s.task=regression"
    ),
}
