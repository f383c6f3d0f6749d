import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import pytest
from confluent_kafka import Producer

from app.kafka.embedded import EmbeddedBroker
from tests.agents.transport.worker_process import (
    PARTITIONS,
    WorkerProcess,
    committed,
    consume,
    produce,
    wait_until,
)
from tests.kafka import KafkaCluster


class Load:
    """Numbers for a topic, a thousand a second, until the block ends: there is always more to do.

    Attributes
    ----------
    sent
        How many there are by now; the numbers are those below.
    """

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        send: Callable[[str, str, Iterable[int]], None] = produce,
    ) -> None:
        self.sent = 0
        self._produce = send
        self._bootstrap = bootstrap
        self._topic = topic
        self._is_enough = threading.Event()
        self._pool = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        self._sending = self._pool.submit(self._send)
        return self

    def __exit__(self, *_: object) -> None:
        self._is_enough.set()
        self._pool.shutdown()
        self._sending.result()  # whatever ended it before is the test's failure

    def _send(self) -> None:
        while not self._is_enough.wait(0.1):
            self._produce(self._bootstrap, self._topic, range(self.sent, self.sent + 100))
            self.sent += 100


def test_a_load_that_ends_too_soon_fails_its_test() -> None:
    begun = threading.Event()

    def refuse(*_: object) -> None:
        begun.set()
        raise BufferError

    with pytest.raises(BufferError), Load("nowhere:9092", "numbers", refuse):
        assert begun.wait(10.0)


def by_partition(batches: list[dict[str, Any]]) -> dict[int, list[int]]:
    offsets: dict[int, list[int]] = defaultdict(list)
    for batch in batches:
        offsets[batch["partition"]] += batch["offsets"]
    return dict(offsets)


