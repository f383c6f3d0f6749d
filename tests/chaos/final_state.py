"""The last snapshots in the state topics, beside those of an offline run."""

from collections import Counter
from collections.abc import Iterable, Mapping

from confluent_kafka import Message

from agents.state.stored_state import StoredRecord, StoredState, UnusableState, assemble
from app.options import new_fleet
from app.settings import Settings, TopicRole
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.held_snapshot import rows_held
from detectors.snapshots.codec import encode_snapshot
from detectors.snapshots.parts import Durable
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Origin
from tests.chaos.verdict import Verdict
from tests.detectors.stored import parts_of


def judge_state(
    verdict: Verdict,
    topic: str,
    stored: Mapping[int, list[Message]],
    expected: Mapping[int, Durable],
) -> None:
    """Note every part of the state that differs, or is not there.

    Parameters
    ----------
    topic, stored
        The state topic, and its records by partition.
    expected
        The state of the offline run in the partitions in which there is any.
    """
    for partition, durable in expected.items():
        try:
            found = _assembled(topic, partition, stored.get(partition, ()))
        except UnusableState as error:
            verdict.wrong(f"states of {topic}", [error])
            continue
        parts = parts_of(durable)
        mine = {} if found is None else found.parts
        what = f"snapshots of {topic}, partition {partition}"
        verdict.missing(what, parts.keys() - mine.keys())
        verdict.wrong(what, mine.keys() - parts.keys())
        both = parts.keys() & mine.keys()
        verdict.wrong(f"bytes of {what}", [name for name in both if parts[name] != mine[name]])
        if found is not None and _bytes(found.outline) != _bytes(durable.outline()):
            verdict.wrong(f"outlines of {topic}", [partition])


def judge_rows(
    verdict: Verdict,
    settings: Settings,
    stored: Mapping[int, list[Message]],
    expected: Mapping[ModelVersion, int],
) -> None:
    """Note every model version of which the stored states have counted another number of rows."""
    topic, counted = settings.topics.full_name(TopicRole.STATE), Counter[ModelVersion]()
    for partition, messages in stored.items():
        try:
            found = _assembled(topic, partition, messages)
        except UnusableState as error:
            verdict.wrong(f"states of {topic}", [error])
            continue
        if found is not None:
            fleet = new_fleet(settings)
            FleetSnapshots(fleet).restore(found.outline, found.parts)
            for monitor in fleet:
                counted[monitor.model, monitor.version] += monitor.rows
            counted += rows_held(found.parts, Origin.PREDICTIONS)
    for key in expected.keys() | counted.keys():
        short = expected.get(key, 0) - counted[key]
        verdict.missing(f"rows in the state of {key}", range(short))
        verdict.wrong(f"rows in the state of {key}", range(-short))


def _bytes(outline: object) -> bytes:
    return encode_snapshot({"outline": outline})


def _assembled(topic: str, partition: int, messages: Iterable[Message]) -> StoredState | None:
    records: dict[bytes, StoredRecord] = {}
    for message in messages:
        key, value = bytes(message.key() or b""), message.value()
        if value is None:
            records.pop(key, None)
        else:
            records[key] = StoredRecord(message.offset() or 0, message.timestamp()[1], value)
    return assemble(topic, partition, records)
