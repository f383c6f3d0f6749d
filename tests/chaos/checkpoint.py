"""What the committed offsets claim, at a moment when no worker runs."""

from confluent_kafka import TopicPartition

from app.settings import TopicRole
from schemas.tables.observations import Origin
from tests.chaos.ledger import Place
from tests.chaos.observed import rows_of
from tests.chaos.world import World


def unfounded(world: World) -> list[Place]:
    """Return the sound predictions below the committed offsets that nobody has observed.

    A replay after it would hide such a loss from whoever looks only at the end.
    """
    predictions = world.name(TopicRole.PREDICTIONS)
    partitions = [TopicPartition(predictions, each) for each in world.log.partitions(predictions)]
    committed = {each.partition: end for each, end in world.log.committed(partitions).items()}
    observed = set()
    for messages in world.log.read(world.name(TopicRole.OBSERVATIONS)).values():
        for message in messages:
            observed |= {
                (row.partition, row.offset)
                for row in rows_of(message.value() or b"")
                if row.origin is Origin.PREDICTIONS
            }
    return [
        place
        for place in list(world.ledger.rows)
        if place.offset < committed.get(place.partition, -1)
        and (place.partition, place.offset) not in observed
    ]