def test_a_partition_arrives_in_batches_in_order_and_whole(
    broker: EmbeddedBroker | KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    source, output = f"{topic_prefix}in", f"{topic_prefix}out"
    broker.create(source)
    broker.create(output)
    produce(broker.bootstrap, source, range(2_000))
    with WorkerProcess(
        tmp_path,
        "worker",
        bootstrap=broker.bootstrap,
        group=f"{topic_prefix}g",
        topics=[source],
        output=output,
    ) as worker:
        values = consume(broker.bootstrap, output, set(range(2_000)))
        assert worker.stop() == 0
        batches = worker.batches()
        assert "Traceback" not in worker.log()
    assert len(values) == 2_000
    assert len(batches) < 200
    assert by_partition(batches) == {p: list(range(500)) for p in range(PARTITIONS)}
    assert committed(broker.bootstrap, f"{topic_prefix}g", source) == [500] * PARTITIONS


def test_sigterm_with_full_buffers_is_bounded_and_loses_nothing(
    embedded_broker: EmbeddedBroker, topic_prefix: str, tmp_path: Path
) -> None:
    source, output = f"{topic_prefix}in", f"{topic_prefix}out"
    embedded_broker.create(source)
    embedded_broker.create(output)
    produce(embedded_broker.bootstrap, source, range(8_000))
    flags = {
        "bootstrap": embedded_broker.bootstrap,
        "group": f"{topic_prefix}g",
        "topics": [source],
        "output": output,
        "commit_interval": 60,
    }
    with WorkerProcess(tmp_path, "first", **flags, pause=0.3, buffered_batches=2) as worker:
        worker.wait_for_batches(5)
        began = time.monotonic()
        assert worker.stop() == 0
        # All of it would take 24 s.
        assert time.monotonic() - began < 15.0
        done = sum(len(batch["offsets"]) for batch in worker.batches())
    # The drain has committed what was handled, although no interval had passed.
    assert sum(committed(embedded_broker.bootstrap, f"{topic_prefix}g", source)) == done < 8_000
    with WorkerProcess(tmp_path, "second", **flags) as worker:
        values = consume(embedded_broker.bootstrap, output, set(range(8_000)))
        assert worker.stop(signal.SIGINT) == 0
    assert len(values) == 8_000


def test_a_worker_killed_before_its_first_commit_is_replayed_from_the_start(
    embedded_broker: EmbeddedBroker, topic_prefix: str, tmp_path: Path
) -> None:
    source, output = f"{topic_prefix}in", f"{topic_prefix}out"
    embedded_broker.create(source)
    embedded_broker.create(output)
    produce(embedded_broker.bootstrap, source, range(1_000))
    flags = {
        "bootstrap": embedded_broker.bootstrap,
        "group": f"{topic_prefix}g",
        "topics": [source],
    }
    nowhere = f"{topic_prefix}nowhere"
    embedded_broker.create(nowhere)
    with WorkerProcess(tmp_path, "killed", **flags, output=nowhere, commit_interval=60) as worker:
        worker.wait_for_batches(4)
        assert worker.stop(signal.SIGKILL) == -signal.SIGKILL
    assert committed(embedded_broker.bootstrap, f"{topic_prefix}g", source) == [0] * PARTITIONS
    with WorkerProcess(tmp_path, "second", **flags, output=output) as worker:
        values = consume(embedded_broker.bootstrap, output, set(range(1_000)))
        assert worker.stop() == 0
    assert len(values) == 1_000


def test_partitions_move_to_a_worker_that_joins_and_back_when_it_leaves(
    embedded_broker: EmbeddedBroker, topic_prefix: str, tmp_path: Path
) -> None:
    source, output = f"{topic_prefix}in", f"{topic_prefix}out"
    embedded_broker.create(source)
    embedded_broker.create(output)
    flags = {
        "bootstrap": embedded_broker.bootstrap,
        "group": f"{topic_prefix}g",
        "topics": [source],
        "output": output,
        "pause": 0.03,
    }
    with WorkerProcess(tmp_path, "first", **flags) as first:
        with Load(embedded_broker.bootstrap, source) as load:
            first.wait_for_batches(10)
            with WorkerProcess(tmp_path, "second", **flags) as second:
                # The embedded broker may refuse a member once while it rebalances.
                second.wait_for_batches(10, within=90.0)
                assert second.stop() == 0
                moved = {batch["partition"] for batch in second.batches()}
        assert 0 < len(moved) < PARTITIONS
        values = consume(embedded_broker.bootstrap, output, set(range(load.sent)), within=60.0)
        assert first.stop() == 0
    replayed = len(values) - load.sent
    assert replayed < 4_000


def test_nothing_is_lost_while_workers_join_leave_and_die_under_load(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    source, output = f"{topic_prefix}in", f"{topic_prefix}out"
    kafka.create(source)
    kafka.create(output)
    flags = {
        "bootstrap": kafka.bootstrap,
        "group": f"{topic_prefix}g",
        "topics": [source],
        "output": output,
        "pause": 0.02,
    }
    with (
        WorkerProcess(tmp_path, "first", **flags) as first,
        WorkerProcess(tmp_path, "second", **flags) as second,
    ):
        with Load(kafka.bootstrap, source) as load:
            first.wait_for_batches(20)
            second.wait_for_batches(20)
            with WorkerProcess(tmp_path, "third", **flags) as third:
                third.wait_for_batches(20)
                assert first.stop() == 0
                seen = len(third.batches())
                third.wait_for_batches(seen + 20)
                third.stop(signal.SIGKILL)
            seen = len(second.batches())
            second.wait_for_batches(seen + 50)
        values = consume(kafka.bootstrap, output, set(range(load.sent)), within=60.0)
        assert second.stop() == 0
    replayed = len(values) - load.sent
    assert replayed < load.sent / 2
    assert sum(committed(kafka.bootstrap, f"{topic_prefix}g", source)) == load.sent


def test_offsets_taken_by_transactions_do_not_hold_up_the_commit(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    source, output = f"{topic_prefix}in", f"{topic_prefix}out"
    kafka.create(source)
    kafka.create(output)
    producer = Producer(
        {"bootstrap.servers": kafka.bootstrap, "transactional.id": topic_prefix, "log_level": 0}
    )
    producer.init_transactions(20.0)
    for value in range(12):
        producer.begin_transaction()
        producer.produce(source, partition=0, value=str(value).encode())
        if value % 3 == 2:
            producer.flush(20.0)
            producer.abort_transaction(20.0)
        else:
            producer.commit_transaction(20.0)
    kept = {value for value in range(12) if value % 3 != 2}
    with WorkerProcess(
        tmp_path,
        "worker",
        bootstrap=kafka.bootstrap,
        group=f"{topic_prefix}g",
        topics=[source],
        output=output,
        isolation_level="read_committed",
    ) as worker:
        values = consume(kafka.bootstrap, output, kept)
        # To the very end: each record has its transaction's marker behind it.
        wait_until(
            lambda: committed(kafka.bootstrap, f"{topic_prefix}g", source)[0] == 2 * 12,
            why=worker.log,
        )
        assert worker.stop() == 0
    assert sorted(values) == sorted(kept)


def test_an_output_topic_that_does_not_exist_stops_the_worker_and_the_commit(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    source = f"{topic_prefix}in"
    kafka.create(source)
    produce(kafka.bootstrap, source, range(100))
    with WorkerProcess(
        tmp_path,
        "worker",
        bootstrap=kafka.bootstrap,
        group=f"{topic_prefix}g",
        topics=[source],
        output=f"{topic_prefix}missing",
        request_timeout=6.0,
    ) as worker:
        assert worker.wait(within=30.0) == 1
        assert "UnknownTopicOrPartition" in worker.log()
    assert committed(kafka.bootstrap, f"{topic_prefix}g", source) == [0] * PARTITIONS


def test_a_lag_that_stands_still_ends_a_worker_that_looks_alive(
    kafka: KafkaCluster, topic_prefix: str, tmp_path: Path
) -> None:
    source, output = f"{topic_prefix}in", f"{topic_prefix}out"
    kafka.create(source)
    kafka.create(output)
    produce(kafka.bootstrap, source, range(100))
    with WorkerProcess(
        tmp_path,
        "worker",
        bootstrap=kafka.bootstrap,
        group=f"{topic_prefix}g",
        topics=[source],
        output=output,
        hang_on="0",  # never acked, while the heartbeats go on
        stall_timeout=3,
        shutdown_timeout=3,
    ) as worker:
        worker.wait_for_log("no progress, by seconds")
        assert worker.wait(within=30.0) != 0
    # The batch is the next worker's.
    offsets = committed(kafka.bootstrap, f"{topic_prefix}g", source)
    assert min(offsets) <= 0
