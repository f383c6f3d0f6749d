"""The embedded broker, as its docstring describes it."""

import asyncio
import builtins
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from app.kafka.embedded import PARTITIONS, EmbeddedBroker

_PRODUCE = """
import sys
from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": sys.argv[1]})
producer.produce(sys.argv[2], b"from elsewhere")
sys.exit(producer.flush(10))
"""


def _partitions(topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for number in range(PARTITIONS)]


async def test_a_created_topic_has_its_partitions_and_no_record(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}created"

    embedded_broker.create(topic)

    client = Producer({"bootstrap.servers": embedded_broker.bootstrap})
    found = client.list_topics(timeout=10).topics[topic]
    assert set(range(PARTITIONS)) == set(found.partitions)
    async with AIOKafkaConsumer(bootstrap_servers=embedded_broker.bootstrap) as consumer:
        ends = await consumer.end_offsets(_partitions(topic))
        assert {0} == set(ends.values())


async def test_creating_a_topic_again_keeps_its_records(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}twice"
    embedded_broker.create(topic)
    producer = Producer({"bootstrap.servers": embedded_broker.bootstrap})
    producer.produce(topic, b"kept", partition=0)
    assert producer.flush(10) == 0

    embedded_broker.create(topic)

    async with AIOKafkaConsumer(bootstrap_servers=embedded_broker.bootstrap) as consumer:
        ends = await consumer.end_offsets(_partitions(topic))
        assert sum(ends.values()) == 1


async def test_it_serves_other_processes(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}other-process"
    embedded_broker.create(topic)

    producer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PRODUCE, embedded_broker.bootstrap, topic
    )
    assert await asyncio.wait_for(producer.wait(), 30) == 0

    async with AIOKafkaConsumer(
        topic, bootstrap_servers=embedded_broker.bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        batches = await consumer.getmany(timeout_ms=10_000)
        assert [r.value for rows in batches.values() for r in rows] == [b"from elsewhere"]


def test_a_request_to_create_a_topic_fails(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}declared"
    admin = AdminClient({"bootstrap.servers": embedded_broker.bootstrap})

    with pytest.raises(KafkaException):
        admin.create_topics([NewTopic(topic, 7, 1)], request_timeout=1.0)[topic].result(10)

    assert topic not in admin.list_topics(timeout=10).topics


async def test_a_full_partition_drops_its_oldest_records(
    embedded_broker: EmbeddedBroker, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}full"
    producer = Producer({"bootstrap.servers": embedded_broker.bootstrap, "linger.ms": 0})
    for _ in range(7):
        producer.produce(topic, bytes(900_000), partition=0)
        assert producer.flush(10) == 0

    async with AIOKafkaConsumer(bootstrap_servers=embedded_broker.bootstrap) as consumer:
        first = TopicPartition(topic, 0)
        begin, end = await consumer.beginning_offsets([first]), await consumer.end_offsets([first])
        assert end[first] == 7
        assert begin[first] == 2


def test_two_brokers_know_nothing_of_each_other(topic_prefix: str) -> None:
    with EmbeddedBroker() as one, EmbeddedBroker() as other:
        one.create(f"{topic_prefix}mine")

        topics = Producer({"bootstrap.servers": other.bootstrap}).list_topics(timeout=10).topics

        assert one.bootstrap != other.bootstrap
        assert topics == {}


def test_a_closed_broker_answers_no_more() -> None:
    with EmbeddedBroker() as broker:
        host, port = broker.bootstrap.split(":")
        socket.create_connection((host, int(port)), timeout=5).close()

    broker.close()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)
    with pytest.raises(RuntimeError, match="closed"):
        broker.create("late")


def test_without_confluent_kafka_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "__import__", _without("confluent_kafka", builtins.__import__))

    with pytest.raises(ModuleNotFoundError, match=r"driftline\[demo\]"):
        EmbeddedBroker()


def _without(missing: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def load(name: str, *args: Any, **options: Any) -> Any:
        if name == missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *args, **options)

    return load
