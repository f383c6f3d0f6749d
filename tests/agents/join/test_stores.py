import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agents.join.changelog import Changelog
from agents.join.changes import OtherChanges
from agents.join.changes_codec import decode_changes
from agents.join.options import PendingOptions
from agents.join.partition_store import CheckpointFailed
from agents.join.stores import PendingStores
from agents.transport.delivery import PartitionLost
from agents.transport.publisher import Publisher
from agents.transport.topic_reader import Bounds, TopicReader
from agents.work_thread import WorkThread
from tests.agents.fakes import FakeTelemetry
from tests.agents.join.steps import JOINED, NOW, add_label, add_predictions, label, predictions


@dataclass
class FakeTopic:
    """The changelog: a publisher and a reader of it."""

    sent: dict[int, list[bytes]] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)
    read_records: int = 0
    held: "list[asyncio.Future[Any]] | None" = None
    """Of records that are not acknowledged yet; None to acknowledge at once."""

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes, partition: int
    ) -> "asyncio.Future[Any]":
        assert (topic, key) == ("log", None)
        self.sent.setdefault(partition, []).append(value)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.held is not None:
            self.held.append(future)
        else:
            future.set_result(SimpleNamespace(offset=len(self.sent[partition]) - 1))
        return future

    def acknowledge(self) -> None:
        for offset, future in enumerate(self.held or ()):
            future.set_result(SimpleNamespace(offset=offset))
        self.held = None

    async def bounds(self, partitions: Collection[int]) -> dict[int, Bounds]:
        return {
            each: Bounds(self.starts.get(each, 0), len(self.sent.get(each, ())))
            for each in partitions
        }

    async def at(self, partition: int, offset: int, within: Bounds) -> Any:
        there = within.start <= offset < within.end
        return self._record(partition, offset) if there else None

    async def records(self, wanted: Mapping[int, Bounds]) -> AsyncIterator[Any]:
        for partition, (start, end) in wanted.items():
            for offset in range(start, end):
                self.read_records += 1
                yield self._record(partition, offset)

    def _record(self, partition: int, offset: int) -> Any:
        value = self.sent[partition][offset]
        return SimpleNamespace(partition=partition, offset=offset, value=value)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[TopicReader]:
        yield cast("TopicReader", self)


class Worker:
    """The stores of one process."""

    def __init__(self, topic: FakeTopic, folder: Path | None = None, owner: str = "group") -> None:
        self.telemetry = FakeTelemetry()
        self.thread = WorkThread("pending")
        options = PendingOptions(entries=100_000, hot_entries=100, directory=folder)
        changelog = Changelog("log", cast("Publisher", topic), topic.open, owner)
        self.stores = PendingStores(options, self.telemetry, self.thread, changelog)

    async def take(self, count: int, *, first: int = 0, partition: int = 0) -> None:
        for start in range(first, first + count, 500):
            names = map(str, range(start, min(start + 500, first + count)))
            self.stores.get(partition).add_predictions(predictions(*names, first=start))
            await self.publish(partition)

    async def publish(self, partition: int = 0) -> None:
        outputs: list[Awaitable[Any]] = await self.stores.publish(partition)
        await asyncio.gather(*outputs)
        await asyncio.sleep(0)

    def waiting(self, partition: int = 0) -> int:
        return self.stores.get(partition).status.predictions

    async def settle(self, partition: int = 0) -> None:
        """Wait for a checkpoint that is being written."""
        saving = self.stores._slots[partition].saving
        if saving is not None:
            await asyncio.wait([saving])

    async def leave(self) -> None:
        await self.stores.close()


async def test_another_worker_goes_on_where_the_first_one_was() -> None:
    topic = FakeTopic()
    first, second = Worker(topic), Worker(topic)
    await first.take(2000)
    await second.stores.restore([0, 1])
    assert second.waiting() == 2000
    assert add_label(second.stores.get(0), label("7"), 0, NOW) == [JOINED]
    assert second.telemetry.restored[0][1] == 4
    status = second.telemetry.pending[0]
    assert status is not None
    assert status.predictions == 2000


@pytest.mark.parametrize("label_first", [True, False])
async def test_a_join_waits_until_a_successor_would_make_the_same_of_another_order(
    label_first: bool,
) -> None:
    topic = FakeTopic(held=[])
    worker, successor = Worker(topic), Worker(topic)
    store = worker.stores.get(0)
    if label_first:
        assert add_label(store, label("a"), 5, NOW) == "early"
        assert add_predictions(store, predictions("a")) == [(0, JOINED)]
    else:
        assert add_predictions(store, predictions("a")) == []
        assert add_label(store, label("a"), 5, NOW) == [JOINED]
    fixing = asyncio.create_task(worker.stores.fix_order([0], lambda: True))
    await asyncio.sleep(0.01)
    assert not fixing.done()
    topic.acknowledge()
    assert await fixing
    # What was joined was observed, and then the worker was killed: the same is read once more.
    await successor.stores.restore([0])
    again = successor.stores.get(0)
    if label_first:
        assert add_predictions(again, predictions("a")) == [(0, JOINED)]
        assert add_label(again, label("a"), 5, NOW) == "early"
    else:
        assert add_label(again, label("a"), 5, NOW) == [JOINED]
        assert add_predictions(again, predictions("a")) == []


