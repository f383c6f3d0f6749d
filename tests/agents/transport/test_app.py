import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from mode.supervisors import CrashingSupervisor

from agents.transport.app import batch_agent, make_faust_app, on_drain
from agents.transport.driver import BatchedTransport
from agents.transport.options import TransportOptions
from agents.transport.rounds import BatchEvent
from app.kafka.embedded import EmbeddedBroker
from tests.agents.transport.worker_process import (
    PARTITIONS,
    ROOT,
    WorkerProcess,
    consume,
    produce,
    wait_until,
)


async def ignore(event: BatchEvent) -> None:
    event.ack()


def test_the_settings_that_lose_records_are_not_the_defaults() -> None:
    app = make_faust_app(name="g", bootstrap="a:1, b:2", options=TransportOptions())
    conf: Any = app.conf
    assert [str(url) for url in conf.broker_consumer] == ["kafka://a:1", "kafka://b:2"]
    assert conf.id == "g"
    assert conf.stream_wait_empty
    assert conf.agent_supervisor is CrashingSupervisor
    assert conf.consumer_auto_offset_reset == "earliest"
    assert conf.producer_acks == -1
    assert conf.producer_request_timeout == 30.0
    assert not any([conf.web_enabled, conf.topic_allow_declare, conf.producer_threaded])
    assert conf.topic_disable_leader
    assert isinstance(app.transport, BatchedTransport)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"heartbeat_interval": 10.0}, "heartbeat_interval must be positive and below"),
        ({"session_timeout": 31.0}, "session_timeout must be at most request_timeout"),
        ({"buffered_batches": 1}, "buffered_batches must be at least 2, not 1"),
        ({"max_batch_records": 0, "stall_timeout": 0.0}, "max_batch_records.*; stall_timeout"),
    ],
)
def test_options_that_cannot_work_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TransportOptions(**wrong)


def test_a_topic_belongs_to_one_agent() -> None:
    app = make_faust_app(name="g", bootstrap="a:1", options=TransportOptions())
    batch_agent(app, name="first", topics=["x", "y"], handler=ignore)
    batch_agent(app, name="second", topics=["z"], handler=ignore)
    with pytest.raises(ValueError, match="another agent reads y"):
        batch_agent(app, name="third", topics=["w", "y"], handler=ignore)


def test_making_an_app_writes_nothing(tmp_path: Path) -> None:
    made = (
        "from agents.transport.app import *\n"
        "app = make_faust_app(name='g', bootstrap='a:1', options=TransportOptions())\n"
        "app._create_directories()\n"
    )
    subprocess.run(  # noqa: S603 - our own program and arguments
        [sys.executable, "-c", made],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        check=True,
        timeout=30.0,
    )
    assert list(tmp_path.iterdir()) == []


def test_a_drain_hook_reaches_the_transport() -> None:
    app = make_faust_app(name="g", bootstrap="a:1", options=TransportOptions())
    calls: list[str] = []
    on_drain(app, lambda: calls.append("drain"))
    for hook in cast("BatchedTransport", app.transport).hooks.drain:
        hook()
    assert calls == ["drain"]


def test_topics_of_as_many_partitions_are_assigned_alike(
    embedded_broker: EmbeddedBroker, topic_prefix: str, tmp_path: Path
) -> None:
    sources = [f"{topic_prefix}labels", f"{topic_prefix}predictions"]
    output = f"{topic_prefix}out"
    for topic in (*sources, output):
        embedded_broker.create(topic)
    flags: dict[str, Any] = {
        "bootstrap": embedded_broker.bootstrap,
        "group": f"{topic_prefix}g",
        "topics": sources,
        "output": output,
    }
    with (
        WorkerProcess(tmp_path, "first", **flags) as first,
        WorkerProcess(tmp_path, "second", **flags) as second,
    ):
        # The embedded broker may refuse a member once while it rebalances, and none owns all.
        for worker in (first, second):
            worker.wait_for_log("Worker ready", within=90.0)
        wait_until(lambda: len(shares(first, second)) == 2, within=90.0, why=second.log)
        produce(embedded_broker.bootstrap, sources[0], range(400))
        produce(embedded_broker.bootstrap, sources[1], range(400, 800))
        consume(embedded_broker.bootstrap, output, set(range(800)))
        held = [
            {(batch["topic"], batch["partition"]) for batch in worker.batches()}
            for worker in (first, second)
        ]
        assert [worker.stop() for worker in (first, second)] == [0, 0]
    for worker_held in held:
        labels, predictions = (
            {partition for topic, partition in worker_held if topic == source} for source in sources
        )
        assert labels == predictions
        assert len(labels) == PARTITIONS // 2


def shares(*workers: WorkerProcess) -> set[str]:
    """The last assignment of each worker, as it was logged; empty ones left out."""
    found = set()
    for worker in workers:
        lines = [line for line in worker.log().splitlines() if "Setting newly assigned" in line]
        if lines and "set()" not in lines[-1]:
            found.add(lines[-1].split("partitions", 1)[1])
    return found
