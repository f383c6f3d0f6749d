import asyncio
import time

import pytest
from faust.types import TP

from agents.records.record import Record
from agents.transport.app import BatchApp, enlarge_rounds_where
from agents.transport.consumer import BatchedConsumer
from agents.transport.gathering import Gathering
from agents.transport.progress import PartitionProgress
from tests.agents.transport.consumer.fakes import (
    TP0,
    TP1,
    FakeThread,
    deliver,
    in_rounds_of,
    record,
)

FREE = TP("own", 0)
FULL, SMALL = [record(0), record(1)], [record(0)]


@pytest.fixture(autouse=True)
def free(consumer: BatchedConsumer, thread: FakeThread) -> None:
    """A partition that is not aligned, and rounds of two records."""
    thread.assigned = {TP0, TP1, FREE}
    consumer.progress[FREE] = PartitionProgress(time.monotonic())
    consumer._active_partitions = {TP0, TP1, FREE}
    in_rounds_of(consumer, 2)


async def asked_after(
    consumer: BatchedConsumer, thread: FakeThread, *fetches: dict[TP, list[Record]]
) -> set[TP]:
    """What is fetched after some fetches."""
    thread.fetches = list(fetches)
    for _ in (*fetches, None):
        await deliver(consumer)
    return thread.asked[-1][0]


async def test_a_partition_that_gains_is_left_alone_while_rounds_are_full(
    app: BatchApp, consumer: BatchedConsumer, thread: FakeThread
) -> None:
    enlarge_rounds_where(app, lambda tp: tp == FREE)
    own = {FREE: [record(0, FREE)]}
    assert await asked_after(consumer, thread, {TP0: FULL}, own) == {TP0, TP1}
    # With the first round that is not full there is time for everything.
    assert await asked_after(consumer, thread, {TP0: SMALL}) == {TP0, TP1, FREE}


async def test_it_is_fetched_again_after_a_while(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    consumer._gathering = Gathering(lambda tp: tp == FREE, 0.02)
    asked = await asked_after(consumer, thread, {TP0: FULL}, {FREE: [record(0, FREE)]})
    assert asked == {TP0, TP1}
    await asyncio.sleep(0.03)
    assert await asked_after(consumer, thread) == {TP0, TP1, FREE}


@pytest.mark.parametrize(("first", "gains"), [(FULL, False), (SMALL, True)])
async def test_others_are_fetched_at_once(
    app: BatchApp, consumer: BatchedConsumer, thread: FakeThread, first: list[Record], gains: bool
) -> None:
    enlarge_rounds_where(app, lambda _: gains)
    asked = await asked_after(consumer, thread, {TP0: first}, {FREE: [record(0, FREE)]})
    assert asked == {TP0, TP1, FREE}


async def test_who_is_left_alone_is_forgotten_with_the_assignment(
    app: BatchApp, consumer: BatchedConsumer, thread: FakeThread
) -> None:
    enlarge_rounds_where(app, lambda _: True)
    await asked_after(consumer, thread, {TP0: FULL}, {FREE: [record(0, FREE)]})
    assert consumer._gathering.partitions(time.monotonic()) == {FREE}
    await consumer.on_partitions_assigned({TP0, FREE}, 2)
    assert consumer._gathering.partitions(time.monotonic()) == set()
