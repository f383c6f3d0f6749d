"""Stops, revokes and restores what has threads, at random points, again and again.

A program of its own, for a memory error is to end it: ``python -m tests.agents.random_ends
--rounds 2000``. It starts itself once more under Python's checking allocator, with crash reports.
"""

import argparse
import asyncio
import faulthandler
import logging
import os
import random
import sys
import tempfile
import threading
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any, Final, cast

import numpy as np
from faust.types import TP

from agents.dead_letters.sender import DeadLetters
from agents.join.changelog import Changelog
from agents.join.options import PendingOptions
from agents.join.service import PendingService
from agents.join.stores import PendingStores
from agents.stages.detection import Detection
from agents.state.checkpoints import CheckpointOptions, Checkpoints
from agents.state.kept_stage import KeptStage
from agents.state.loader import StateLoader, StateRecipe
from agents.state.reader import StateReader
from agents.transport.app import BatchApp, make_faust_app
from agents.transport.assignment import Assignment
from agents.transport.delivery import Delivery
from agents.transport.options import TransportOptions
from agents.transport.publisher import Publisher
from agents.transport.rounds import BatchEvent
from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.options import MonitorOptions
from schemas.tables.frames import encode_frame
from tests.agents.fakes import FakePublisher, FakeTelemetry, batch
from tests.agents.join.steps import predictions
from tests.agents.join.test_stores import FakeTopic as Log
from tests.agents.state.test_loader import FakeTopic as StateTopic
from tests.detectors.batches import rows_of, table_of
from tests.topics import TOPICS

BOUND: Final = 20.0
"""Seconds within which every end must come; the machine may be busy."""

_CHILD: Final = "DRIFTLINE_RANDOM_ENDS"
_ENVIRONMENT: Final = {"PYTHONMALLOC": "debug", "PYTHONFAULTHANDLER": "1", _CHILD: "1"}

_ROUNDS_OF_A_DISK: Final = 25
"""After so many, the disk and the topics begin anew: what is compared takes a moment each."""


class World:
    """What outlives a worker: its disk and its topics."""

    def __init__(self, folder: Path, frames: list[bytes]) -> None:
        self.folder = folder
        self.frames = frames
        self.log = Log()
        self.state = StateTopic(end=1_000_000)
        self.sent = self.offset = 0
        self.generation = 1

    def changelog(self) -> Changelog:
        return Changelog("log", cast("Publisher", self.log), self.log.open, "group")


class Worker:
    """The parts of a worker that give work to threads, wired as in `app.factory`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.telemetry = FakeTelemetry()
        self.app: BatchApp = make_faust_app(
            name="group", bootstrap="127.0.0.1:1", options=TransportOptions()
        )
        self.app.consumer_generation_id = world.generation
        self.stores = PendingStores(
            PendingOptions(entries=20_000, hot_entries=100, directory=world.folder),
            self.telemetry,
            self.app.work_thread("pending"),
            world.changelog(),
        )
        self.service = PendingService(self.stores)
        publisher = FakePublisher().real
        self.detection = Detection(
            topics=TOPICS,
            publisher=publisher,
            dead_letters=DeadLetters(publisher, TOPICS.dead_letters, self.telemetry),
            telemetry=self.telemetry,
            thread=self.app.work_thread("detection"),
            new_state=lambda: Fleet(lambda _: MonitorOptions()),
        )
        self.checkpoints = Checkpoints(
            self.app, cast("KeptStage[Fleet]", self.detection), CheckpointOptions(interval=0.0)
        )
        self.recipe = StateRecipe(
            stage=cast("KeptStage[Fleet]", self.detection),
            checkpoints=self.checkpoints,
            topic="driftline-state",
            durable=FleetSnapshots,
        )
        self.loader = StateLoader(
            SimpleNamespace(consumer=SimpleNamespace(rewinds={})),
            cast("StateReader", world.state),
            world.state.send,
            group="group",
        )

    def assignment(self) -> Assignment:
        held = frozenset({TP(TOPICS.observations, 0)})
        return Assignment(self.app.consumer_generation_id, held, self.app)

    async def restore(self) -> None:
        assignment = self.assignment()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.stores.restore([0], assignment.is_current))
            group.create_task(self.loader.load(self.recipe, assignment))

    async def join(self) -> None:
        """Take predictions, as intake does."""
        generation = self.app.consumer_generation_id
        while generation == self.app.consumer_generation_id:
            first = self.world.sent
            names = map(str, range(first, first + 400))
            self.stores.get(0).add_predictions(predictions(*names, first=first))
            self.world.sent += 400
            await asyncio.gather(*await self.stores.publish(0))
            await asyncio.sleep(0)

    async def watch(self) -> None:
        """Take observations, as detection does between its checkpoints."""
        delivery = Delivery(cast("Any", self.app), settled=self.checkpoints.settled)
        generation = self.app.consumer_generation_id
        while generation == self.app.consumer_generation_id:
            event = self._event(self.world.offset, generation)
            self.world.offset += 1
            await self.checkpoints.take(event, self.detection.on_observations, delivery)
            await asyncio.sleep(0)

    async def look(self, chance: random.Random) -> None:
        """Ask for the metrics, and mostly not wait for them."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(chance.random() * 0.004):
                    await self.detection.report()
            await asyncio.sleep(0)

    def _event(self, offset: int, generation: int) -> BatchEvent:
        frames = self.world.frames
        event = batch(
            TOPICS.observations, [frames[offset % len(frames)]], partition=0, first_offset=offset
        )
        message = cast("Any", event.message)
        message.generation_id, message.tp = generation, TP(TOPICS.observations, 0)
        cast("Any", event).ack = lambda: True
        return event

    def revoke(self) -> None:
        """Do what `Keeper.keep` does when the partitions have gone."""
        # Of the group: it goes on over its workers, and tells their writers apart.
        self.world.generation += 1
        self.app.consumer_generation_id = self.world.generation
        self.stores.keep(())
        self.checkpoints.drop()

    async def stop(self) -> None:
        """End in the order in which the app ends: services, tasks, threads."""
        await self.service.stop()
        await self.app._stop_futures()
        await self.app.on_shutdown()


