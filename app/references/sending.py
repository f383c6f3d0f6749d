"""References on their way: each part to where the rows of its model are."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from aiokafka import AIOKafkaProducer

from agents.transport.publisher import partition_of
from agents.transport.sizes import CARRIED, REQUEST
from app.kafka.brokers import connected, wait_for_brokers
from app.kafka.clients import client_arguments
from app.kafka.permissions import REFER, needed
from app.kafka.topic_history import check_topics
from app.kafka.topics import ensure_topics
from app.references.drawn import Drawn
from app.settings import Settings, TopicRole
from schemas.events.reference_report import ReferenceKind
from schemas.tables.reference_parts import (
    GivenReference,
    ReferencePart,
    encode_reference,
    encoded_parts,
)

_PATIENCE = 10.0


def parts_of(drawn: Drawn) -> list[bytes]:
    """Return the records that carry a reference.

    Raises
    ------
    InvalidMessage
        If a column does not fit one.
    """
    return list(encoded_parts(drawn.about, drawn.columns, drawn.times, CARRIED))


def withdrawal(model: str, version: str | None, now: int) -> bytes:
    """Return the record that withdraws the reference of a model, or of one of its versions."""
    about = GivenReference(
        reference_id="withdrawn",
        model=model,
        version=version,
        kind=ReferenceKind.FILE,
        source="withdrawn",
        rows=0,
        of_rows=0,
        since=None,
        until=None,
        given=now,
    )
    return encode_reference(ReferencePart(about, 0, (), np.empty(0, dtype=np.int64)))


async def send(settings: Settings, model: str, parts: Iterable[bytes]) -> None:
    """Send parts one after the other; return when all are acknowledged.

    Raises
    ------
    aiokafka.errors.KafkaError
        If one was refused: those before it count already.
    WrongTopics, TopicRefused, NotAuthorized, BrokersUnreachable
        If the topics cannot be used.
    """
    kafka = settings.kafka
    await wait_for_brokers(kafka, timeout=min(_PATIENCE, kafka.connect_timeout_seconds))
    topic = settings.topics.full_name(TopicRole.OBSERVATIONS)
    async with connected(kafka) as brokers:
        await brokers.check_permissions(needed(settings, REFER))
    # A topic with other partitions than workers know of has the model elsewhere than they.
    await check_topics(settings)
    await ensure_topics(settings)
    async with connected(kafka) as brokers:
        partitions = (await brokers.partitions([topic]))[topic] or settings.topics.partitions
    key = model.encode()
    partition = partition_of(key, partitions)
    producer: Any = AIOKafkaProducer(
        **client_arguments(kafka), acks="all", max_request_size=REQUEST
    )
    await producer.start()
    try:
        for part in parts:
            await producer.send_and_wait(topic, key=key, value=part, partition=partition)
    finally:
        await producer.stop()
