"""What a run of a demo needs around it: a broker that has the topics, a worker, a producer."""

import asyncio
import signal
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from app.demo.worker import WorkerProcess
from app.kafka.clients import client_arguments
from app.kafka.embedded import EmbeddedBroker
from app.kafka.reachability import wait_for_brokers
from app.kafka.topics import ensure_topics, plan_topics
from app.settings import Settings, load_settings

_HOST: Final = "127.0.0.1"
_LINGER: Final = 40
"""Milliseconds for which the producer gathers. The embedded broker answers a fetch with one batch
of each partition: with a batch for each event the worker took a whole core for 300 events a second,
and on a busy machine its alerts came seconds late."""


@dataclass(frozen=True, slots=True)
class Venue:
    """What is open as long as a run lasts.

    Attributes
    ----------
    settings
        Of the worker, and of whoever follows it.
    url
        Where the worker serves its port.
    producer
        A started `AIOKafkaProducer`.
    worker
        Not started yet.
    """

    settings: Settings
    url: str
    producer: Any
    worker: WorkerProcess


async def open_venue(stack: AsyncExitStack, bootstrap: str | None, own: Mapping[str, str]) -> Venue:
    """Open broker, topics and producer; the stack closes them, and ends the worker.

    Parameters
    ----------
    bootstrap
        Brokers to use; None for the embedded one.
    own
        Settings of this demo, dotted path to text.

    Raises
    ------
    ModuleNotFoundError
        If there is no embedded broker to be had.
    BrokersUnreachable
        If the brokers do not answer.
    """
    port = _free_port()
    overrides = {
        **own,
        "http.host": _HOST,
        "http.port": str(port),
        # Its worker is never replaced, and each partition of the embedded broker takes memory.
        "state.enabled": "false",
    }
    if bootstrap is None:
        broker = stack.enter_context(EmbeddedBroker())
        overrides["kafka.bootstrap_servers"] = broker.bootstrap
        settings = load_settings(None, overrides, {})
        for topic in plan_topics(settings).values():
            broker.create(topic.name)
    else:
        # Runs on a shared broker must not read one another's records.
        name = f"driftline-demo-{uuid4().hex[:8]}"
        overrides |= {
            "kafka.bootstrap_servers": bootstrap,
            "kafka.group_id": name,
            "topics.prefix": f"{name}-",
        }
        settings = load_settings(None, overrides, {})
        await wait_for_brokers(settings.kafka, timeout=10.0)
        await ensure_topics(settings)
    url = f"http://{_HOST}:{port}"
    # A worker that is alone waits for nobody when it joins.
    alone = {"kafka.session_timeout_seconds": "6", "kafka.heartbeat_interval_seconds": "1.5"}
    log = Path(tempfile.mkdtemp(prefix="driftline-demo-")) / "worker.log"
    worker = WorkerProcess({**overrides, **alone}, url=url, log=log)
    stack.push_async_callback(worker.stop)
    producer: Any = AIOKafkaProducer(
        **client_arguments(settings.kafka),
        acks="all",
        compression_type="lz4",
        linger_ms=_LINGER,
    )
    await producer.start()
    stack.push_async_callback(producer.stop)
    return Venue(settings, url, producer, worker)


@contextmanager
def cancelled_by_signals(task: "asyncio.Task[None]") -> Iterator[None]:
    """Cancel the task at the first SIGINT or SIGTERM; further ones must not cut its cleaning up."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    cancelled = False

    def cancel() -> None:
        nonlocal cancelled
        if not cancelled:
            cancelled = True
            task.cancel()

    for number in signals:
        loop.add_signal_handler(number, cancel)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
