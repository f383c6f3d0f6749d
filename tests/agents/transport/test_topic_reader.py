import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from agents.transport.topic_reader import PATIENCE, Bounds, TopicReader, TopicStalled


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class FakeConsumer:
    """A broker that brings one fetch after the other; waiting takes the clock's time."""

    def __init__(self, clock: Clock, logs: dict[int, list[Any]]) -> None:
        self.logs = logs
        self.starts = dict.fromkeys(logs, 0)
        self.ends = {number: len(log) for number, log in logs.items()}
        self.brings = True
        self.at_once = 2
        self.positions: dict[TopicPartition, int] = {}
        self._clock = clock

    async def beginning_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: self.starts[tp.partition] for tp in tps}

    async def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: self.ends[tp.partition] for tp in tps}

    async def offsets_for_times(self, times: dict[TopicPartition, int]) -> dict[Any, Any]:
        return {
            tp: next((SimpleNamespace(offset=at) for at in range(time, self.ends[tp.partition])), 0)
            for tp, time in times.items()
        }

    def assign(self, tps: list[TopicPartition]) -> None:
        self.positions = dict.fromkeys(tps, -1)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        # Where the position was deleted, aiokafka goes to the earliest record.
        self.positions[tp] = max(offset, self.starts[tp.partition])

    async def position(self, tp: TopicPartition) -> int:
        return self.positions[tp]

    async def getmany(
        self, *tps: TopicPartition, timeout_ms: int, max_records: int
    ) -> dict[TopicPartition, list[Any]]:
        assert max_records > 0
        if not self.brings:
            self._clock.now += timeout_ms / 1000
            return {}
        return {tp: found for tp in tps if (found := list(self._next(tp)))}

    def _next(self, tp: TopicPartition) -> Iterator[Any]:
        for _ in range(self.at_once):
            at = self.positions[tp]
            if at >= len(self.logs[tp.partition]):
                return
            self.positions[tp] += 1
            value = self.logs[tp.partition][at]
            if value is not None:  # None is a marker of a transaction
                yield SimpleNamespace(partition=tp.partition, offset=at, value=value)


def setup(logs: dict[int, list[Any]]) -> tuple[Clock, FakeConsumer, TopicReader]:
    clock = Clock()
    consumer = FakeConsumer(clock, logs)
    return clock, consumer, TopicReader(consumer, "t", clock=clock)


async def read(reader: TopicReader, wanted: dict[int, Bounds]) -> list[tuple[int, int]]:
    return [(record.partition, record.offset) async for record in reader.records(wanted)]


async def test_all_that_lies_within_the_bounds_is_read_in_the_order_of_offsets() -> None:
    _, _, reader = setup({0: ["a", "b", "c", "d", "e"], 1: [], 2: ["x", "y"]})
    wanted = await reader.bounds([0, 1, 2])
    assert wanted == {0: (0, 5), 1: (0, 0), 2: (0, 2)}
    found = await read(reader, wanted)
    assert [offset for partition, offset in found if partition == 0] == [0, 1, 2, 3, 4]
    assert [offset for partition, offset in found if partition == 2] == [0, 1]
    assert await read(reader, {0: Bounds(1, 3)}) == [(0, 1), (0, 2)]
    assert await read(reader, {1: Bounds(0, 0)}) == []


async def test_a_time_says_where_reading_begins() -> None:
    _, _, reader = setup({0: ["a", "b", "c"], 1: ["x"]})
    assert await reader.bounds([0, 1], since=2) == {0: (2, 3), 1: (1, 1)}


async def test_what_the_caller_does_with_a_record_is_no_silence_of_the_brokers() -> None:
    clock, consumer, reader = setup({0: ["a", "b", "c", "d", "e"]})
    found = []
    plain, polls = consumer.getmany, itertools.count()

    async def now_and_then(*tps: TopicPartition, timeout_ms: int, max_records: int) -> Any:
        consumer.brings = next(polls) % 3 == 0
        return await plain(*tps, timeout_ms=timeout_ms, max_records=max_records)

    consumer.getmany = now_and_then  # type: ignore[method-assign] # a broker that needs three polls
    async for record in reader.records({0: Bounds(0, 5)}):
        found.append(record.offset)
        clock.now += 2 * PATIENCE
    assert found == [0, 1, 2, 3, 4]


async def test_a_topic_that_brings_nothing_for_long_is_an_error_that_says_what_is_missing() -> None:
    clock, consumer, reader = setup({0: ["a", "b", "c"], 3: ["x"]})
    found = []

    async def read_until_it_stalls() -> None:
        async for record in reader.records({0: Bounds(0, 3), 3: Bounds(0, 1)}):
            found.append((record.partition, record.offset))
            consumer.brings = False

    with pytest.raises(
        TopicStalled, match="nothing came of t for 60 s; missing: partition 0 from 2 to 3"
    ):
        await read_until_it_stalls()
    assert found == [(0, 0), (0, 1), (3, 0)]
    assert PATIENCE < clock.now < PATIENCE + 1


async def test_markers_at_the_end_and_deleted_records_end_a_read_as_records_do() -> None:
    _, consumer, reader = setup({0: ["a", None, None, None], 1: ["x", "y"]})
    assert await read(reader, {0: Bounds(0, 4)}) == [(0, 0)]
    consumer.starts[1] = 2
    assert await read(reader, {1: Bounds(0, 2)}) == []


async def test_steps_without_records_are_progress() -> None:
    clock, consumer, reader = setup({0: [None] * 400 + ["a"]})
    consumer.at_once = 1
    plain = consumer.getmany

    async def slow(*tps: TopicPartition, timeout_ms: int, max_records: int) -> Any:
        clock.now += 1.0
        return await plain(*tps, timeout_ms=timeout_ms, max_records=max_records)

    consumer.getmany = slow  # type: ignore[method-assign] # a slow broker
    assert await read(reader, {0: Bounds(0, 401)}) == [(0, 400)]


async def test_one_record_is_had_by_its_offset() -> None:
    _, _, reader = setup({0: [b"a", b"b", None]})
    within = Bounds(1, 3)
    record = await reader.at(0, 1, within)
    assert record is not None
    assert record.value == b"b"
    for gone in (0, 2, 3, -1):
        assert await reader.at(0, gone, within) is None


async def test_a_topic_that_is_followed_gives_what_comes_from_the_wanted_offsets_on() -> None:
    _, consumer, reader = setup({0: ["a", "b", "c"], 1: []})
    records = reader.following({0: 2, 1: 0})
    assert await anext(records) == SimpleNamespace(partition=0, offset=2, value="c")
    consumer.logs[1].append("x")
    consumer.logs[0] += [None, "d"]
    found = [await anext(records), await anext(records)]
    assert {(each.partition, each.offset) for each in found} == {(0, 4), (1, 0)}
