import asyncio
import time
from typing import Any, cast

import pytest
from faust.types import TP

from agents.transport.alignment import Alignment
from agents.transport.app import BatchApp, on_missed
from agents.transport.consumer import BatchedConsumer
from agents.transport.missed import Missed
from agents.transport.progress import PartitionProgress
from tests.agents.transport.consumer.fakes import (
    TP0,
    TP1,
    FakeThread,
    deliver,
    in_rounds_of,
    offsets,
    record,
)


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


async def test_a_queue_that_drains_wakes_the_fetcher_at_once(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    consumer.on_buffer_full(TP0)
    consumer.on_buffer_full(TP1)
    thread.fetches = [{TP0: [record(0)]}]
    began = time.monotonic()
    asyncio.get_running_loop().call_later(0.05, consumer.on_buffer_drop, TP0)
    assert [found async for found in consumer.getmany(5.0)] == []
    assert time.monotonic() - began < 4.0
    assert [tp async for tp, _ in consumer.getmany(5.0)] == [TP0]
    # TP1 is still full: the fetch must come back soon to see it drain.
    assert thread.asked == [({TP0}, 0.05)]


async def test_records_that_were_deleted_unread_are_told_to_the_log_and_to_the_app(
    app: BatchApp, consumer: BatchedConsumer, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Missed] = []
    on_missed(app, told.append)
    consumer._tell_missed(Missed(TP0, 1500, 2500))
    assert told == [Missed(TP0, 1500, 2500)]
    assert "1000 records of in, partition 0, were deleted before they were read" in caplog.text
    assert "offset 1500 was to be read next, and the first that is left is 2500" in caplog.text
