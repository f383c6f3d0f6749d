import asyncio
import threading
from pathlib import Path

from agents.join.service import PendingService
from tests.agents.join.test_stores import FakeTopic, Worker


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("pending")]


async def test_a_stop_writes_the_checkpoint_under_way_and_ends_the_thread(tmp_path: Path) -> None:
    before = threads()
    topic = FakeTopic()
    worker = Worker(topic, tmp_path)
    async with PendingService(worker.stores):
        await worker.stores.restore([0])
        await worker.take(4_500)
        saving = worker.stores._slots[0].saving
        assert saving is not None
    assert saving.done()
    await worker.thread.end()
    assert threads() == before
    # The disk is let go of, with what was written: hardly anything is read from the changelog.
    topic.read_records, after = 0, Worker(topic, tmp_path)
    await after.stores.restore([0])
    assert after.waiting() == 4_500
    assert topic.read_records < len(topic.sent[0])
    await after.stores.close()


async def test_a_stop_does_not_wait_for_a_broker_that_is_away(tmp_path: Path) -> None:
    topic = FakeTopic()
    worker = Worker(topic, tmp_path)
    await worker.stores.restore([0])
    slot = worker.stores._slots[0]
    slot.saving = asyncio.get_running_loop().create_future()
    await worker.stores.close(patience=0.05)
    assert slot.saving.cancelled()
    assert worker.stores.find(0) is None


async def test_stores_without_a_disk_end_at_once() -> None:
    worker = Worker(FakeTopic())
    async with PendingService(worker.stores):
        await worker.take(10)
    assert worker.stores.find(0) is None
