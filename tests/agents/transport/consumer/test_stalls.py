import time

import pytest

from agents.transport.app import BatchApp
from agents.transport.consumer import BatchedConsumer, StalledConsumer
from tests.agents.transport.consumer.fakes import TP0, TP1, FakeThread, deliver, record


async def test_a_partition_that_waits_for_its_turn_is_not_stalled(
    consumer: BatchedConsumer, thread: FakeThread
) -> None:
    thread.unread = {TP0, TP1}
    thread.fetches = [{TP0: [record(0)]}]
    await deliver(consumer)
    long_ago = time.monotonic() - 400.0
    consumer.progress[TP0]._moved_at = consumer.progress[TP1]._moved_at = long_ago
    assert consumer._due() is None
    now = time.monotonic()
    ages = [consumer.progress[tp].stalled_for(now, unread=True) for tp in (TP0, TP1)]
    assert ages[0] < 200.0 < ages[1]


@pytest.mark.parametrize("flows", [True, False])
async def test_a_consumer_that_stands_still_crashes(
    app: BatchApp, consumer: BatchedConsumer, thread: FakeThread, flows: bool
) -> None:
    now = time.monotonic()
    thread.fetches = [{TP0: [record(0)]}]
    await deliver(consumer)
    if not flows:
        consumer.stop_flow()
    await consumer._check_progress(now)
    await consumer._check_progress(now + 299.0)
    early = consumer.crashed
    await consumer._check_progress(now + 302.0)
    assert (early, consumer.crashed) == (False, True)
    assert isinstance(app.crash_reason, StalledConsumer)


async def test_an_idle_consumer_does_not_crash(consumer: BatchedConsumer) -> None:
    now = time.monotonic()
    for later in range(0, 10_000, 100):
        await consumer._check_progress(now + later)
    assert not consumer.crashed
