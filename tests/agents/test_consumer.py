import asyncio
import time
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from agents.alignment import Alignment
from agents.batch import Record
from agents.consumer import BatchedConsumer, PositionsUnknown, StalledConsumer
from agents.consumer_thread import BatchedConsumerThread, Fetched
from agents.faust_app import BatchApp, TransportOptions, make_faust_app, on_drain
from agents.progress import OutOfOrderAck, PartitionProgress

TP0, TP1 = TP("in", 0), TP("in", 1)


def record(offset: int, tp: TP = TP0, timestamp: int = 1_000) -> Record:
    fields = {
        "topic": tp.topic,
        "partition": tp.partition,
        "offset": offset,
        "timestamp": timestamp,
        "timestamp_type": 0,
        "key": b"k",
        "value": b"v",
        "headers": (("h", b"1"),),
        "checksum": None,
        "serialized_key_size": 1,
        "serialized_value_size": 1,
    }
    return cast("Record", SimpleNamespace(**fields))


class FakeThread:
    """Stands for the consumer's thread: a broker that answers what the test has laid out."""

    def __init__(self) -> None:
        self.assigned = {TP0, TP1}
        self.assignment_object = object()
        self.fetches: list[dict[TP, list[Record]]] = []
        self.asked: list[tuple[set[TP], float]] = []
        self.commits: list[dict[TP, int]] = []
        self.accepts = True
        self.end = 0
        self.unread: set[TP] = set()
        self.positions: dict[TP, int] = {}

    def assignment(self) -> set[TP]:
        return self.assigned

    def current_assignment(self) -> object:
        return self.assignment_object

    def partition_state(self, tp: TP) -> Any:
        if tp not in self.assigned:
            return None
        return SimpleNamespace(
            highwater=self.end,
            lso=self.end - 1,
            position=self.end - (tp in self.unread),
            has_valid_position=True,
        )

    async def getmany(self, active: set[TP], timeout: float) -> Any:  # noqa: ASYNC109 - Faust's
        self.asked.append((active, timeout))
        fetched = Fetched(self.fetches.pop(0) if self.fetches else {})
        fetched.assignment = self.assignment_object
        fetched.positions = dict(self.positions)
        return fetched

    async def commit(self, offsets: dict[TP, int]) -> bool:
        self.commits.append(dict(offsets))
        return self.accepts


@pytest.fixture
async def app() -> BatchApp:
    options = TransportOptions(
        aligned_topics=frozenset({"in"}),
        max_round_records=1,
        isolation_level="read_uncommitted",
    )
    app = make_faust_app(name="g", bootstrap="127.0.0.1:1", options=options)
    app.consumer_generation_id = 1
    return app


@pytest.fixture
def thread() -> FakeThread:
    return FakeThread()


@pytest.fixture
async def consumer(app: BatchApp, thread: FakeThread) -> BatchedConsumer:
    consumer = cast("BatchedConsumer", app.consumer)
    consumer._thread = cast("BatchedConsumerThread", thread)
    consumer.progress = {tp: PartitionProgress(time.monotonic()) for tp in (TP0, TP1)}
    consumer._active_partitions = {TP0, TP1}
    return consumer


async def deliver(consumer: BatchedConsumer) -> list[tuple[TP, ConsumerMessage]]:
    """What an agent takes up of one fetch."""
    found = [(tp, cast("ConsumerMessage", m)) async for tp, m in consumer.getmany(0.01)]
    for _, message in found:
        message.incref()
        consumer.track_message(message)
    return found


def offsets(slices: Any) -> list[int]:
    return [found.offset for records in slices for found in records]


def in_rounds_of(consumer: BatchedConsumer, records: int) -> None:
    consumer.options = replace(consumer.options, max_round_records=records)


async def test_one_message_per_partition_carries_the_records_as_they_are(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(3), record(7)], TP1: [record(0, TP1)]}]
    (tp0, first), (tp1, second) = await deliver(consumer)
    assert (tp0, tp1) == (TP0, TP1)
    assert (offsets(first.value), first.offset, first.generation_id) == ([3, 7], 7, 1)
    assert (offsets(second.value), second.offset) == ([0], 0)
    assert (first.key, first.headers) == (None, None)
    assert consumer.progress[TP0].delivered_to == 8


