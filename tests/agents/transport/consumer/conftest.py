import time
from typing import cast

import pytest

from agents.transport.app import BatchApp, make_faust_app
from agents.transport.consumer import BatchedConsumer
from agents.transport.consumer_thread import BatchedConsumerThread
from agents.transport.options import TransportOptions
from agents.transport.progress import PartitionProgress
from tests.agents.transport.consumer.fakes import TP0, TP1, FakeThread


@pytest.fixture
async def app() -> BatchApp:
    options = TransportOptions(
        aligned_topics=frozenset({"in"}),
        max_round_records=1,
        isolation_level="read_uncommitted",
    )
    app = make_faust_app(name="g", bootstrap="127.0.0.1:1", options=options)
    app.consumer_generation_id = 1
    return app


@pytest.fixture
def thread() -> FakeThread:
    return FakeThread()


@pytest.fixture
async def consumer(app: BatchApp, thread: FakeThread) -> BatchedConsumer:
    consumer = cast("BatchedConsumer", app.consumer)
    consumer._thread = cast("BatchedConsumerThread", thread)
    consumer.progress = {tp: PartitionProgress(time.monotonic()) for tp in (TP0, TP1)}
    consumer._active_partitions = {TP0, TP1}
    return consumer
