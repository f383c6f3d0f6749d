import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.types import TP

from agents.dead_letters.sender import DeadLetters
from agents.stages.stateful_stage import Stage
from agents.state.checkpoints import (
    RENEWAL,
    CheckpointOptions,
    Checkpoints,
    Handler,
    KeptPartition,
)
from agents.state.keys import HeadKey, decode_key
from agents.state.stored_state import StoredRecord, StoredState, assemble
from agents.state.writer import StateWriter
from agents.transport.assignment import Assignment
from agents.transport.delivery import Delivery
from agents.transport.publisher import Publisher
from agents.transport.rounds import BatchEvent, records_of
from agents.work_thread import WorkThread
from detectors.snapshots.codec import decode_snapshot, encode_snapshot
from detectors.snapshots.parts import PartName
from detectors.snapshots.tree import State
from tests.agents.fakes import FakeTelemetry
from tests.topics import TOPICS


class Numbers:
    """A state, and its parts: all numbers that it was given, by whether they are even."""

    def __init__(self) -> None:
        self.taken: list[int] = []

    def stamps(self) -> dict[PartName, int]:
        return {("even",): len(self._of(0)), ("odd",): len(self._of(1))}

    def part(self, name: PartName) -> bytes:
        return encode_snapshot({"numbers": self._of(name == ("odd",))})

    def outline(self) -> State:
        return {}

    def restore(self, outline: State, parts: Any) -> list[str]:
        raise NotImplementedError

    def _of(self, rest: int) -> list[int]:
        return [number for number in self.taken if number % 2 == rest]


class OneLog(Stage[Numbers]):
    """A stage that the test feeds itself."""

    name = "numbers"

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {}


class FakeApp:
    def __init__(self) -> None:
        self.consumer_generation_id = 7
        self.tasks: list[asyncio.Task[None]] = []

    def add_future(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.tasks.append(asyncio.ensure_future(work))
        return self.tasks[-1]


class Log:
    """The state topic: what was sent, each acknowledged when the test says so."""

    def __init__(self, partition: int = 0) -> None:
        self._partition = partition
        self.sent: list[tuple[bytes, bytes | None]] = []
        self.pending: list[asyncio.Future[object]] = []
        self.holds = False

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes | None, partition: int | None
    ) -> asyncio.Future[object]:
        assert (topic, partition) == ("state", self._partition)
        self.sent.append((key or b"", value))
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.pending.append(done)
        if not self.holds:
            self.release()
        return done

    def release(self) -> None:
        for each in self.pending:
            if not each.done():
                each.set_result(None)

    @property
    def covers(self) -> list[int]:
        heads = [v for k, v in self.sent if v is not None and isinstance(decode_key(k), HeadKey)]
        return [decode_snapshot(head)["covers"]["log"] for head in heads]

    def written(self, name: str) -> list[list[int]]:
        parts = [v for k, v in self.sent if v is not None and f'"{name}"'.encode() in k]
        return [decode_snapshot(part)["numbers"] for part in parts]


async def turn_the_loop() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Bench:
    """A stage with checkpoints and a delivery, and fakes around them."""

    def __init__(self, covered: int = -1, **options: Any) -> None:
        self.app = FakeApp()
        self.log = Log()
        self.now = 100.0
        self.acked: list[int] = []
        self.telemetry = FakeTelemetry()
        publisher = cast("Publisher", None)
        self.stage = OneLog(
            topics=TOPICS,
            publisher=publisher,
            dead_letters=DeadLetters(publisher, "letters", self.telemetry),
            telemetry=self.telemetry,
            thread=WorkThread("stage"),
            new_state=Numbers,
        )
        self.checkpoints = Checkpoints(
            self.app, self.stage, CheckpointOptions(**options), clock=lambda: self.now
        )
        self.delivery = Delivery(cast("Any", self.app), settled=self.checkpoints.settled)
        self.outputs: list[asyncio.Future[None]] = []
        self.covered = covered

    def assignment(self, generation: int | None = None) -> Assignment:
        number = self.app.consumer_generation_id if generation is None else generation
        return Assignment(number, frozenset({TP("log", 0), TP("log", 1)}), self.app)

    async def begin(self, *states: Numbers, stored: StoredState | None = None) -> None:
        """Take up the states of the first partitions, of one by default, which may be stored."""
        held = [self._held(*each, stored) for each in enumerate(states or [Numbers()])]
        assert await self.checkpoints.begin(held[0].assignment, held)

    def _held(
        self, partition: int, state: Numbers, stored: StoredState | None
    ) -> KeptPartition[Numbers]:
        covers = {"log": self.covered} if self.covered >= 0 else {}
        writer = StateWriter(
            (Log(partition) if partition else self.log).send,
            "state",
            partition,
            stage="numbers",
            group="g",
            generation=self.app.consumer_generation_id,
            stored=stored,
        )
        return KeptPartition(
            partition=partition,
            assignment=self.assignment(),
            state=state,
            durable=state,
            writer=writer,
            stamps={} if stored is None else state.stamps(),
            handled=dict(covers),
            settled=dict(covers),
        )

    async def take(
        self, *numbers: int, generation: int = 7, partition: int = 0
    ) -> asyncio.Future[None]:
        """Take a batch, the records of which are their offsets; return its output."""
        event = self.event(numbers, generation, partition)
        output: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def handle(event: BatchEvent, delivery: Delivery) -> None:
            state = self.stage.states[partition]
            state.taken += [record.offset for record in records_of(event)]
            await delivery.submit(event, [output])

        await self.checkpoints.take(event, handle, self.delivery)
        return output

    def event(self, numbers: Sequence[int], generation: int = 7, partition: int = 0) -> BatchEvent:
        message = SimpleNamespace(
            topic="log",
            partition=partition,
            offset=numbers[-1],
            tp=("log", partition),
            generation_id=generation,
            value=None,
        )
        event: Any = SimpleNamespace(
            value=[[SimpleNamespace(offset=number) for number in numbers]],
            message=message,
            ack=lambda: self.acked.append(numbers[-1]),
        )
        return cast("BatchEvent", event)

    async def settle(self) -> None:
        for task in self.app.tasks:
            if task.done():
                task.result()
        await self.rest()

    async def rest(self) -> None:
        """Let all go on that waits for nothing but the loop and the thread."""
        for _ in range(5):
            await self.stage.thread.run(int)
            await turn_the_loop()