async def test_a_round_has_the_slices_that_are_due_one_after_the_other(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    in_rounds_of(consumer, 3)
    thread.fetches = [
        {
            TP0: [record(0, timestamp=10), record(500, timestamp=30)],
            TP1: [record(7, TP1, timestamp=20), record(8, TP1, timestamp=25)],
        }
    ]
    (tp, first), (_, second) = await deliver(consumer)
    slices = cast("Any", first.value)
    assert [(each[0].partition, offsets([each])) for each in slices] == [(0, [0]), (1, [7, 8])]
    assert (tp, first.offset, offsets(second.value)) == (TP0, 0, [500])
    assert [consumer.progress[each].outstanding for each in (TP0, TP1)] == [2, 1]
    first.ack(consumer)
    assert [consumer.progress[each].acked_to for each in (TP0, TP1)] == [1, 9]
    await consumer.commit()
    assert thread.commits == [{TP0: 1, TP1: 9}]
    second.ack(consumer)
    assert consumer.progress[TP0].acked_to == 501
    assert consumer._ends == {}


async def test_a_round_ends_where_a_partition_must_be_waited_for(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    in_rounds_of(consumer, 1000)
    thread.unread = {TP1}
    early = [record(0, TP1, timestamp=5)]
    thread.fetches = [{TP0: [record(0), record(500)], TP1: early}, {TP1: [record(8, TP1)]}]
    assert [offsets(message.value) for _, message in await deliver(consumer)] == [[0]]
    assert [offsets(message.value) for _, message in await deliver(consumer)] == [[8]]
    thread.unread = set()
    assert [offsets(message.value) for _, message in await deliver(consumer)] == [[0, 500]]


async def test_partitions_that_are_not_aligned_share_no_round(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    in_rounds_of(consumer, 1000)
    free, other = TP("own", 0), TP("own", 1)
    for tp in (free, other):
        consumer.progress[tp] = PartitionProgress(time.monotonic())
    consumer._active_partitions = {TP0, free, other}
    thread.fetches = [
        {TP0: [record(0)], free: [record(3, free)], other: [record(4, other)]},
    ]
    assert [(tp, offsets(m.value)) for tp, m in await deliver(consumer)] == [
        (free, [3]),
        (other, [4]),
        (TP0, [0]),
    ]


async def test_a_round_of_an_assignment_that_is_over_acks_nothing(
    app: BatchApp, consumer: BatchedConsumer, thread: FakeThread
) -> None:
    in_rounds_of(consumer, 1000)
    thread.fetches = [{TP0: [record(0)], TP1: [record(8, TP1)]}]
    ((_, message),) = await deliver(consumer)
    app.consumer_generation_id = 2
    assert not message.ack(consumer)
    assert [consumer.progress[each].acked_to for each in (TP0, TP1)] == [None, None]


async def test_a_batch_is_committed_as_a_whole_and_gaps_are_nothing(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(0), record(5)]}, {TP0: [record(9), record(40)]}]
    (_, first), *_ = await deliver(consumer)
    (_, second), *_ = await deliver(consumer)
    assert not await consumer.commit()
    assert first.ack(consumer)
    assert await consumer.commit()
    assert second.ack(consumer)
    assert await consumer.commit()
    assert thread.commits == [{TP0: 6}, {TP0: 41}]
    assert not await consumer.commit()


async def test_an_ack_out_of_order_raises(consumer: BatchedConsumer, thread: FakeThread) -> None:
    thread.fetches = [{TP0: [record(0)]}, {TP0: [record(1)]}]
    await deliver(consumer)
    (_, second), *_ = await deliver(consumer)
    with pytest.raises(OutOfOrderAck):
        second.ack(consumer)
    assert not await consumer.commit()


async def test_an_ack_of_an_earlier_generation_commits_nothing(
    app: BatchApp, consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(0)]}]
    (_, message), *_ = await deliver(consumer)
    app.consumer_generation_id = 2
    assert not message.ack(consumer)
    assert not await consumer.commit()
    assert message not in consumer.unacked


