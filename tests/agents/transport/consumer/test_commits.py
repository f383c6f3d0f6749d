from typing import cast

import pytest
from faust.types import TP

from agents.transport.app import BatchApp, make_faust_app
from agents.transport.consumer import BatchedConsumer
from agents.transport.consumer_thread import BatchedConsumerThread
from agents.transport.options import TransportOptions
from agents.transport.progress import OutOfOrderAck
from tests.agents.transport.consumer.fakes import (
    TP0,
    TP1,
    FakeThread,
    deliver,
    in_rounds_of,
    record,
)


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


async def test_a_crashed_consumer_does_not_commit(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.fetches = [{TP0: [record(0)]}]
    (_, message), *_ = await deliver(consumer)
    message.ack(consumer)
    consumer._crashed.set()
    assert not await consumer.commit()
    assert thread.commits == []


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