async def test_a_batch_is_acked_when_its_outputs_and_then_its_snapshot_are_acknowledged() -> None:
    bench = Bench()
    await bench.begin()
    bench.log.holds = True
    output = await bench.take(0, 1)
    await bench.settle()
    assert bench.log.sent == []
    output.set_result(None)
    for phase in range(3):  # the parts, the index, the head
        await bench.settle()
        assert bench.acked == [], phase
        bench.log.release()
    await bench.settle()
    assert bench.acked == [1]
    assert bench.log.covers == [1]
    assert bench.telemetry.saved[0][:2] == ("numbers", 2)


async def test_only_what_changed_is_written_again() -> None:
    bench = Bench(interval=5.0)
    await bench.begin()
    (await bench.take(0, 1)).set_result(None)
    await bench.settle()
    (await bench.take(2)).set_result(None)
    await bench.settle()
    await bench.checkpoints.checkpoint()
    assert bench.log.written("odd") == [[1]]
    assert bench.log.written("even") == [[0], [0, 2]]


async def test_snapshots_are_taken_after_an_interval_or_many_batches_or_at_once_to_drain() -> None:
    bench = Bench(interval=1000.0, batches=3)
    await bench.begin()
    (await bench.take(0)).set_result(None)
    await bench.settle()
    assert bench.acked == [0]  # the first one has no other before it
    for number in (1, 2):
        (await bench.take(number)).set_result(None)
    await bench.settle()
    assert bench.acked == [0]
    bench.now += 3.0
    assert bench.checkpoints.unsaved_age() == 3.0
    (await bench.take(3)).set_result(None)
    await bench.settle()
    assert bench.acked == [0, 1, 2, 3]
    assert bench.checkpoints.unsaved_age() == 0.0
    (await bench.take(4)).set_result(None)
    await bench.settle()
    assert bench.acked[-1] == 3
    bench.checkpoints.drain()
    await bench.settle()
    assert bench.acked[-1] == 4
    (await bench.take(5)).set_result(None)
    await bench.settle()
    assert bench.acked[-1] == 5
    assert bench.log.covers == [0, 3, 4, 5]


async def test_a_snapshot_waits_for_the_outputs_of_all_that_it_is_of() -> None:
    bench = Bench()
    await bench.begin()
    first = await bench.take(0)
    second = await bench.take(1)
    first.set_result(None)
    await bench.settle()
    # The state is of both by now: written before the second one's alert, it would hide it.
    assert bench.log.sent == []
    second.set_result(None)
    await bench.settle()
    assert bench.acked == [0, 1]
    assert bench.log.covers == [1]


