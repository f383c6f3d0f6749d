"""What tests of the whole pipeline share: workers as processes, traffic, and what came out."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition

from tests.agents.transport.worker_process import wait_until
from tests.kafka.ports import free_port

PARTITIONS = 4
ROOT = Path(__file__).parents[2]
USERS_TOPICS = ("predictions", "labels", "model-events")
TOPICS = (
    *USERS_TOPICS,
    "driftline-observations",
    "driftline-lifecycle",
    "driftline-pending",
    "drift-alerts",
    "model-performance",
    "model-comparisons",
    "retrain-requests",
    "rollback-requests",
    "model-versions",
    "model-routing",
    "driftline-dead-letters",
    "driftline-state",
    "driftline-policy-state",
)


class Worker:
    """A `driftline worker` process; killed at the latest when the block ends.

    Its working directory is that of its log.
    """

    def __init__(self, bootstrap: str, prefix: str, log: Path, **settings: object) -> None:
        self._port = free_port()
        self._log = log
        assignments = {
            "topics.prefix": prefix,
            "kafka.group_id": f"{prefix}group",
            "kafka.session_timeout_seconds": 6,
            "kafka.heartbeat_interval_seconds": 1,
            "http.port": self._port,
            "monitor.burn_in": 200,
            **settings,
        }
        flags = [f"--set={key}={value}" for key, value in assignments.items()]
        with log.open("wb") as file:
            self._process = subprocess.Popen(  # noqa: S603 - our own program and arguments
                [sys.executable, "-m", "app.cli", "worker", "--bootstrap", bootstrap, *flags],
                cwd=log.parent,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=file,
                stderr=file,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(10.0)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def log(self) -> str:
        return self._log.read_text()

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=30) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def document(self, path: str) -> dict[str, Any]:
        """Return what a path answers as JSON; nothing where it refuses, or does not in time."""
        status, body = self.get(path)
        return orjson.loads(body) if status == 200 else {}

    def wait_until_ready(self) -> None:
        def is_ready() -> bool:
            assert self._process.poll() is None, self.log()
            return self.get("/readyz")[0] == 200

        wait_until(is_ready, within=240.0, why=self.log)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10.0)

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(35.0)

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def wait(self, within: float = 240.0) -> int:
        return self._process.wait(within)


@dataclass(frozen=True)
class Traffic:
    """Predictions of a model, and their labels, with a change of two columns at a row.

    ``amount`` moves by two standard deviations and ``country`` changes its shares; ``age`` and
    ``channel`` stay as they are.
    """

    rows: int
    change_at: int
    seed: int = 1

    def predictions(self) -> Iterator[dict[str, Any]]:
        rng = np.random.default_rng(self.seed)
        for row in range(self.rows):
            changed = row >= self.change_at
            yield {
                "prediction_id": f"p{row}",
                "model": "fraud",
                "version": "7",
                "timestamp": 1_772_366_400 + row,
                "features": {
                    "amount": float(rng.normal(2.0 if changed else 0.0)),
                    "age": float(rng.normal(40.0, 9.0)),
                    "country": str(rng.choice(["CH", "DE", "FR"], p=_SHARES[changed])),
                    "channel": str(rng.choice(["app", "web"])),
                    "new_card": bool(rng.random() < 0.2),
                },
                "prediction": int(rng.random() < 0.1),
                "scores": {"0": 0.9, "1": 0.1},
            }


_SHARES = {False: [0.8, 0.1, 0.1], True: [0.2, 0.1, 0.7]}


class Kafka:
    """A plain client of the pipeline's topics."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.bootstrap = bootstrap
        self.prefix = prefix
        self._producer = Producer({"bootstrap.servers": bootstrap, "log_level": 0, "linger.ms": 2})

    def send(
        self,
        topic: str,
        key: str | None,
        value: Mapping[str, Any] | bytes | None,
        partition: int = -1,
    ) -> None:
        """Send one record; its key chooses the partition where none is given."""
        body = value if value is None or isinstance(value, bytes) else orjson.dumps(value)
        self._producer.produce(self.prefix + topic, key=key, value=body, partition=partition)
        self._producer.poll(0)

    def send_predictions(
        self, rows: Iterable[dict[str, Any]], *, labels: bool = False, only: int | None = None
    ) -> int:
        """Send each row to the partition of its number, a label beside it; return how many.

        To ``only`` one partition where the order of the rows matters: in which order those of
        several are read is the broker's affair.
        """
        sent = 0
        for row in rows:
            name = row["prediction_id"]
            partition = int(name[1:]) % PARTITIONS if only is None else only
            self.send("predictions", name, row, partition)
            if labels:
                label = {"prediction_id": name, "label": row["prediction"]}
                self.send("labels", name, label, partition)
            sent += 1
        return sent

    def flush(self) -> None:
        assert self._producer.flush(20.0) == 0

    def read(
        self, topic: str, enough: Callable[[list[Message]], bool], *, within: float = 60.0
    ) -> list[Message]:
        """Read a topic from its start until what was read is enough, or the time is up."""
        consumer = Consumer(
            {"bootstrap.servers": self.bootstrap, "group.id": "reader", "log_level": 0}
        )
        consumer.assign([TopicPartition(self.prefix + topic, p, 0) for p in range(PARTITIONS)])
        found: list[Message] = []
        limit = time.monotonic() + within
        while not enough(found) and time.monotonic() < limit:
            found += [m for m in consumer.consume(500, 0.2) if m.error() is None]
        consumer.close()
        return found

    def read_events(self, topic: str, count: int, *, within: float = 60.0) -> list[dict[str, Any]]:
        """Return the first events of a topic as JSON; fewer when they do not come in time."""
        found = self.read(topic, lambda messages: len(messages) >= count, within=within)
        return [orjson.loads(message.value() or b"") for message in found]

    def read_all(self, topic: str) -> list[Message]:
        """Read what a topic holds now, to its end: all of it, however busy the machine is."""
        name = self.prefix + topic
        settings = {
            "bootstrap.servers": self.bootstrap,
            "group.id": "reader",
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 20,
            "log_level": 0,
        }
        consumer = Consumer(settings)
        consumer.assign([TopicPartition(name, p, OFFSET_BEGINNING) for p in range(PARTITIONS)])
        found: list[Message] = []
        ended: set[int | None] = set()
        limit = time.monotonic() + 60.0
        while len(ended) < PARTITIONS:
            assert time.monotonic() < limit, f"{name} is not read to its end"
            for message in consumer.consume(500, 0.2):
                error = message.error()
                if error is None:
                    found.append(message)
                elif error.name() == "_PARTITION_EOF":
                    ended.add(message.partition())
        consumer.close()
        return found

    def lag(self, topic: str, group: str | None = None) -> int:
        """Return how many records of a topic a group has not committed, the workers' by default."""
        settings = {"group.id": group or f"{self.prefix}group", "log_level": 0}
        consumer = Consumer({"bootstrap.servers": self.bootstrap, **settings})
        partitions = [TopicPartition(self.prefix + topic, p) for p in range(PARTITIONS)]
        committed = consumer.committed(partitions, timeout=10.0)
        lag = 0
        for found in committed:
            low, high = consumer.get_watermark_offsets(found, timeout=10.0)
            lag += high - max(found.offset, low)
        consumer.close()
        return lag
