import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.transport.topic_reader import Bounds, TopicReader
from app.kafka.whole_topic import WholeTopic


class FakeReader:
    """Partitions with the offsets that there still are, one record a second."""

    topic = "topic"

    def __init__(self, offsets: Mapping[int, Iterable[int]]) -> None:
        self._offsets = {number: sorted(each) for number, each in offsets.items()}
        self.read = 0

    async def bounds(self, partitions: Iterable[int]) -> dict[int, Bounds]:
        return {
            number: Bounds(min(found), max(found) + 1) if found else Bounds(0, 0)
            for number in partitions
            for found in [self._offsets[number]]
        }

    async def records(self, wanted: Mapping[int, Bounds]) -> AsyncIterator[Any]:
        for number, bounds in wanted.items():
            for offset in self._offsets[number]:
                if bounds.start <= offset < bounds.end:
                    self.read += 1
                    yield SimpleNamespace(
                        partition=number, offset=offset, timestamp=1000 * offset + number
                    )


def latest(reader: FakeReader, count: int, partitions: int) -> list[tuple[int, int]]:
    topic = WholeTopic(cast("TopicReader", reader), partitions)
    return [(each.partition, each.offset) for each in asyncio.run(topic.latest(count))]


def test_each_partition_gives_its_latest() -> None:
    reader = FakeReader({0: range(100), 1: range(100)})
    assert latest(reader, 4, 2) == [(0, 98), (0, 99), (1, 98), (1, 99)]
    assert reader.read == 4


def test_what_one_partition_lacks_the_others_make_up_for() -> None:
    assert latest(FakeReader({0: range(100), 1: []}), 4, 2) == [(0, at) for at in range(96, 100)]


@pytest.mark.parametrize("count", [1, 5, 50])
def test_gaps_of_compaction_are_looked_over(count: int) -> None:
    kept = range(0, 10_000, 500)
    found = latest(FakeReader({0: kept}), count, 1)
    assert found == [(0, at) for at in list(kept)[-count:]]


@given(st.dictionaries(st.integers(0, 3), st.sets(st.integers(0, 300))), st.integers(1, 50))
def test_there_are_as_many_as_asked_for_where_there_are_as_many(
    offsets: dict[int, set[int]], count: int
) -> None:
    every = {number: offsets.get(number, set()) for number in range(4)}
    found = latest(FakeReader(every), count, 4)
    assert len(found) == min(count, sum(map(len, every.values())))
    assert found == sorted(set(found))
    assert all(offset in every[partition] for partition, offset in found)