async def test_a_batch_that_no_agent_took_up_cannot_be_acked(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    """Faust's pure-Python stream acks messages that it skips during a rebalance."""
    thread.fetches = [{TP0: [record(0)]}]
    (_, message), *_ = [found async for found in consumer.getmany(0.01)]
    message.incref()
    assert not message.ack(consumer)
    assert not await consumer.commit()


async def test_a_commit_that_failed_is_tried_again(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(0)]}]
    (_, message), *_ = await deliver(consumer)
    message.ack(consumer)
    thread.accepts = False
    thread.end = 4
    assert not await consumer.commit()
    assert (consumer.progress[TP0].committed_to, consumer.lag(TP0)) == (None, 4)
    thread.accepts = True
    assert await consumer.commit()
    assert (consumer.progress[TP0].committed_to, consumer.lag(TP0)) == (1, 3)
    assert consumer._committed_offset[TP0] == 1


async def test_nothing_is_committed_for_a_partition_that_was_revoked(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(0)], TP1: [record(0, TP1)]}]
    for _, message in await deliver(consumer):
        message.ack(consumer)
    thread.assigned = {TP1}
    assert await consumer.commit()
    assert thread.commits == [{TP1: 1}]


async def test_a_rebalance_between_two_batches_holds_back_the_second(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(0)], TP1: [record(0, TP1)]}]
    found = []
    async for tp, _ in consumer.getmany(0.01):
        found.append(tp)
        thread.assignment_object = object()
    assert found == [TP0]


