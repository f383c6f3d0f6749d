"""Loads the states of an assignment, before its partitions are read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, Final, Generic

from faust.types import TP

from agents.state.checkpoints import Checkpoints, KeptPartition
from agents.state.kept_stage import KeptStage, StateT
from agents.state.reader import Reading, StateReader
from agents.state.stored_state import StoredRecord, StoredState, UnusableState, assemble
from agents.state.writer import Send, StateWriter, Superseded
from agents.transport.assignment import Assignment, Keeper
from agents.work_thread import WorkThread
from detectors.snapshots.parts import Durable, UnusablePart

logger = logging.getLogger(__name__)

NEVER: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRecipe(Generic[StateT]):
    """How the state of a stage is kept.

    Attributes
    ----------
    stage, checkpoints
        Whose state it is, and what has it written.
    topic
        The state topic.
    durable
        Gives a state as parts.
    """

    stage: KeptStage[StateT]
    checkpoints: Checkpoints[StateT]
    topic: str
    durable: Callable[[StateT], Durable]


class StateLoader:
    """Loads states.

    Parameters
    ----------
    app
        The Faust app, whose consumer goes on from where the states stand.
    reader, send
        How the state topics are read and written.
    group
        The consumer group.
    """

    def __init__(self, app: Any, reader: StateReader, send: Send, *, group: str) -> None:
        self._app = app
        self._reader = reader
        self._send = send
        self._group = group

    def keeper(self, recipe: StateRecipe[Any]) -> Keeper:
        """Return what has a stage's state come and go with its partitions."""
        return Keeper(
            topics=recipe.stage.logs,
            keep=lambda _: recipe.checkpoints.drop(),
            begin=partial(self.load, recipe),
        )

    async def load(self, recipe: StateRecipe[Any], assignment: Assignment) -> None:
        """Load what belongs to an assignment, and have the stage go on from there.

        Raises
        ------
        UnusableState
            If any of it cannot be used.
        """
        began = perf_counter()
        recipe.checkpoints.drop()
        partitions = frozenset[int]().union(*map(assignment.of, recipe.stage.logs))
        reading = await self._reader.read(recipe.topic, partitions, logs=recipe.stage.logs)
        loaded: list[KeptPartition[Any]] = []
        notes: list[str] = []
        for partition, records in reading.records.items():
            # Nothing else knows these objects yet.
            held, said, is_older = await recipe.stage.thread.run(
                self._held, recipe, assignment, partition, records
            )
            self._check_bounds(held, recipe, reading)
            if is_older and not await _renew(held, recipe.stage.thread):
                return
            loaded.append(held)
            notes += said
        if not await recipe.checkpoints.begin(assignment, loaded):
            return
        for note in notes:
            logger.warning(note)
        self._app.consumer.rewinds.update(
            (TP(topic, held.partition), offset + 1)
            for held in loaded
            for topic, offset in held.handled.items()
        )
        parts = sum(len(held.stamps) for held in loaded)
        seconds = perf_counter() - began
        recipe.stage.telemetry.state_loaded(recipe.stage.name, parts, reading.size, seconds)
        logger.info(
            "%s: loaded %d snapshots (%d bytes) of %d partitions in %.2f s",
            recipe.stage.name,
            parts,
            reading.size,
            len(loaded),
            seconds,
        )

    def _held(
        self,
        recipe: StateRecipe[Any],
        assignment: Assignment,
        partition: int,
        records: Mapping[bytes, StoredRecord],
    ) -> tuple[KeptPartition[Any], list[str], bool]:
        stored = assemble(recipe.topic, partition, records)
        state = recipe.stage.new_state()
        durable = recipe.durable(state)
        notes: list[str] = []
        if stored is not None:
            stored.check(recipe.stage.name, self._group)
            notes += _restore(durable, stored, records)
        covers = {} if stored is None else {t: o for t, o in stored.covers.items() if o > NEVER}
        writer = StateWriter(
            self._send,
            recipe.topic,
            partition,
            stage=recipe.stage.name,
            group=self._group,
            generation=assignment.generation,
            stored=stored,
            leftover=() if stored is not None else records,
        )
        held = KeptPartition(
            partition=partition,
            assignment=assignment,
            state=state,
            durable=durable,
            writer=writer,
            # Nothing is stored of a new state, not even that it is empty.
            stamps={} if stored is None or stored.is_older else durable.stamps(),
            handled=dict(covers),
            settled=dict(covers),
        )
        return held, notes, stored is not None and stored.is_older

    def _check_bounds(
        self, held: KeptPartition[Any], recipe: StateRecipe[Any], reading: Reading
    ) -> None:
        for topic, offset in held.handled.items():
            first, end = reading.bounds.get((topic, held.partition), (0, 0))
            if offset >= end:
                reason = (
                    f"ahead of its log: it covers {topic} up to offset {offset}, and that has "
                    f"{end} as its next one; was {topic} made anew, or renamed?"
                )
                raise UnusableState(recipe.topic, held.partition, reason=reason)
            if offset + 1 < first:
                logger.warning(
                    "%s, partition %d: offsets %d to %d are deleted, and the state does not cover "
                    "them: their rows are not counted",
                    topic,
                    held.partition,
                    offset + 1,
                    first - 1,
                )


async def _renew(held: KeptPartition[Any], thread: WorkThread) -> bool:
    """Write a state of the release before anew; false where the partition has gone meanwhile.

    It is done before anything of the partition is read: whoever is of the release before, and gets
    the partition after this worker, refuses it, and does not take for bad input what was written
    since.
    """
    cut = await thread.run(held.cut)
    try:
        await held.writer.write(cut, held.assignment.is_current)
        await held.writer.clean(held.assignment.is_current)
    except Superseded:
        return False
    return True


def _restore(
    durable: Durable, stored: StoredState, records: Mapping[bytes, StoredRecord]
) -> list[str]:
    try:
        return [*durable.restore(stored.outline, stored.parts)]
    except UnusablePart as error:
        ref = stored.refs.get(error.name)
        keys = [] if ref is None else [key for key in ref.keys(error.name) if key in records]
        raise UnusableState(
            stored.topic,
            stored.partition,
            name=error.name if error.name[0] == "model" else (),
            reason=error.reason,
            offset=records[keys[0]].offset if keys else None,
        ) from error
