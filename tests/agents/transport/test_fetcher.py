import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import CorruptRecordException, KafkaConnectionError, RecordTooLargeError
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.structs import ConsumerRecord, TopicPartition

from agents.records.block import RecordBlock
from agents.transport.fetcher import GATHERED, GATHERING, BlockFetcher
from tests.agents.records.record_bytes import (
    ABORT,
    COMMIT,
    TP,
    TRANSACTIONAL,
    Entry,
    batch_bytes,
    marker_bytes,
)

ABC = batch_bytes([Entry(b"a"), Entry(b"b"), Entry(b"c")])
ALL = float("inf")
OTHER = TopicPartition(TP.topic, TP.partition + 1)


class FakeCluster:
    def leader_for_partition(self, tp: object) -> int:
        assert tp in {TP, OTHER}
        return 1


class FakeClient:
    """A broker that has one record set, and answers each fetch by it for so many times.

    After that it answers with nothing so many times, each after its time, and then not at all.
    """

    _metadata_max_age_ms = 1_000

    def __init__(
        self, raw: bytes, *, aborted: list[tuple[int, int]], answers: float, empty: int
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._raw = raw
        self._aborted = aborted
        self._answers = answers
        self._empty = empty
        self.cluster = FakeCluster()
        self.asked: list[int] = []
        self.may_gather: list[tuple[int, int]] = []
        self.left_waiting = asyncio.Event()
        self.time = 1_000.0

    async def send(self, node: int, request: Any) -> Any:
        assert node == 1
        ((_, ((_, offset, _), *_)),) = request.topics
        self.asked.append(offset)
        self.may_gather.append((request._max_wait_ms, request._min_bytes))
        raw = self._raw
        if len(self.asked) > self._answers + self._empty:
            self.left_waiting.set()
            await asyncio.Event().wait()
        elif len(self.asked) > self._answers:
            self.time += request._max_wait_ms / 1000
            raw = b""
        answer = (TP.partition, 0, 900, 800, 0, self._aborted, -1, raw)
        return SimpleNamespace(API_VERSION=11, topics=[(TP.topic, [answer])])


class Running:
    def __init__(self, fetcher: Any, client: FakeClient, subscription: Any) -> None:
        self.fetcher = fetcher
        self.client = client
        self.subscription = subscription

    @property
    def state(self) -> Any:
        return self.subscription.subscription.assignment.state_value(TP)

    async def take(self, most: int | None = None) -> Any:
        found = await self.fetcher.fetched_records([], timeout=30, max_records=most)
        return found[TP]


@asynccontextmanager
async def running(
    raw: bytes,
    *,
    position: int = 0,
    partitions: tuple[Any, ...] = (TP,),
    aborted: list[tuple[int, int]] | None = None,
    answers: float = 1,
    empty: int = 0,
    kind: Callable[..., Any] = BlockFetcher,
    **options: Any,
) -> AsyncIterator[Running]:
    subscription = SubscriptionState()
    subscription.assign_from_user(set(partitions))
    for partition in partitions:
        subscription.seek(partition, position)
    client = FakeClient(raw, aborted=aborted or [], answers=answers, empty=empty)
    if kind is BlockFetcher:
        options["clock"] = lambda: client.time
    fetcher = kind(client, subscription, **options)
    try:
        yield Running(fetcher, client, subscription)
    finally:
        await fetcher.close()


def values(block: Any) -> list[bytes]:
    return [record.value for record in block]


async def test_what_was_fetched_comes_as_blocks_of_at_most_so_many() -> None:
    async with running(ABC) as found:
        first = await found.take(2)
        assert isinstance(first, RecordBlock)
        assert (values(first), found.state.position) == ([b"a", b"b"], 2)
        assert (values(await found.take(2)), found.state.position) == ([b"c"], 3)
        assert (found.state.highwater, found.state.lso) == (900, 800)


async def test_it_closes_in_the_pause_after_a_failed_fetch() -> None:
    async with running(ABC, retry_backoff_ms=60_000) as found:
        failed = asyncio.Event()

        async def fail(node: int, request: Any) -> Any:
            failed.set()
            raise KafkaConnectionError(f"no connection to {node} for {request}")

        found.client.send = fail  # type: ignore[method-assign] # a fake that turns bad
        await asyncio.wait_for(failed.wait(), 5)
        await asyncio.sleep(0.05)  # it pauses now
        await asyncio.wait_for(found.fetcher.close(), 5)


@pytest.mark.parametrize(("longest", "short"), [(100, GATHERING), (5, 5)])
async def test_a_fetch_without_what_waits_to_be_taken_is_answered_soon(
    longest: int, short: int
) -> None:
    # The first answer is of one partition: the second fetch is for the other one alone.
    async with running(ABC, partitions=(TP, OTHER), fetch_max_wait_ms=longest) as found:
        await found.client.left_waiting.wait()
        assert TP in found.fetcher._records
        assert found.client.may_gather == [(longest, 1), (short, GATHERED)]


async def test_records_that_flow_are_gathered_and_after_a_pause_the_next_one_is_sent_at_once() -> (
    None
):
    async with running(ABC, empty=1, fetch_max_wait_ms=100) as found:
        await found.take()
        await found.client.left_waiting.wait()
        assert found.client.may_gather == [(100, 1), (GATHERING, GATHERED), (100, 1)]


async def test_aiokafkas_own_fetcher_is_left_alone() -> None:
    async with running(ABC, kind=Fetcher) as found:
        records = await found.take()
        assert isinstance(records, list)
        assert values(records) == [b"a", b"b", b"c"]


async def test_records_can_be_had_one_at_a_time() -> None:
    async with running(ABC) as found:
        one = [await found.fetcher.next_record([]) for _ in range(3)]
        assert values(one) == [b"a", b"b", b"c"]
        assert isinstance(one[0], ConsumerRecord)
        assert found.state.position == 3


async def test_the_next_fetch_begins_where_the_records_end() -> None:
    raw = ABC + batch_bytes([], base_offset=3, trailing=4)
    async with running(raw) as found:
        assert values(await found.take()) == [b"a", b"b", b"c"]
        assert found.state.position == 7
        await found.client.left_waiting.wait()
        assert found.client.asked == [0, 7]


async def test_a_seek_drops_what_was_fetched() -> None:
    async with running(ABC, answers=2) as found:
        assert values(await found.take(1)) == [b"a"]
        found.fetcher.seek_to(TP, 2)
        assert values(await found.take()) == [b"c"]
        assert found.client.asked[:2] == [0, 2]


async def test_a_paused_partition_hands_out_nothing_and_goes_on_where_it_was() -> None:
    async with running(ABC, answers=2) as found:
        assert values(await found.take(1)) == [b"a"]
        found.subscription.pause(TP)
        assert await found.fetcher.fetched_records([]) == {}
        assert found.state.position == 1
        found.subscription.resume(TP)
        assert values(await found.take()) == [b"b", b"c"]


@pytest.mark.parametrize(
    ("isolation", "expected"), [("read_committed", [b"d"]), ("read_uncommitted", [b"a", b"d"])]
)
async def test_the_isolation_level_decides_on_aborted_transactions(
    isolation: str, expected: list[bytes]
) -> None:
    raw = batch_bytes([Entry(b"a")], attributes=TRANSACTIONAL, producer=1)
    raw += marker_bytes(ABORT, base_offset=1, producer=1)
    raw += batch_bytes([Entry(b"d")], base_offset=2, attributes=TRANSACTIONAL, producer=1)
    raw += marker_bytes(COMMIT, base_offset=3, producer=1)
    async with running(raw, aborted=[(1, 0)], isolation_level=isolation) as found:
        assert values(await found.take()) == expected
        assert found.state.position == 4


async def test_a_response_without_a_record_moves_the_position() -> None:
    raw = marker_bytes(COMMIT, base_offset=0, producer=1)
    async with running(raw) as found:
        waiting = asyncio.create_task(found.take())
        await found.client.left_waiting.wait()
        assert found.client.asked == [0, 1]
        assert found.state.position == 1
        assert not waiting.done()
        waiting.cancel()


async def test_a_corrupt_batch_is_an_error_at_each_fetch_after_what_stands_before_it() -> None:
    bad = bytearray(batch_bytes([Entry(b"d")], base_offset=3))
    bad[-1] ^= 1
    async with running(ABC + bytes(bad), answers=ALL) as found:
        assert values(await found.take()) == [b"a", b"b", b"c"]
        for _ in range(2):
            with pytest.raises(CorruptRecordException, match="checksum at offset 3"):
                await found.take()
            assert found.state.position == 3


async def test_checksums_are_compared_where_that_is_asked_for() -> None:
    bad = bytearray(ABC)
    bad[-2] ^= 1
    async with running(bytes(bad), check_crcs=False) as found:
        assert len(await found.take()) == 3
    async with running(bytes(bad)) as found:
        with pytest.raises(CorruptRecordException):
            await found.take()


async def test_a_batch_larger_than_the_fetch_is_the_error_it_was() -> None:
    async with running(ABC[:-1]) as found:
        with pytest.raises(RecordTooLargeError):
            await found.take()


@pytest.mark.parametrize(("magic", "time"), [(0, -1), (1, 77)])
async def test_records_of_an_old_format_come_as_blocks_too(magic: int, time: int) -> None:
    builder = LegacyRecordBatchBuilder(magic, 0, 1 << 20)
    for offset in range(5):
        builder.append(offset, timestamp=77, key=b"k", value=b"%d" % offset)
    async with running(bytes(builder.build()), position=1) as found:
        block = await found.take(2)
        assert isinstance(block, RecordBlock)
        assert (values(block), found.state.position) == ([b"1", b"2"], 3)
        assert (block.timestamps.tolist(), block[0].key) == ([time, time], b"k")
        assert (values(await found.take(3)), found.state.position) == ([b"3", b"4"], 5)
        assert not found.fetcher._records
