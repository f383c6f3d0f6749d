"""What must come out of an observations topic: one offline process, never interrupted."""

from collections.abc import Iterable
from contextlib import suppress

from confluent_kafka import Message

from agents.state.reader import StateReader
from agents.state.stored_state import StoredState, assemble
from detectors.comparisons.options import ComparisonOptions
from detectors.monitors.fleet import Fleet
from detectors.monitors.label_watch import LabelWatch
from detectors.monitors.options import MonitorOptions
from detectors.monitors.performance_watch import PerformanceWatch
from detectors.rollback.options import RollbackOptions
from schemas.events.codec import decode_object
from schemas.events.invalid import InvalidMessage
from schemas.events.observed import decode_observed
from schemas.events.published import PublishedEvent
from schemas.events.route_notice import RouteNotice
from schemas.tables.frames import MAGIC, decode_frame
from schemas.tables.reference_parts import is_reference
from tests.pipeline.driftline import PARTITIONS


def offline(
    records: Iterable[Message], options: MonitorOptions, upto: dict[int, int] | None = None
) -> tuple[list[PublishedEvent], dict[int, Fleet]]:
    """Return what is found, and the fleets, of records of the observations topic.

    Parameters
    ----------
    upto
        Partition to the last offset that counts; all by default.
    """
    fleets = {
        partition: Fleet(
            lambda _: options,
            consumers_of=lambda model, version: (
                PerformanceWatch((model, version), options),
                LabelWatch((model, version), options),
            ),
            compared_by=lambda _: ComparisonOptions(),
            rolled_back_by=lambda _: RollbackOptions(),
        )
        for partition in range(PARTITIONS)
    }
    found: list[PublishedEvent] = []
    for record in sorted(records, key=lambda each: (each.partition(), each.offset())):
        partition, value = record.partition() or 0, record.value()
        if upto is not None and (record.offset() or 0) > upto.get(partition, -1):
            continue
        with suppress(InvalidMessage):
            if value is not None and value.startswith(MAGIC):
                for table in decode_frame(value):
                    found += fleets[partition].update(table)
            elif value is not None and is_reference(value):
                fleets[partition].refer(value)
            elif isinstance(event := decode_observed(decode_object(value)), RouteNotice):
                fleets[partition].reroute(event)
            else:
                fleets[partition].notice(event)
    return found, fleets


async def stored_states(bootstrap: str, topic: str) -> dict[int, StoredState]:
    """Return what a state topic holds of each partition that has any."""
    reading = await StateReader({"bootstrap_servers": bootstrap}).read(topic, range(PARTITIONS))
    states = {number: assemble(topic, number, held) for number, held in reading.records.items()}
    return {number: state for number, state in states.items() if state is not None}