async def one_round(world: World, chance: random.Random) -> None:
    """Start a worker, and end what it does at random points until it is stopped at one."""
    worker = Worker(world)
    for _ in range(chance.randrange(1, 4)):
        restoring = asyncio.ensure_future(worker.restore())
        if chance.random() < 0.3:
            await asyncio.sleep(chance.random() * 0.01)
            if chance.random() < 0.5:
                worker.revoke()  # overtaken, and goes on for a while
            await ended(restoring, told=chance.random() < 0.7)
            worker.revoke()
            continue
        await restoring
        working: list[Coroutine[Any, Any, None]] = [
            worker.join(),
            worker.watch(),
            worker.look(random.Random(chance.random())),
        ]
        tasks = [asyncio.ensure_future(each) for each in working]
        await asyncio.sleep(chance.random() * 0.03)
        if chance.random() < 0.5:
            worker.revoke()
            await asyncio.sleep(chance.random() * 0.003)
        for task in chance.sample(tasks, len(tasks)):
            await ended(task, told=True)
        before = rows_of_fleets(worker)
        if chance.random() < 0.2:
            await asyncio.sleep(0.002)
            assert rows_of_fleets(worker) == before, "a thread works on for nobody"
        worker.revoke()
    await worker.stop()
    names = [each.name for each in threading.enumerate()]
    assert not [name for name in names if name.startswith(("pending", "detection"))], names


async def ended(task: "asyncio.Future[Any]", *, told: bool) -> None:
    if told:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def rows_of_fleets(worker: Worker) -> Mapping[int, list[int]]:
    return {
        partition: [monitor.rows for monitor in fleet]
        for partition, fleet in worker.detection.states.items()
    }


async def compare(world: World) -> None:
    """Look that the disk and what follows on it is what all of the changelog is."""
    app = make_faust_app(name="group", bootstrap="127.0.0.1:1", options=TransportOptions())
    waiting = []
    for folder in (world.folder, None):
        stores = PendingStores(
            PendingOptions(entries=20_000, hot_entries=100, directory=folder),
            FakeTelemetry(),
            app.work_thread("compare"),
            world.changelog(),
        )
        await stores.restore([0])
        waiting.append(stores.get(0).status.predictions)
        await stores.close()
    await app.on_shutdown()
    assert waiting[0] == waiting[1], waiting


def main() -> None:
    """Run the rounds; what goes wrong ends the program, with another code than 0."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if _CHILD not in os.environ:
        arguments = [sys.executable, "-m", "tests.agents.random_ends", *sys.argv[1:]]
        os.execve(sys.executable, arguments, os.environ | _ENVIRONMENT)  # noqa: S606 - itself
    logging.disable(logging.WARNING)
    chance = random.Random(options.seed)
    rows = rows_of(**{f"x{n}": np.random.default_rng(n).normal(size=400) for n in range(40)})
    frames = [encode_frame([table_of(rows, start=400 * number)]) for number in range(100)]
    done, slowest = 0, 0.0
    while done < options.rounds:
        with tempfile.TemporaryDirectory() as folder:
            world = World(Path(folder), frames)
            for _ in range(min(_ROUNDS_OF_A_DISK, options.rounds - done)):
                faulthandler.dump_traceback_later(3 * BOUND, exit=True)
                began = perf_counter()
                asyncio.run(one_round(world, chance))
                slowest = max(slowest, perf_counter() - began)
                done += 1
                assert slowest < BOUND, f"round {done} took {slowest:.1f} s"
            asyncio.run(compare(world))
    faulthandler.cancel_dump_traceback_later()
    sys.stdout.write(f"{done} of {options.rounds} ended well, the slowest in {slowest:.2f} s\n")


if __name__ == "__main__":
    main()