async def test_a_join_with_a_prediction_that_the_changelog_has_does_not_wait() -> None:
    topic = FakeTopic()
    worker = Worker(topic)
    await worker.take(10)
    add_label(worker.stores.get(0), label("7"), 5, NOW)
    topic.held = []
    assert await worker.stores.fix_order([0, 1], lambda: True)
    await worker.stores.restore([0])
    assert topic.held == []


@pytest.mark.parametrize("has_disk", [True, False])
async def test_a_join_with_a_prediction_that_was_restored_does_not_wait(
    tmp_path: Path, has_disk: bool
) -> None:
    topic, folder = FakeTopic(), tmp_path if has_disk else None
    first, second = Worker(topic, folder), Worker(topic, folder)
    await first.stores.restore([0])
    await first.take(1500)
    await first.settle()
    await first.leave()
    await second.stores.restore([0])
    topic.held = []
    assert add_label(second.stores.get(0), label("7"), 5, NOW) == [JOINED]
    assert add_label(second.stores.get(0), label("1499"), 6, NOW) == [JOINED]
    assert await second.stores.fix_order([0], lambda: True)
    assert topic.held == []


@pytest.mark.parametrize("lost_after", [0, 1])
async def test_the_order_is_not_told_for_a_partition_that_is_anothers(lost_after: int) -> None:
    topic = FakeTopic()
    worker = Worker(topic)
    store = worker.stores.get(0)
    add_predictions(store, predictions("a"))
    add_label(store, label("a"), 5, NOW)
    answers = iter([True] * lost_after + [False])
    assert not await worker.stores.fix_order([0], lambda: next(answers))
    assert len(topic.sent.get(0, ())) == lost_after


async def frozen_and_overtaken(
    topic: FakeTopic, folder: Path | None = None
) -> tuple[Worker, Worker]:
    """Return a worker that does not know of another one, and that one."""
    frozen, owner = Worker(topic, folder), Worker(topic)
    await frozen.stores.restore([0])
    await frozen.take(1000)
    await owner.stores.restore([0])
    return frozen, owner


async def test_a_worker_that_was_overtaken_observes_no_join_that_hangs_on_the_order() -> None:
    frozen, owner = await frozen_and_overtaken(FakeTopic())
    for worker in (frozen, owner):
        add_predictions(worker.stores.get(0), predictions("a", first=5000))
        add_label(worker.stores.get(0), label("a"), 5, NOW)
    assert not await frozen.stores.fix_order([0], lambda: True)
    assert await owner.stores.fix_order([0], lambda: True)
    # Nothing that it takes is acked any more, whatever it is.
    with pytest.raises(PartitionLost):
        await frozen.publish()
    with pytest.raises(PartitionLost):
        await frozen.take(500, first=6000)


async def test_what_an_overtaken_worker_writes_counts_for_nobody() -> None:
    topic = FakeTopic()
    frozen, owner = await frozen_and_overtaken(topic)
    store = frozen.stores.get(0)
    assert add_label(store, label("a"), 5, NOW) == "early"
    assert add_predictions(store, predictions("a", first=5000)) == [(5000, JOINED)]
    with pytest.raises(PartitionLost):
        await frozen.publish()
    # The owner reads the same the other way round, and a third one goes on from there.
    store = owner.stores.get(0)
    assert add_predictions(store, predictions("a", first=5000)) == []
    assert add_label(store, label("a"), 5, NOW) == [JOINED]
    await owner.publish()
    third = Worker(topic)
    await third.stores.restore([0])
    store = third.stores.get(0)
    assert add_label(store, label("a"), 5, NOW) == [JOINED]
    assert add_predictions(store, predictions("a", first=5000)) == []
    assert third.waiting() == 1000


