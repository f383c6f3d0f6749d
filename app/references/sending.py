"""References on their way: each part to where the rows of its model are."""

from collections.abc import Iterable

import numpy as np

from agents.transport.sizes import CARRIED
from app.kafka.keyed_sending import Outgoing, prepare, send_keyed
from app.kafka.permissions import REFER
from app.references.drawn import Drawn
from app.settings import Settings, TopicRole
from schemas.events.reference_report import ReferenceKind
from schemas.tables.reference_parts import (
    GivenReference,
    ReferencePart,
    encode_reference,
    encoded_parts,
)


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
    await prepare(settings, REFER)
    records = map(Outgoing, parts)
    await send_keyed(settings, TopicRole.OBSERVATIONS, model.encode(), records)
