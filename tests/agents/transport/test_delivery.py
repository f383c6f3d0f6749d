import asyncio
from collections.abc import Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import faust
import pytest

from agents.transport.delivery import Delivery, DeliveryFailed, PartitionLost
from agents.transport.rounds import BatchEvent
from app.kafka.embedded import EmbeddedBroker
from tests.agents.transport.worker_process import PARTITIONS, WorkerProcess, committed, produce


class FakeConsumer:
    def __init__(self) -> None:
        self.is_abandoned = False
        self.renewed = asyncio.Event()

    async def abandon(self) -> None:
        self.is_abandoned = True
        await self.renewed.wait()


class FakeApp:
    """Keeps what Delivery asks of an app: the generation, and a task whose failure it owns."""

    def __init__(self) -> None:
        self.consumer = FakeConsumer()
        self.consumer_generation_id = 7
        self.task: asyncio.Task[None] | None = None

    def add_future(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.task = asyncio.ensure_future(work)
        return self.task


class FakeEvent:
    def __init__(self, name: str, acked: list[str], generation: int = 7) -> None:
        self.name = name
        self.value = ["record"]
        self.message = SimpleNamespace(tp="tp", value=self.value, generation_id=generation)
        self._acked = acked

    def ack(self) -> None:
        self._acked.append(self.name)


def setup(max_in_flight: int = 4, patience: float = 60.0) -> tuple[FakeApp, Delivery]:
    app = FakeApp()
    return app, Delivery(cast("faust.App", app), max_in_flight=max_in_flight, patience=patience)


def event(name: str, acked: list[str], generation: int = 7) -> BatchEvent:
    return cast("BatchEvent", FakeEvent(name, acked, generation))


def pending() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_batches_are_acked_in_order_whichever_output_is_done_first() -> None:
    acked: list[str] = []
    _, delivery = setup()
    first, second = pending(), pending()
    await delivery.submit(event("a", acked), [first])
    await delivery.submit(event("b", acked), [second])
    second.set_result(None)
    await settle()
    assert acked == []
    first.set_result(None)
    await settle()
    assert acked == ["a", "b"]
    assert delivery.in_flight == 0


async def test_a_batch_that_is_anothers_waits_for_the_next_assignment_and_is_not_acked() -> None:
    acked: list[str] = []
    app, delivery = setup()
    lost, after = pending(), pending()
    await delivery.submit(event("a", acked), [lost])
    await delivery.submit(event("b", acked), [after])
    lost.set_exception(PartitionLost("it was claimed"))
    after.set_result(None)
    await settle()
    assert app.consumer.is_abandoned
    assert delivery.in_flight == 2
    app.consumer_generation_id = 8
    app.consumer.renewed.set()
    await delivery.submit(event("c", acked, generation=8), [])
    await settle()
    assert acked == ["c"]


async def test_a_worker_that_gets_no_other_assignment_fails() -> None:
    acked: list[str] = []
    app, delivery = setup(patience=0.01)
    lost = pending()
    await delivery.submit(event("a", acked), [lost])
    lost.set_exception(PartitionLost("it was claimed"))
    assert app.task is not None
    with pytest.raises(PartitionLost):
        await app.task
    assert acked == []


async def test_a_batch_waits_for_all_of_its_outputs() -> None:
    acked: list[str] = []
    _, delivery = setup()
    outputs = [pending(), pending()]
    await delivery.submit(event("a", acked), outputs)
    outputs[0].set_result(None)
    await settle()
    assert acked == []
    outputs[1].set_result(None)
    await settle()
    assert acked == ["a"]


async def test_a_failed_output_stops_every_later_ack_and_fails_the_app() -> None:
    acked: list[str] = []
    app, delivery = setup()
    broken = pending()
    await delivery.submit(event("a", acked), [])
    await delivery.submit(event("b", acked), [broken])
    await delivery.submit(event("c", acked), [])
    broken.set_exception(ConnectionError("refused"))
    await settle()
    assert acked == ["a"]
    assert app.task is not None
    with pytest.raises(ConnectionError, match="refused"):
        await app.task
    with pytest.raises(DeliveryFailed):
        await delivery.submit(event("d", acked), [])


async def test_a_cancelled_output_is_a_failed_one() -> None:
    acked: list[str] = []
    app, delivery = setup()
    output = pending()
    await delivery.submit(event("a", acked), [output])
    output.cancel()
    await settle()
    assert acked == []
    assert app.task is not None
    with pytest.raises(DeliveryFailed, match="cancelled"):
        await app.task


async def test_submit_waits_while_too_many_batches_are_in_flight() -> None:
    acked: list[str] = []
    _, delivery = setup(max_in_flight=1)
    output = pending()
    await delivery.submit(event("a", acked), [output])
    waiting = asyncio.ensure_future(delivery.submit(event("b", acked), []))
    await settle()
    assert not waiting.done()
    output.set_result(None)
    await asyncio.wait_for(waiting, 1.0)
    await settle()
    assert acked == ["a", "b"]


async def test_a_waiting_submit_fails_with_the_output_it_waits_for() -> None:
    acked: list[str] = []
    app, delivery = setup(max_in_flight=1)
    output = pending()
    await delivery.submit(event("a", acked), [output])
    waiting = asyncio.ensure_future(delivery.submit(event("b", acked), []))
    await settle()
    output.set_exception(ConnectionError("refused"))
    with pytest.raises(DeliveryFailed):
        await asyncio.wait_for(waiting, 1.0)
    assert app.task is not None
    with pytest.raises(ConnectionError):
        await app.task


async def test_a_batch_of_an_earlier_generation_is_dropped_even_if_its_output_failed() -> None:
    acked: list[str] = []
    app, delivery = setup()
    output = pending()
    await delivery.submit(event("old", acked), [output])
    app.consumer_generation_id = 8
    new = event("new", acked, generation=8)
    assert delivery.is_current(new)
    await delivery.submit(new, [])
    output.set_exception(ConnectionError("refused"))
    await settle()
    assert acked == ["new"]


async def test_a_submitted_batch_no_longer_holds_its_records() -> None:
    _, delivery = setup()
    batch = event("a", [])
    await delivery.submit(batch, [pending()])
    assert (batch.value, batch.message.value) == ([], None)


@pytest.mark.parametrize("fault", ["break_output_on", "oversize_on", "fail_on"])
def test_a_fault_ends_the_worker_and_the_commit_stays_before_its_batch(
    embedded_broker: EmbeddedBroker, topic_prefix: str, tmp_path: Path, fault: str
) -> None:
    source, output = f"{topic_prefix}in", f"{topic_prefix}out"
    embedded_broker.create(source)
    embedded_broker.create(output)
    produce(embedded_broker.bootstrap, source, range(2_000))
    # Value 1001 is record 250 of partition 1, in the batch that begins at 200 or later.
    flags = {fault: "1001", "commit_interval": 0.05, "pause": 0.05}
    with WorkerProcess(
        tmp_path,
        "worker",
        bootstrap=embedded_broker.bootstrap,
        group=f"{topic_prefix}g",
        topics=[source],
        output=output,
        **flags,
    ) as worker:
        assert worker.wait(within=25.0) == 1
        batches = [batch for batch in worker.batches() if batch["partition"] == 1]
        assert "the worker has crashed" in worker.log()
    (failing,) = [batch for batch in batches if 250 in batch["offsets"]]
    offsets = committed(embedded_broker.bootstrap, f"{topic_prefix}g", source)
    assert offsets[1] <= failing["first"]
    assert len(offsets) == PARTITIONS
