"""The two brokers serve the clients that Driftline uses; the real one survives what Kafka does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from confluent_kafka import KafkaError, KafkaException, Producer
from jgo.env import LockFile

from app.kafka.embedded import PARTITIONS, EmbeddedBroker
from tests.kafka import CorruptArtifactError, KafkaCluster, KafkaStartError
from tests.kafka.artifacts import LOCK, cache_directory
from tests.kafka.ports import free_port, is_free

_ROOT = Path(__file__).parents[1]
_WAIT_S = 30.0


async def _produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for number, value in enumerate(values):
            await producer.send(topic, value, partition=number % PARTITIONS)


async def _read(bootstrap: str, topic: str, count: int) -> list[ConsumerRecord[bytes, bytes]]:
    """Return the first records of a topic, in the order of their values."""
    records: list[ConsumerRecord[bytes, bytes]] = []
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        deadline = time.monotonic() + _WAIT_S
        while len(records) < count and time.monotonic() < deadline:
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                records.extend(batch)
    return sorted(records, key=lambda record: record.value or b"")


def _values(count: int) -> list[bytes]:
    return [b"%06d" % number for number in range(count)]


async def test_what_is_produced_is_consumed(
    broker: EmbeddedBroker | KafkaCluster, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}round-trip"
    broker.create(topic)

    await _produce(broker.bootstrap, topic, _values(100))

    records = await _read(broker.bootstrap, topic, 100)
    assert _values(100) == [record.value for record in records]
    assert set(range(PARTITIONS)) == {record.partition for record in records}


async def test_a_group_resumes_where_it_committed(
    broker: EmbeddedBroker | KafkaCluster, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}group"
    broker.create(topic)
    await _produce(broker.bootstrap, topic, _values(20))

    seen = []
    for limit in (5, 15):
        async with AIOKafkaConsumer(
            topic,
            bootstrap_servers=broker.bootstrap,
            group_id=f"{topic_prefix}group",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            # The embedded broker has who joins again wait for about this long.
            session_timeout_ms=6_000,
        ) as consumer:
            deadline = time.monotonic() + _WAIT_S
            left = limit
            while left and time.monotonic() < deadline:
                for batch in (await consumer.getmany(timeout_ms=500, max_records=left)).values():
                    seen.extend([record.value or b"" for record in batch])
                    left -= len(batch)
            await consumer.commit()

    assert _values(20) == sorted(seen)


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_every_compression_of_the_protocol_can_be_read(
    broker: EmbeddedBroker | KafkaCluster, topic_prefix: str, codec: str
) -> None:
    topic = f"{topic_prefix}{codec}"
    broker.create(topic)
    producer = Producer(
        {"bootstrap.servers": broker.bootstrap, "compression.type": codec, "linger.ms": 50}
    )
    # librdkafka sends a batch as it is when compressing would make it larger.
    values = [value * 50 for value in _values(200)]
    for value in values:
        producer.produce(topic, value, partition=0)
    assert producer.flush(_WAIT_S) == 0

    records = await _read(broker.bootstrap, topic, 200)

    assert values == [record.value for record in records]


def test_on_the_real_broker_a_topic_that_nobody_created_does_not_exist(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}nobody"
    # The producer's metadata request allows the broker to create what it asks for.
    producer = Producer({"bootstrap.servers": kafka.bootstrap})

    error = producer.list_topics(topic, timeout=10).topics[topic].error

    assert error is not None
    assert error.name() == "UNKNOWN_TOPIC_OR_PART"


def test_a_topic_has_the_partitions_and_the_settings_asked_for(
    kafka: KafkaCluster, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}compacted"

    kafka.create_topic(topic, 3, {"cleanup.policy": "compact"})

    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    assert len(producer.list_topics(topic, timeout=10).topics[topic].partitions) == 3
    errors: list[KafkaError | None] = []
    # A compacted topic takes no record without a key: the setting has arrived.
    producer.produce(topic, b"no key", callback=lambda error, _: errors.append(error))
    producer.flush(_WAIT_S)
    assert [error and error.name() for error in errors] == ["INVALID_RECORD"]
    with pytest.raises(KafkaException, match="TOPIC_ALREADY_EXISTS"):
        kafka.create_topic(topic)


async def test_a_killed_broker_comes_back_with_its_records() -> None:
    with KafkaCluster() as cluster:
        cluster.create("kept")
        await _produce(cluster.bootstrap, "kept", _values(1_000))

        cluster.kill()
        assert not cluster.running
        cluster.start()
        await _produce(cluster.bootstrap, "kept", [b"after"])

        records = await _read(cluster.bootstrap, "kept", 1_001)
        assert [*_values(1_000), b"after"] == [record.value for record in records]


async def test_a_given_directory_keeps_its_data_from_run_to_run(tmp_path: Path) -> None:
    with KafkaCluster(directory=tmp_path) as cluster:
        cluster.create("kept")
        await _produce(cluster.bootstrap, "kept", _values(10))

    with KafkaCluster(directory=tmp_path) as cluster:
        records = await _read(cluster.bootstrap, "kept", 10)

    assert _values(10) == [record.value for record in records]


@pytest.mark.kafka
def test_a_failed_start_quotes_the_log() -> None:
    cluster = KafkaCluster(properties={"num.io.threads": "many"})
    try:
        with pytest.raises(KafkaStartError, match="Invalid value many for configuration"):
            cluster.start()
    finally:
        cluster.close()


def test_a_corrupted_artefact_in_the_cache_keeps_the_broker_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = LockFile.load(LOCK).dependencies[0]
    jar = cache_directory().joinpath(
        *first.groupId.split("."),
        first.artifactId,
        first.version,
        f"{first.artifactId}-{first.version}.jar",
    )
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"forged")

    with pytest.raises(CorruptArtifactError, match=str(jar)), KafkaCluster():
        pass


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")], ids=["at a desk", "in CI"]
)
def test_without_artefacts_the_tests_of_kafka_skip_but_not_in_ci(
    tmp_path: Path, ci: str, outcome: str
) -> None:
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:1")
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-m", "pytest", __file__, "-k", "that_nobody_created"],
        cwd=_ROOT,
        env={**os.environ, **nowhere, "no_proxy": "", "XDG_CACHE_HOME": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert outcome in done.stdout
    assert "cannot fetch" in done.stdout


def test_no_port_is_handed_out_twice() -> None:
    ports = [free_port() for _ in range(300)]
    assert len(set(ports)) == 300


@pytest.mark.kafka
def test_the_command_runs_a_broker_until_it_is_told_to_end(tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-m", "tests.kafka", "--port", str(port), "--dir", str(tmp_path)],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as command:
        try:
            assert command.stdout is not None
            assert f"127.0.0.1:{port}" in command.stdout.readline()
            assert not is_free(port)
        finally:
            command.terminate()
            command.communicate(timeout=_WAIT_S)

    assert command.returncode == 0
    assert is_free(port)
    assert (tmp_path / "data" / "meta.properties").exists()


def test_the_command_refuses_a_port_in_use(embedded_broker: EmbeddedBroker) -> None:
    port = embedded_broker.bootstrap.split(":")[1]

    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-m", "tests.kafka", "--port", port],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert "in use" in done.stderr


@pytest.mark.kafka
def test_no_java_outlives_a_process_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from tests.kafka import KafkaCluster; from pathlib import Path; "
        "cluster = KafkaCluster(directory=Path(sys.argv[1])); cluster.start(); "
        "print('up', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
    ) as parent:
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == b"up\n"
            children = psutil.Process(parent.pid).children(recursive=True)
            assert any("java" in child.name() for child in children)
        finally:
            parent.send_signal(signal.SIGKILL)

    _, alive = psutil.wait_procs(children, timeout=_WAIT_S)

    assert alive == []
