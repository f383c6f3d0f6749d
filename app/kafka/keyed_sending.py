"""Records that a command sends to where one key has its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer

from agents.transport.publisher import partition_of
from agents.transport.sizes import REQUEST
from app.kafka.brokers import connected
from app.kafka.clients import client_arguments
from app.kafka.operation import Operation
from app.kafka.permissions import needed
from app.kafka.reachability import wait_shortly
from app.kafka.topic_history import check_topics
from app.kafka.topics import ensure_topics
from app.settings import Settings, TopicRole


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record without its key.

    Attributes
    ----------
    value
        Its bytes.
    headers
        Its headers.
    """

    value: bytes
    headers: Mapping[str, bytes] = field(default_factory=dict)


async def prepare(
    settings: Settings,
    uses: Mapping[TopicRole, frozenset[Operation]],
    *,
    dry_run: bool = False,
) -> frozenset[TopicRole]:
    """Check that the topics can be used, and make those that are missing, as a worker would.

    Parameters
    ----------
    uses
        What is to be done with the topics.
    dry_run
        Make none.

    Returns
    -------
    frozenset[TopicRole]
        Those that are still missing.

    Raises
    ------
    WrongTopics, TopicRefused, NotAuthorized, BrokersUnreachable
        If they cannot be used.
    """
    kafka = settings.kafka
    await wait_shortly(kafka)
    async with connected(kafka) as brokers:
        await brokers.check_permissions(needed(settings, uses))
    # A topic with other partitions than workers know of has the model elsewhere than they.
    await check_topics(settings)
    report = await ensure_topics(settings, dry_run=dry_run)
    return frozenset(topic.role for topic in report.missing if dry_run)


async def send_keyed(
    settings: Settings, role: TopicRole, key: bytes, records: Iterable[Outgoing]
) -> None:
    """Send records one after the other; return when all are acknowledged.

    Raises
    ------
    aiokafka.errors.KafkaError
        If one was refused: those before it count already.
    BrokersUnreachable
        If no broker answers.
    """
    kafka, topic = settings.kafka, settings.topics.full_name(role)
    async with connected(kafka) as brokers:
        partitions = (await brokers.partitions([topic]))[topic] or settings.topics.partitions
    partition = partition_of(key, partitions)
    producer: Any = AIOKafkaProducer(
        **client_arguments(kafka), acks="all", max_request_size=REQUEST
    )
    await producer.start()
    try:
        for each in records:
            await producer.send_and_wait(
                topic,
                key=key,
                value=each.value,
                partition=partition,
                headers=list(each.headers.items()),
            )
    finally:
        await producer.stop()
