import asyncio
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message

from agents.records.record import Record
from agents.transport.app import BatchApp, on_drain
from agents.transport.consumer import BatchedConsumer, PositionsUnknown
from agents.transport.consumer_thread import BatchedConsumerThread
from tests.agents.transport.consumer.fakes import TP0, TP1, record


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
        _fetcher=Fetcher(),
        _closed=False,
        seek=lambda tp, offset: sought.append((tp, offset)),
        take_missed=list,
    )
    thread = BatchedConsumerThread(
        consumer,
        options=consumer.options,
        crash=consumer.crash,
        tell_missed=consumer._tell_missed,
        confirm=consumer._confirm,
        loop=asyncio.get_running_loop(),
        beacon=app.beacon,
    )
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


async def drained_by_abandoning(consumer: BatchedConsumer) -> asyncio.Task[None]:
    """Let a drain wait for a message, and end by the task that is returned."""
    message = Message("in", 0, 0, 0.0, 0, {}, None, None, None)
    consumer._unacked_messages = {message}
    draining = asyncio.create_task(consumer.wait_empty())
    await asyncio.sleep(0.01)
    assert not draining.done()
    abandoning = asyncio.create_task(consumer.abandon())
    await asyncio.wait_for(draining, 1)
    return abandoning


async def test_a_drain_does_not_wait_for_what_is_another_workers(
    consumer: BatchedConsumer,
) -> None:
    abandoning = await drained_by_abandoning(consumer)
    assert not abandoning.done()
    await consumer.on_partitions_assigned({TP0}, 2)
    await asyncio.wait_for(abandoning, 1)
    await asyncio.wait_for(consumer.wait_empty(), 1)
    # The next assignment is drained again.
    abandoning = await drained_by_abandoning(consumer)
    abandoning.cancel()