async def test_a_backlog_of_many_fetches_is_handed_on_in_the_order_of_time(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    """Without it, whichever partition the broker answers for runs ahead of the others."""
    consumer._alignment = Alignment({"in"}, most=2, patience=1.0)
    thread.unread = {TP0, TP1}
    thread.fetches = [
        {TP0: [record(number, TP0, timestamp=number) for number in range(4)]},
        {TP1: [record(number, TP1, timestamp=number) for number in range(2)]},
        {TP1: [record(number, TP1, timestamp=number) for number in range(2, 6)]},
    ]
    found: list[tuple[TP, list[int]]] = []
    for _ in range(3):
        found += [(tp, offsets(message.value)) for tp, message in await deliver(consumer)]
    # What is left of TP1 waits in turn for what TP0 may bring.
    assert found == [(TP0, [0, 1]), (TP1, [0, 1]), (TP0, [2, 3])]
    assert [asked for asked, _ in thread.asked] == [{TP0, TP1}, {TP1}, {TP1}]


async def test_what_waits_for_its_turn_is_dropped_with_its_assignment(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.unread = {TP1}
    thread.fetches = [{TP0: [record(0)]}, {TP1: [record(8, TP1)]}]
    assert await deliver(consumer) == []
    thread.assignment_object = object()
    assert [tp for tp, _ in await deliver(consumer)] == [TP1]
    assert thread.asked[1][0] == {TP0, TP1}


async def test_what_waits_for_its_turn_outlives_a_pause_within_its_assignment(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.unread = {TP1}
    thread.fetches = [{TP0: [record(0)]}, {TP1: [record(8, TP1)]}]
    assert await deliver(consumer) == []
    consumer.stop_flow()
    asyncio.get_running_loop().call_later(0.01, consumer.resume_flow)
    assert [tp for tp, _ in await deliver(consumer)] == [TP0, TP1]


async def test_a_partition_that_waits_for_its_turn_is_not_stalled(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.unread = {TP0, TP1}
    thread.fetches = [{TP0: [record(0)]}]
    await deliver(consumer)
    long_ago = time.monotonic() - 400.0
    consumer.progress[TP0]._moved_at = consumer.progress[TP1]._moved_at = long_ago
    assert consumer._due() is None
    now = time.monotonic()
    ages = [consumer.progress[tp].stalled_for(now, unread=True) for tp in (TP0, TP1)]
    assert ages[0] < 200.0 < ages[1]


async def test_a_crashed_consumer_does_not_commit(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(0)]}]
    (_, message), *_ = await deliver(consumer)
    message.ack(consumer)
    consumer._crashed.set()
    assert not await consumer.commit()
    assert thread.commits == []


async def test_a_queue_that_drains_wakes_the_fetcher_at_once(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    consumer.on_buffer_full(TP0)
    consumer.on_buffer_full(TP1)
    thread.fetches = [{TP0: [record(0)]}]
    began = time.monotonic()
    asyncio.get_running_loop().call_later(0.05, consumer.on_buffer_drop, TP0)
    assert [found async for found in consumer.getmany(5.0)] == []
    assert time.monotonic() - began < 1.0
    assert [tp async for tp, _ in consumer.getmany(5.0)] == [TP0]
    # TP1 is still full: the fetch must come back soon to see it drain.
    assert thread.asked == [({TP0}, 0.05)]


async def test_what_a_rebalance_interrupts_is_put_back(
    app: BatchApp, consumer: BatchedConsumer
) -> None:
    class Fetcher:
        _closed = False
        _subscriptions = SimpleNamespace(fetch_context=nullcontext)

        async def fetched_records(self, *_: object, **__: object) -> dict[TP, list[Record]]:
            consumer.stop_flow()
            return {TP0: [record(11), record(12)]}

    sought: list[tuple[TP, int]] = []
    aiokafka_consumer = SimpleNamespace(
        _fetcher=Fetcher(), _closed=False, seek=lambda tp, offset: sought.append((tp, offset))
    )
    thread = BatchedConsumerThread(consumer, loop=asyncio.get_running_loop(), beacon=app.beacon)
    assert await thread._fetch_records(aiokafka_consumer, {TP0}) == {}
    assert sought == [(TP0, 11)]


async def test_nothing_is_fetched_before_faust_resumes_after_an_assignment(
    consumer: BatchedConsumer,
) -> None:
    """Faust itself only sees to it when the worker held partitions before."""
    flowed: list[bool] = []

    async def assigned(*_: object) -> None:
        flowed.append(consumer.flow_active)

    consumer._on_partitions_assigned = assigned
    consumer.resume_flow()
    await consumer.on_partitions_assigned({TP0}, 2)
    assert flowed == [False]
    assert set(consumer.progress) == {TP0}


class Seeks:
    """Faust's `perform_seek`, each one of which ends when the test says so."""

    def __init__(self, consumer: BatchedConsumer, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ends: list[asyncio.Event] = []
        monkeypatch.setattr(driver.Consumer, "perform_seek", self._seek)
        consumer._on_partitions_assigned = consumer._on_partitions_revoked = self._pass
        self._consumer = consumer

    async def begin(self) -> asyncio.Task[None]:
        task = asyncio.create_task(self._consumer.perform_seek())
        await asyncio.sleep(0)
        return task

    async def _seek(self) -> None:
        self.ends.append(asyncio.Event())
        await self.ends[-1].wait()

    async def _pass(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("at_revocation", [True, False])
async def test_a_recovery_that_a_rebalance_has_overtaken_does_not_resume_the_flow(
    consumer: BatchedConsumer, monkeypatch: pytest.MonkeyPatch, at_revocation: bool
) -> None:
    # What was delivered between the two would be cleared from the queues at the second's end.
    seeks = Seeks(consumer, monkeypatch)
    await consumer.on_partitions_assigned({TP0}, 2)
    first = await seeks.begin()
    await consumer.on_partitions_revoked({TP0})
    if not at_revocation:
        await consumer.on_partitions_assigned({TP0}, 3)
    seeks.ends[0].set()
    await first
    consumer.resume_flow()
    resumed_early = consumer.flow_active
    await consumer.on_partitions_assigned({TP0}, 4)
    second = await seeks.begin()
    seeks.ends[1].set()
    await second
    consumer.resume_flow()
    assert (resumed_early, consumer.flow_active, consumer.crashed) == (False, True, False)


async def test_a_worker_without_partitions_is_not_kept_from_resuming(
    consumer: BatchedConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Faust does not seek then; a flow that does not resume counts as a rebalance without end.
    Seeks(consumer, monkeypatch)
    await consumer.on_partitions_revoked({TP0})
    await consumer.on_partitions_assigned(set(), 2)
    stopped = not consumer.flow_active
    consumer.resume_flow()
    assert (stopped, consumer.flow_active, consumer.crashed) == (True, True, False)


async def test_a_recovery_without_committed_offsets_ends_the_worker(
    app: BatchApp, consumer: BatchedConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Faust takes its time-out for a stop, and ends its recovery in silence.
    seeks = Seeks(consumer, monkeypatch)
    app.conf.broker_request_timeout = 0.05
    await consumer.on_partitions_assigned({TP0}, 2)
    seeking = await seeks.begin()
    with pytest.raises(PositionsUnknown):
        await asyncio.wait_for(seeking, 5.0)
    consumer.resume_flow()
    assert not consumer.flow_active
    assert isinstance(app.crash_reason, PositionsUnknown)


async def test_a_revoked_partition_keeps_its_ledger_until_the_drain_is_over(
    consumer: BatchedConsumer,
) -> None:
    during: list[set[TP]] = []

    async def revoked(*_: object) -> None:
        during.append(set(consumer.progress))

    consumer._on_partitions_revoked = revoked
    await consumer.on_partitions_revoked({TP0})
    assert during == [{TP0, TP1}]
    assert set(consumer.progress) == {TP1}


async def test_a_drain_calls_the_hooks_first(app: BatchApp, consumer: BatchedConsumer) -> None:
    calls: list[str] = []
    on_drain(app, lambda: calls.append("hook"))
    await consumer.wait_empty()
    assert calls == ["hook"]


@pytest.mark.parametrize("flows", [True, False])
async def test_a_consumer_that_stands_still_crashes(
    app: BatchApp, consumer: BatchedConsumer, thread: FakeThread, flows: bool
) -> None:
    now = time.monotonic()
    thread.fetches = [{TP0: [record(0)]}]
    await deliver(consumer)
    if not flows:
        consumer.stop_flow()
    await consumer._check_progress(now)
    await consumer._check_progress(now + 299.0)
    early = consumer.crashed
    await consumer._check_progress(now + 302.0)
    assert (early, consumer.crashed) == (False, True)
    assert isinstance(app.crash_reason, StalledConsumer)


async def test_an_idle_consumer_does_not_crash(consumer: BatchedConsumer) -> None:
    now = time.monotonic()
    for later in range(0, 10_000, 100):
        await consumer._check_progress(now + later)
    assert not consumer.crashed


async def test_under_read_committed_the_end_is_the_last_stable_offset(
    thread: FakeThread,
) -> None:
    options = TransportOptions(isolation_level="read_committed")
    app = make_faust_app(name="g", bootstrap="127.0.0.1:1", options=options)
    consumer = cast("BatchedConsumer", app.consumer)
    consumer._thread = cast("BatchedConsumerThread", thread)
    thread.end = 10
    assert consumer.end_offset(TP0) == 9
    assert consumer.end_offset(TP("other", 0)) is None
    assert consumer.lag(TP0) is None


async def test_a_rewound_partition_is_committed_where_it_was_and_never_again(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(0), record(5)], TP1: [record(3, TP1)]}, {TP0: [record(9)]}]
    (_, first), (_, other) = await deliver(consumer)
    (_, second), *_ = await deliver(consumer)
    first.ack(consumer)
    await consumer.commit()
    await consumer.rewind({TP0: 2})
    assert not second.ack(consumer)
    other.ack(consumer)
    await consumer.commit()
    assert thread.commits == [{TP0: 6}, {TP0: 2}, {TP1: 4}]


async def test_a_rewind_to_what_nothing_is_committed_beyond_commits_nothing(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(0), record(5)]}]
    await deliver(consumer)
    await consumer.rewind({TP0: 0, TP("in", 7): 1})
    assert thread.commits == []


async def test_offsets_that_no_agent_sees_are_committed_behind_all_that_one_sees(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(0), record(1)]}]
    thread.positions = {TP0: 7, TP1: 3}
    ((_, message),) = await deliver(consumer)
    assert consumer._filter_committable_offsets({TP0, TP1}) == {TP1: 3}
    consumer._unacked_messages.add(message)
    consumer.ack(message)
    assert consumer._filter_committable_offsets({TP0, TP1}) == {TP0: 7, TP1: 3}


async def test_positions_of_an_assignment_that_is_over_are_not_committed(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.positions = {TP0: 7}
    await deliver(consumer)
    thread.assignment_object = object()
    assert consumer._filter_committable_offsets({TP0}) == {}