async def test_a_restore_that_begins_with_the_record_of_an_overtaken_worker_skips_it() -> None:
    topic = FakeTopic()
    frozen, owner = await frozen_and_overtaken(topic)
    later = NOW + 10**12
    add_predictions(frozen.stores.get(0), predictions("ghost", first=5000, age=later))
    with pytest.raises(PartitionLost):
        await frozen.publish()
    ghost = topic.sent[0][-1]
    # All that the owner had is given up: what waits now lies after its claim.
    for row in range(3):
        add_predictions(owner.stores.get(0), predictions(f"n{row}", first=9000 + row, age=later))
        await owner.publish()
    since = decode_changes(topic.sent[0][-1]).since
    assert topic.sent[0][since] == ghost
    third = Worker(topic)
    await third.stores.restore([0])
    assert third.waiting() == 3


async def test_a_restore_reads_from_further_back_where_an_overtaken_worker_had_given_up_more() -> (
    None
):
    topic = FakeTopic()
    frozen, owner = await frozen_and_overtaken(topic)
    add_predictions(
        frozen.stores.get(0),
        predictions(*(f"late{row}" for row in range(100)), first=5000, age=NOW + 10**12),
    )
    with pytest.raises(PartitionLost):
        await frozen.publish()
    assert frozen.waiting() == 100
    assert decode_changes(topic.sent[0][-1]).since > 1
    third = Worker(topic)
    await third.stores.restore([0])
    assert third.waiting() == owner.waiting() == 1000
    assert add_label(third.stores.get(0), label("7"), 7, NOW) == [JOINED]


async def test_a_claim_by_the_record_of_an_overtaken_worker_hides_nothing() -> None:
    topic = FakeTopic()
    frozen, _ = await frozen_and_overtaken(topic)
    late = predictions("late", first=5000, age=NOW + 10**12)
    add_predictions(frozen.stores.get(0), late)
    with pytest.raises(PartitionLost):
        await frozen.publish()
    # These read all that waits, and write nothing but their claims.
    for _ in range(3):
        worker = Worker(topic)
        await worker.stores.restore([0])
        assert worker.waiting() == 1000


async def test_a_claim_of_a_worker_that_begins_on_disk_leaves_the_others_all_there_is(
    tmp_path: Path,
) -> None:
    topic = FakeTopic()
    first = Worker(topic, tmp_path)
    await first.stores.restore([0])
    await first.take(70_000)
    await first.settle()
    await first.leave()
    for folder in (tmp_path, None):
        worker = Worker(topic, folder)
        await worker.stores.restore([0])
        assert worker.waiting() == 70_000
        await worker.leave()


async def test_a_record_that_was_sent_twice_is_not_taken_for_a_claim() -> None:
    topic = FakeTopic()
    worker = Worker(topic)
    await worker.stores.restore([0])
    await worker.take(500)
    topic.sent[0] += [topic.sent[0][-1], b"somebody's"]
    await worker.take(500, first=500)
    await worker.stores.restore([0])
    assert topic.read_records == 2
    assert worker.waiting() == 1000


async def test_an_overtaken_worker_leaves_the_disk_as_it_was(tmp_path: Path) -> None:
    topic = FakeTopic()
    frozen, _ = await frozen_and_overtaken(topic, tmp_path)
    with pytest.raises(PartitionLost):
        await frozen.take(70_000, first=1000)
    await frozen.settle()
    await frozen.leave()
    again = Worker(topic, tmp_path)
    await again.stores.restore([0])
    assert again.waiting() == 1000
    await again.leave()


async def test_a_store_that_was_kept_is_read_again_only_where_others_have_written() -> None:
    topic = FakeTopic()
    first, second = Worker(topic), Worker(topic)
    await first.take(1000)
    await first.stores.restore([0])
    assert topic.read_records == 0
    await second.stores.restore([0])
    await second.take(500, first=1000)
    await first.stores.restore([0])
    assert first.waiting() == 1500


async def test_a_checkpoint_spares_the_records_before_it(tmp_path: Path) -> None:
    topic = FakeTopic()
    first = Worker(topic, tmp_path)
    await first.stores.restore([0])
    await first.take(10_000)
    await first.settle()
    await first.take(500, first=10_000)
    await first.leave()
    second = Worker(topic, tmp_path)
    await second.stores.restore([0])
    assert second.waiting() == 10_500
    assert topic.read_records < 12
    for name in ("0", "9999", "10499"):
        assert add_label(second.stores.get(0), label(name), int(name), NOW) == [JOINED]
    await second.leave()


@pytest.mark.parametrize("other", ["recreated", "trimmed", "shorter"])
async def test_a_disk_that_is_not_of_this_changelog_is_made_anew(
    tmp_path: Path, other: str
) -> None:
    topic = FakeTopic()
    first = Worker(topic, tmp_path)
    await first.stores.restore([0])
    await first.take(5000)
    await first.settle()
    await first.leave()
    another = FakeTopic()
    writer = Worker(another)
    await writer.take(500 if other == "shorter" else 6000, first=50_000)
    if other == "trimmed":
        another.starts[0] = 11
    second = Worker(another, tmp_path)
    await second.stores.restore([0])
    assert second.waiting() == {"recreated": 6000, "trimmed": 500, "shorter": 500}[other]
    assert add_label(second.stores.get(0), label("7"), 0, NOW) == "early"
    await second.leave()


