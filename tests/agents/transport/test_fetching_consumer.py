import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from confluent_kafka import Producer
from confluent_kafka import TopicPartition as Position
from confluent_kafka.admin import AdminClient
from faust.types import TP

from agents.records.block import RecordBlock
from agents.transport.fetching_consumer import BlockConsumer
from agents.transport.missed import Missed
from tests.kafka import KafkaCluster

PARTITIONS = 2
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


def producer(kafka: KafkaCluster, **options: object) -> Producer:
    return Producer({"bootstrap.servers": kafka.bootstrap, "log_level": 0, **options})


def fill(kafka: KafkaCluster, topic: str, rows: range, **options: object) -> None:
    """Send records with and without keys, values and headers, small and large, in turn."""
    client = producer(kafka, **options)
    for row in rows:
        client.produce(
            topic,
            partition=row % PARTITIONS,
            key=None if row % 3 == 0 else b"key %d" % row,
            value=None if row % 7 == 0 else b"value %d " % row * (1 + row % 50),
            headers=[("row", b"%d" % row), ("none", None)] if row % 5 == 0 else None,
            timestamp=1_700_000_000_000 + row,
        )
        client.poll(0)
    assert client.flush(30.0) == 0


@asynccontextmanager
async def consumer(
    kind: Callable[..., Any], kafka: KafkaCluster, topic: str, **options: Any
) -> AsyncIterator[Any]:
    found = kind(bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest", **options)
    await found.start()
    found.assign([TopicPartition(topic, partition) for partition in range(PARTITIONS)])
    try:
        yield found
    finally:
        await found.stop()


async def read_to_end(found: Any, **options: Any) -> dict[TopicPartition, list[Any]]:
    """Return all records up to the end that there is now, by partition."""
    ends = await found.end_offsets(found.assignment())
    records: dict[TopicPartition, list[Any]] = {tp: [] for tp in ends}
    async with asyncio.timeout(60):
        while any([await found.position(tp) < end for tp, end in ends.items()]):
            for tp, batch in (await found.getmany(timeout_ms=200, **options)).items():
                assert isinstance(batch, RecordBlock) is isinstance(found, BlockConsumer)
                records[tp].extend(batch)
    return records


async def transactions_ended(kafka: KafkaCluster, topic: str) -> None:
    """Wait for the markers of transactions: the coordinator writes them after it has answered."""
    async with (
        asyncio.timeout(30),
        consumer(AIOKafkaConsumer, kafka, topic) as every,
        consumer(AIOKafkaConsumer, kafka, topic, isolation_level="read_committed") as committed,
    ):
        partitions = every.assignment()
        while await committed.end_offsets(partitions) != await every.end_offsets(partitions):  # noqa: ASYNC110 - of the broker
            await asyncio.sleep(0.1)


async def both_read(
    kafka: KafkaCluster, topic: str, seek: int | None = None, **options: Any
) -> dict[TopicPartition, list[Any]]:
    """Return what both consumers read, having seen that it is the same."""
    found = []
    for kind in (AIOKafkaConsumer, BlockConsumer):
        async with consumer(kind, kafka, topic, **options) as each:
            if seek is not None:
                for tp in each.assignment():
                    each.seek(tp, seek)
            found.append(await read_to_end(each))
    assert found[0] == found[1]
    return found[1]


@pytest.mark.parametrize("codec", CODECS)
async def test_every_codec_is_read_as_aiokafka_reads_it(
    kafka: KafkaCluster, topic_prefix: str, codec: str
) -> None:
    topic = f"{topic_prefix}codec"
    kafka.create_topic(topic, PARTITIONS)
    fill(kafka, topic, range(2_000), **{"compression.type": codec, "linger.ms": 50})
    records = await both_read(kafka, topic)
    assert [len(each) for each in records.values()] == [1_000, 1_000]
    await both_read(kafka, topic, seek=377, max_poll_records=250)


async def test_times_of_the_broker_are_read_as_aiokafka_reads_them(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}times"
    kafka.create_topic(topic, PARTITIONS, {"message.timestamp.type": "LogAppendTime"})
    fill(kafka, topic, range(100))
    records = await both_read(kafka, topic)
    assert {record.timestamp_type for each in records.values() for record in each} == {1}


@pytest.mark.parametrize(("isolation", "kept"), [("read_committed", 80), ("read_uncommitted", 120)])
async def test_transactions_are_read_as_aiokafka_reads_them(
    kafka: KafkaCluster, topic_prefix: str, isolation: str, kept: int
) -> None:
    topic = f"{topic_prefix}transactions"
    kafka.create_topic(topic, PARTITIONS)
    writers = [producer(kafka, **{"transactional.id": f"{topic}-{number}"}) for number in range(2)]
    for writer in writers:
        writer.init_transactions(20.0)
    # Of two producers at a time, so that their transactions interleave.
    for step in range(6):
        for writer in writers:
            writer.begin_transaction()
        for row in range(10):
            for writer in writers:
                writer.produce(topic, partition=row % PARTITIONS, value=b"%d %d" % (step, row))
                if row == 4:
                    writer.flush(20.0)
        for writer in writers:
            writer.flush(20.0)
            if step % 3 == 1:
                writer.abort_transaction(20.0)
            else:
                writer.commit_transaction(20.0)
    await transactions_ended(kafka, topic)
    for most in (500, 3):
        records = await both_read(kafka, topic, isolation_level=isolation, max_poll_records=most)
        assert sum(len(each) for each in records.values()) == kept
    # Markers and aborted records are in no block, and nothing is missed for that.
    async with consumer(BlockConsumer, kafka, topic, isolation_level=isolation) as found:
        await read_to_end(found)
        assert found.take_missed() == []


async def test_a_seek_after_records_were_fetched_goes_where_it_says(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}seek"
    kafka.create_topic(topic, PARTITIONS)
    fill(kafka, topic, range(1_000), **{"compression.type": "lz4", "linger.ms": 50})
    tp = TopicPartition(topic, 1)
    async with consumer(BlockConsumer, kafka, topic) as found:
        whole = await read_to_end(found)
        for offset in (100, 499, 0, 101):
            found.seek(tp, offset)
            block = (await found.getmany(tp, timeout_ms=30_000, max_records=10))[tp]
            assert whole[tp][offset : offset + 10] == list(block)
            assert await found.position(tp) == offset + len(block)
        assert found.take_missed() == []


async def test_a_paused_partition_is_left_out_until_it_is_resumed(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}pause"
    kafka.create_topic(topic, PARTITIONS)
    fill(kafka, topic, range(400))
    paused, other = TopicPartition(topic, 0), TopicPartition(topic, 1)
    async with consumer(BlockConsumer, kafka, topic) as found:
        first = (await found.getmany(paused, timeout_ms=30_000, max_records=50))[paused]
        found.pause(paused)
        read: list[Any] = []
        while len(read) < 200:
            batches = await found.getmany(timeout_ms=30_000)
            assert batches.keys() == {other}
            read += batches[other]
        found.resume(paused)
        rest = await read_to_end(found)
    assert list(range(200)) == [record.offset for record in [*first, *rest[paused]]]


async def test_a_group_reads_many_records_in_blocks_that_are_not_too_long(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}many"
    kafka.create_topic(topic, PARTITIONS)
    fill(kafka, topic, range(50_000), **{"compression.type": "lz4"})
    async with consumer(AIOKafkaConsumer, kafka, topic) as plain:
        expected = await read_to_end(plain)
    found = BlockConsumer(
        topic,
        bootstrap_servers=kafka.bootstrap,
        group_id=f"{topic}-group",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=1_000,
    )
    await found.start()
    records: dict[TopicPartition, list[Any]] = {tp: [] for tp in expected}
    lengths = set()
    try:
        async with asyncio.timeout(240):
            while sum(len(each) for each in records.values()) < 50_000:
                batches = await found.getmany(timeout_ms=200)
                lengths.add(sum(len(each) for each in batches.values()))
                for tp, batch in batches.items():
                    records[tp].extend(batch)
        await found.commit()
        assert {await found.committed(tp) for tp in expected} == {25_000}
        assert {found.highwater(tp) for tp in expected} == {25_000}
    finally:
        await found.stop()
    assert expected == records
    assert max(lengths) == 1_000


def delete(kafka: KafkaCluster, topic: str, before: int) -> None:
    """Delete the records of each partition before an offset, as retention does."""
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
    positions = [Position(topic, partition, before) for partition in range(PARTITIONS)]
    for done in admin.delete_records(positions).values():
        done.result(30.0)


async def test_records_that_are_deleted_before_they_are_read_are_told_once(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}deleted"
    kafka.create_topic(topic, PARTITIONS)
    fill(kafka, topic, range(100))
    async with consumer(BlockConsumer, kafka, topic, fetch_max_wait_ms=50) as found:
        tps = sorted(found.assignment())
        await read_to_end(found)
        found.pause(*tps)
        await asyncio.sleep(0.5)  # of the fetch that is under way
        fill(kafka, topic, range(100, 300))
        delete(kafka, topic, 120)
        found.resume(*tps)
        records = await read_to_end(found)
        assert [record.offset for record in records[tps[0]]] == list(range(120, 150))
        assert sorted(found.take_missed()) == [
            Missed(TP(topic, partition), 50, 120) for partition in range(PARTITIONS)
        ]
    # One that begins anew where the other one was last committed.
    async with consumer(BlockConsumer, kafka, topic) as found:
        for tp in tps:
            found.seek(tp, 100)
        await read_to_end(found)
        assert [each[1:] for each in found.take_missed()] == [(100, 120)] * PARTITIONS
    # And one that has not read yet misses nothing.
    async with consumer(BlockConsumer, kafka, topic) as found:
        records = await read_to_end(found)
        assert len(records[tps[1]]) == 30
        assert found.take_missed() == []


@pytest.mark.parametrize("name", ["key_deserializer", "value_deserializer"])
async def test_a_deserializer_is_refused(name: str) -> None:
    options: dict[str, Any] = {name: bytes.decode}
    with pytest.raises(ValueError, match=f"{name} cannot be used: blocks hold bytes"):
        BlockConsumer(bootstrap_servers="127.0.0.1:1", **options)
