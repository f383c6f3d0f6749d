"""What tests of whole workers share: the worker as a subprocess, and a plain client beside it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from confluent_kafka import Consumer, Producer, TopicPartition

PARTITIONS = 4
ROOT = Path(__file__).parents[3]


class WorkerProcess:
    """The worker of `transport_worker`, running; killed at the latest when the block ends."""

    def __init__(self, folder: Path, name: str, **flags: object) -> None:
        self._output = folder / f"{name}.jsonl"
        self._log = folder / f"{name}.log"
        arguments: list[str] = []
        for flag, value in flags.items():
            arguments.append("--" + flag.replace("_", "-"))
            arguments.extend(map(str, value) if isinstance(value, list) else [str(value)])
        with self._output.open("wb") as output, self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program and arguments
                [sys.executable, "-m", "tests.agents.transport.transport_worker", *arguments],
                cwd=ROOT,
                stdout=output,
                stderr=log,
            )

    def batches(self) -> list[dict[str, Any]]:
        """The batches that it has taken up so far, whole lines only."""
        text = self._output.read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def log(self) -> str:
        return self._log.read_text()

    def wait_for_batches(self, count: int, *, within: float = 60.0) -> None:
        wait_until(lambda: len(self.batches()) >= count, within=within, why=self.log)

    def wait_for_log(self, text: str, *, within: float = 60.0) -> None:
        wait_until(lambda: text in self.log(), within=within, why=self.log)

    def wait(self, *, within: float = 20.0) -> int:
        """Its exit code, once it has ended."""
        return self._process.wait(within)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM, *, within: float = 20.0) -> int:
        self.send(number)
        return self.wait(within=within)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait(10.0)


def wait_until(
    condition: Callable[[], bool], *, within: float = 60.0, why: Callable[[], str] = str
) -> None:
    limit = time.monotonic() + within
    while not condition():
        assert time.monotonic() < limit, f"not so within {within} s: {why()[-6_000:]}"
        time.sleep(0.05)


def produce(bootstrap: str, topic: str, values: Iterable[int], *, padding: int = 0) -> None:
    """Send numbers, `value` to partition ``value % PARTITIONS``."""
    producer = Producer({"bootstrap.servers": bootstrap, "log_level": 0})
    for value in values:
        producer.produce(
            topic, partition=value % PARTITIONS, key=b"k" * padding, value=str(value).encode()
        )
        producer.poll(0)
    assert producer.flush(20.0) == 0


def consume(bootstrap: str, topic: str, expected: set[int], *, within: float = 30.0) -> list[int]:
    """Read a topic from its start until it holds all of `expected`, duplicates included."""
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": f"{topic}-reader", "log_level": 0}
    )
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
    found: list[int] = []
    missing = set(expected)
    limit = time.monotonic() + within
    while missing and time.monotonic() < limit:
        for message in consumer.consume(1_000, 0.2):
            if message.error() is None:
                value = int(cast("bytes", message.value()))
                found.append(value)
                missing.discard(value)
    consumer.close()
    assert not missing, f"{len(missing)} of {len(expected)} missing, as {sorted(missing)[:5]}"
    return found


def committed(bootstrap: str, group: str, topic: str) -> list[int]:
    """The group's committed offset of each partition; 0 where there is none."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "log_level": 0})
    partitions = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    offsets = [max(found.offset, 0) for found in consumer.committed(partitions, timeout=10.0)]
    consumer.close()
    return offsets