@pytest.mark.parametrize("has_disk", [True, False])
async def test_what_was_deleted_of_the_changelog_is_told_where_no_disk_has_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, has_disk: bool
) -> None:
    topic = FakeTopic()
    first = Worker(topic, tmp_path)
    await first.stores.restore([0])
    await first.take(4500)
    await first.settle()
    await first.leave()
    topic.starts[0] = 3  # behind the claim, and two records of 500 predictions
    second = Worker(topic, tmp_path if has_disk else None)
    await second.stores.restore([0])
    assert second.waiting() == (4500 if has_disk else 3500)
    assert second.telemetry.missed == ([] if has_disk else [("log", 0, 2)])
    told = "2 records of log, partition 0, were deleted before they were read" in caplog.text
    assert told is not has_disk
    await second.leave()


async def test_what_nobody_can_read_is_skipped_and_counted() -> None:
    topic = FakeTopic()
    first, second = Worker(topic), Worker(topic)
    await first.take(500)
    topic.sent[0].append(b"somebody's")
    await second.stores.restore([0])
    assert (second.waiting(), second.telemetry.unreadable) == (500, 1)


async def test_what_a_newer_version_wrote_is_refused() -> None:
    topic = FakeTopic()
    await Worker(topic).take(500)
    topic.sent[0].append(b"DLP9" + topic.sent[0][0][4:])
    with pytest.raises(OtherChanges):
        await Worker(topic).stores.restore([0])


async def test_a_restore_that_another_rebalance_overtakes_is_dropped(tmp_path: Path) -> None:
    topic = FakeTopic()
    await Worker(topic).take(20_000)
    worker = Worker(topic, tmp_path)
    await worker.stores.restore([0], is_current=lambda: False)
    assert worker.stores.find(0) is None
    await worker.stores.restore([0])
    assert worker.waiting() == 20_000
    await worker.leave()


async def test_a_restore_may_lose_its_partitions_at_any_moment(tmp_path: Path) -> None:
    topic = FakeTopic()
    await Worker(topic).take(20_000)
    worker = Worker(topic, tmp_path)

    def is_current() -> bool:
        worker.stores.keep([])  # as the rebalance that overtakes it does
        return False

    await worker.stores.restore([0], is_current=is_current)
    assert worker.stores.find(0) is None
    await worker.stores.restore([0])
    assert worker.waiting() == 20_000
    await worker.leave()


async def test_a_restore_of_few_records_that_is_overtaken_leaves_no_ghost() -> None:
    topic = FakeTopic()
    await Worker(topic).take(10)
    worker = Worker(topic)
    await worker.stores.restore([0], is_current=lambda: False)
    assert worker.stores.find(0) is None


async def test_a_checkpoint_that_cannot_be_written_ends_the_worker(tmp_path: Path) -> None:
    worker = Worker(FakeTopic(), tmp_path)
    await worker.stores.restore([0])
    connection = sqlite3.connect(tmp_path / "group/0.sqlite")
    connection.execute("DROP TABLE chunks")
    connection.close()
    with pytest.raises(CheckpointFailed, match="cannot be written to"):
        await worker.take(60_000)


async def test_memory_is_bounded_while_the_disk_holds_the_rest(tmp_path: Path) -> None:
    worker = Worker(FakeTopic(), tmp_path)
    await worker.stores.restore([0])
    await worker.take(60_000)
    await worker.settle()
    await worker.publish()
    store = worker.stores.get(0)
    assert store.status.predictions == 60_000
    # Some parts of 8,192, and what came since the last checkpoint.
    assert store.in_memory < 30_000
    await worker.leave()


async def test_groups_do_not_share_files(tmp_path: Path) -> None:
    workers = [Worker(FakeTopic(), tmp_path, owner) for owner in ("a/b", "a-b", "../x")]
    for worker in workers:
        await worker.stores.restore([0])
    for folder in ("a%2fb", "a-b", "%2e%2e%2fx"):
        assert (tmp_path / folder / "0.sqlite").is_file()
    for worker in workers:
        await worker.leave()


async def test_without_a_changelog_nothing_is_sent_or_restored() -> None:
    stores = PendingStores(PendingOptions(), FakeTelemetry(), WorkThread("pending"))
    add_predictions(stores.get(0), predictions("a"))
    assert await stores.publish(0) == []
    await stores.restore([0])
    assert stores.get(0).status.predictions == 1
    stores.keep([])
    assert stores.find(0) is None
