"""State topics on the real broker: written, cut short, read back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka import Producer

from agents.state.keys import HeadKey
from agents.state.reader import Reading, StateReader
from agents.state.stored_state import StoredState, UnusableState, assemble
from agents.state.writer import StateCut, StateWriter, Superseded
from agents.transport.sizes import PLAIN_RECORD, SNAPSHOT_PART
from detectors.snapshots.codec import encode_snapshot
from detectors.snapshots.parts import PartName
from tests.kafka import KafkaCluster

SMALL: PartName = ("model", "fraud", "7")
LARGE: PartName = ("model", "wide", "1")


class Topic:
    """A state topic with one writer after the other."""

    def __init__(self, bootstrap: str, name: str, producer: Any) -> None:
        self.name = name
        self.producer = producer
        self._bootstrap = bootstrap
        self.largest = 0

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes | None, partition: int | None
    ) -> Awaitable[object]:
        self.largest = max(self.largest, len(key or b"") + len(value or b""))
        sent: Awaitable[object] = await self.producer.send(
            topic, key=key, value=value, partition=partition
        )
        return sent

    def writer(
        self, generation: int, stored: StoredState | None, partition: int = 0
    ) -> StateWriter:
        return StateWriter(
            self.send,
            self.name,
            partition,
            stage="detection",
            group="g",
            generation=generation,
            stored=stored,
        )

    async def read(self, *partitions: int) -> Reading:
        reader = StateReader({"bootstrap_servers": self._bootstrap})
        return await reader.read(self.name, partitions or (0,))

    async def stored(self) -> StoredState | None:
        return assemble(self.name, 0, (await self.read()).records[0])


@pytest.fixture
def topic(kafka: KafkaCluster, topic_prefix: str) -> Callable[[], Any]:
    name = f"{topic_prefix}state"
    kafka.create(name)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Topic]:
        async with AIOKafkaProducer(
            bootstrap_servers=kafka.bootstrap, acks="all", max_request_size=2_000_000
        ) as producer:
            yield Topic(kafka.bootstrap, name, producer)

    return opened


def snapshot(number: int, size: int = 10) -> bytes:
    return encode_snapshot({"number": number, "array": np.arange(size)})


def cut(covers: int, **parts: bytes) -> StateCut:
    names = {"small": SMALL, "large": LARGE}
    changed = {names[name]: data for name, data in parts.items()}
    return StateCut({"log": covers}, (SMALL, LARGE), changed, {"order": [["fraud", "7"]]})


def always() -> bool:
    return True


def times(count: int) -> Callable[[], bool]:
    """Return what allows so many records, as a worker that then loses its partition."""
    left = iter(range(count))
    return lambda: next(left, None) is not None


async def test_a_state_comes_back_and_large_snapshots_are_cut(topic: Callable[[], Any]) -> None:
    async with topic() as state:
        assert await state.stored() is None
        large = snapshot(2, 300_000)
        writer = state.writer(5, None)
        await writer.write(cut(41, small=snapshot(1), large=large), always)
        await writer.clean(always)
        stored = await state.stored()
        assert stored is not None
        assert stored.covers == {"log": 41}
        assert stored.outline == {"order": [["fraud", "7"]]}
        assert stored.parts == {SMALL: snapshot(1), LARGE: large}
        assert stored.refs[LARGE].parts == -(-len(large) // SNAPSHOT_PART) == 4
        assert (stored.problems, stored.garbage) == ({}, [])
        assert state.largest < PLAIN_RECORD
        stored.check("detection", "g")
        with pytest.raises(UnusableState, match="foreign state"):
            stored.check("detection", "another")


async def test_what_is_not_completed_is_not_in_force_wherever_it_was_cut_short(
    topic: Callable[[], Any],
) -> None:
    async with topic() as state:
        first = {"small": snapshot(1), "large": snapshot(2, 250_000)}
        await state.writer(1, None).write(cut(10, **first), always)
        # Three parts, one small snapshot, the index and the head: six records.
        for records in range(6):
            writer = state.writer(2, await state.stored())
            second = cut(20, small=snapshot(3), large=snapshot(4, 250_000))
            with pytest.raises(Superseded):
                await writer.write(second, times(records))
            stored = await state.stored()
            assert stored is not None
            assert stored.covers == {"log": 10}
            assert stored.parts == {SMALL: first["small"], LARGE: first["large"]}
            assert len(stored.garbage) == (0 if records == 0 else min(records, 5))
        writer = state.writer(3, stored)
        await writer.write(cut(20, small=snapshot(3)), always)
        await writer.clean(always)
        stored = await state.stored()
        assert stored is not None
        assert stored.parts == {SMALL: snapshot(3), LARGE: first["large"]}
        assert (stored.covers, stored.garbage) == ({"log": 20}, [])


async def test_a_zombie_that_wakes_after_the_next_owner_began_changes_nothing(
    topic: Callable[[], Any],
) -> None:
    async with topic() as state:
        zombie = state.writer(7, None)
        await zombie.write(cut(10, small=snapshot(1), large=snapshot(2)), always)
        owner = state.writer(8, await state.stored())
        await owner.write(cut(20, small=snapshot(3), large=snapshot(4)), always)
        # Too late by one snapshot, which it believes to be its own to write.
        await zombie.write(cut(15, small=snapshot(5), large=snapshot(6)), always)
        stored = await state.stored()
        assert stored is not None
        assert (stored.covers, stored.parts[SMALL]) == ({"log": 20}, snapshot(3))
        # And both begin at the same time, from the same state.
        one, other = (state.writer(number, stored) for number in (9, 10))
        await other.write(cut(40, small=snapshot(7)), always)
        await one.write(cut(30, small=snapshot(8)), always)
        stored = await state.stored()
        assert stored is not None
        assert (stored.covers, stored.parts[SMALL]) == ({"log": 40}, snapshot(7))


async def test_a_model_that_is_gone_leaves_no_record(topic: Callable[[], Any]) -> None:
    async with topic() as state:
        writer = state.writer(1, None)
        for number in range(3):
            names = cut(number, small=snapshot(number), large=snapshot(9, 250_000))
            await writer.write(names, always)
            await writer.clean(always)
        await writer.write(StateCut({"log": 5}, (SMALL,), {}, {"order": []}), always)
        await writer.clean(always)
        records = (await state.read()).records[0]
        stored = assemble(state.name, 0, records)
        assert stored is not None
        assert list(stored.parts) == [SMALL]
        assert len(records) == 3  # the snapshot, the index, the head


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"no snapshot at all", "foreign snapshot"),
        (snapshot(1)[:-1], "truncated snapshot"),
        (snapshot(1)[:4] + b"\xff\xff" + snapshot(1)[6:], "newer snapshot"),
        (snapshot(1)[:-1] + b"\xff", "corrupt snapshot: its checksum"),
        (snapshot(99), "it is not the one that its index names"),
        (b"x" * 1_000_001, "oversized snapshot"),
        (None, "1 of its 1 parts missing"),
    ],
)
async def test_a_snapshot_that_is_not_as_it_was_written_is_named(
    topic: Callable[[], Any], value: bytes | None, reason: str
) -> None:
    async with topic() as state:
        await state.writer(1, None).write(cut(1, small=snapshot(1), large=snapshot(2)), always)
        stored = await state.stored()
        assert stored is not None
        (key,) = stored.refs[SMALL].keys(SMALL)
        records = dict((await state.read()).records[0])
        if value is None:
            del records[key]
        else:
            records[key] = records[key]._replace(value=value)
        broken = assemble(state.name, 0, records)
        assert broken is not None
        assert list(broken.parts) == [LARGE]
        with pytest.raises(UnusableState, match=reason) as caught:
            broken.check("detection", "g")
        message = str(caught.value)
        assert "model fraud, version 7," in message
        assert f"{state.name}, partition 0" in message
        assert "driftline state reset --model fraud --version 7 --yes" in message


async def test_a_head_or_a_key_that_is_not_ours_names_the_partition(
    topic: Callable[[], Any],
) -> None:
    async with topic() as state:
        await state.writer(1, None).write(cut(1, small=snapshot(1), large=snapshot(2)), always)
        stored = await state.stored()
        assert stored is not None
        good = dict((await state.read()).records[0])
        head = HeadKey(stored.epoch).encode()
        (index, *_) = [key for key in good if b'"index"' in key]
        for records in (
            {**good, head: good[head]._replace(value=b"?")},
            {**good, head: good[head]._replace(value=snapshot(1))},
            {**good, index: good[index]._replace(value=snapshot(1))},
            {**good, b"somebody's": good[head]},
        ):
            with pytest.raises(UnusableState) as caught:
                assemble(state.name, 0, records)
            assert f"--topic {state.name} --partition 0" in str(caught.value)
        with pytest.raises(UnusableState, match="head of partition 0"):
            assemble(state.name, 1, good)


async def test_a_topic_is_read_to_its_end_where_that_is_no_record(
    topic: Callable[[], Any], kafka: KafkaCluster
) -> None:
    async with topic() as state:
        await state.writer(1, None).write(cut(1, small=snapshot(1), large=snapshot(2)), always)
        # Markers of transactions take offsets, and records that were aborted do too.
        producer = Producer(
            {"bootstrap.servers": kafka.bootstrap, "transactional.id": state.name, "log_level": 0}
        )
        producer.init_transactions(20.0)
        for end in (producer.commit_transaction, producer.abort_transaction):
            producer.begin_transaction()
            producer.produce(state.name, key=b'["part",0,0,0,0,"x"]', value=b"", partition=1)
            producer.flush(20.0)
            end(20.0)
        reading = await state.read(0, 1, 2)
        assert [len(reading.records[number]) for number in (0, 1, 2)] == [4, 1, 0]


async def test_a_state_hangs_on_no_keys_of_a_writer_that_was_frozen_and_goes_on(
    topic: Callable[[], Any],
) -> None:
    async with topic() as state:
        frozen = state.writer(1, None)
        await frozen.write(cut(10, small=snapshot(1), large=snapshot(2)), always)
        await state.writer(2, await state.stored()).write(cut(20, small=snapshot(3)), always)
        await frozen.write(cut(15, large=snapshot(4)), always)
        await frozen.clean(always)
        stored = await state.stored()
        assert stored is not None
        assert (stored.covers, stored.problems) == ({"log": 20}, {})
        assert stored.parts == {SMALL: snapshot(3), LARGE: snapshot(2)}