class Slow(Numbers):
    """A state whose cut takes until something else has come to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_go_on = threading.Event(), threading.Event()
        self.may_go_on.set()

    def close(self) -> None:
        """Have the next cut wait."""
        self.begun.clear()
        self.may_go_on.clear()

    def outline(self) -> State:
        self.begun.set()
        assert self.may_go_on.wait(10.0)
        return {}


async def test_a_batch_waits_for_the_cut_of_one_partition_not_of_all() -> None:
    bench, first, second = Bench(interval=1000.0), Slow(), Slow()
    await bench.begin(first, second)
    for number in (0, 1):
        for partition in (0, 1):
            (await bench.take(number, partition=partition)).set_result(None)
        await bench.settle()  # the first of them are covered at once, the next ones after a while
        first.close()
        second.close()
    cut = asyncio.ensure_future(bench.checkpoints.checkpoint())
    assert await asyncio.to_thread(first.begun.wait, 10.0)
    batch = asyncio.ensure_future(bench.take(2, partition=1))
    await turn_the_loop()  # and not the thread, which is busy
    assert not batch.done()
    first.may_go_on.set()
    (await batch).set_result(None)
    assert second.taken == [0, 1, 2]
    second.may_go_on.set()
    await cut
    await bench.settle()


async def test_records_that_the_loaded_state_is_of_are_not_handled_again() -> None:
    bench = Bench(covered=5)
    await bench.begin()
    for numbers in ((3, 4), (5, 6, 7)):
        output = await bench.take(*numbers)
        output.set_result(None)
    await bench.settle()
    bench.checkpoints.drain()
    await bench.settle()
    assert bench.stage.states[0].taken == [6, 7]
    assert bench.acked == [4, 7]


@pytest.mark.parametrize("failure", [RuntimeError, asyncio.CancelledError])
async def test_a_state_in_the_midst_of_a_batch_is_never_written(
    failure: type[BaseException],
) -> None:
    # Such a state knows of records whose outputs were never sent, and would pass them over.
    bench = Bench(interval=1000.0)
    await bench.begin()
    (await bench.take(0)).set_result(None)
    await bench.settle()
    (await bench.take(1)).set_result(None)

    async def fail(*_: object) -> None:
        bench.stage.states[0].taken.append(2)
        raise failure

    with pytest.raises(failure):
        await bench.checkpoints.take(bench.event([2]), fail, bench.delivery)
    # Between the failure and the end of the worker: the app is on its way down, partitions move.
    bench.checkpoints.drain()
    await bench.checkpoints.checkpoint()
    await bench.settle()
    assert bench.log.covers == [0]
    assert bench.log.written("even") == [[0]]
    assert bench.acked == [0]


async def test_after_a_rebalance_nothing_is_written_for_the_earlier_assignment() -> None:
    bench = Bench()
    await bench.begin()
    bench.log.holds = True
    (await bench.take(0, 1)).set_result(None)
    await bench.settle()
    sent = len(bench.log.sent)
    assert sent == 2
    bench.app.consumer_generation_id = 8
    bench.log.release()
    await bench.settle()
    await bench.take(2)
    bench.checkpoints.drain()
    await bench.settle()
    assert (len(bench.log.sent), bench.acked) == (sent, [])
    bench.checkpoints.drop()
    assert bench.stage.states == {}
    await bench.begin()
    await bench.take(0, generation=7)
    assert bench.stage.states[0].taken == []


async def test_a_state_that_comes_after_the_next_rebalance_is_not_taken_up() -> None:
    bench = Bench()
    assert not await bench.checkpoints.begin(bench.assignment(6), [])
    assert not bench.checkpoints.has_begun


async def test_what_an_earlier_worker_wrote_is_written_anew_in_the_end_where_nothing_comes() -> (
    None
):
    bench, after = Bench(), Bench(covered=1)
    await bench.begin()
    (await bench.take(0, 1)).set_result(None)
    await bench.settle()
    records = {
        key: StoredRecord(number, 0, value)
        for number, (key, value) in enumerate(bench.log.sent)
        if value is not None
    }
    state = Numbers()
    state.taken = [0, 1]
    await after.begin(state, stored=assemble("state", 0, records))
    await after.checkpoints.checkpoint()
    after.now += RENEWAL - 1.0
    await after.checkpoints.checkpoint()
    assert after.log.sent == []
    after.now += 1.0
    await after.checkpoints.checkpoint()
    await after.settle()
    assert (after.log.covers, after.log.written("even"), after.log.written("odd")) == (
        [1],
        [[0]],
        [[1]],
    )
    assert {key for key, value in after.log.sent if value is None} == set(records)
    sent = len(after.log.sent)
    after.now += RENEWAL
    await after.checkpoints.checkpoint()
    assert len(after.log.sent) == sent


async def test_partitions_that_move_are_not_renewed_and_nobody_waits_for_it() -> None:
    bench, after = Bench(), Bench(covered=1)
    await bench.begin()
    (await bench.take(0, 1)).set_result(None)
    await bench.settle()
    records = {key: StoredRecord(0, 0, value) for key, value in bench.log.sent if value is not None}
    await after.begin(stored=assemble("state", 0, records))
    after.checkpoints.drain()
    after.now += 2 * RENEWAL
    await after.settle()
    await after.checkpoints.checkpoint()
    assert after.log.sent == []


async def test_a_refused_snapshot_stops_every_later_ack() -> None:
    bench = Bench()
    await bench.begin()
    bench.log.holds = True
    (await bench.take(0)).set_result(None)
    await bench.settle()
    bench.log.pending[0].set_exception(ConnectionError("refused"))
    await bench.rest()
    assert bench.acked == []
    failed = [task for task in bench.app.tasks if task.done()]
    assert len(failed) == 1
    with pytest.raises(ConnectionError, match="refused"):
        failed[0].result()
