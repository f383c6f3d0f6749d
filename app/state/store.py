"""The stored state, for people: what there is, and forgetting some of it."""

from collections.abc import Awaitable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from agents.state.reader import StateReader
from agents.state.stored_state import StoredRecord, StoredState, UnusableState, assemble
from agents.state.writer import StateCut, StateWriter
from agents.transport.sizes import REQUEST
from app.kafka.brokers import connected
from app.kafka.clients import client_arguments
from app.kafka.topic_catalogue import CATALOGUE
from app.settings import Settings
from app.state.errors import NothingFound, WorkersRunning
from detectors.monitors.fleet_snapshot import LIFECYCLE, SERVED
from detectors.monitors.given_references import REFERENCE
from detectors.monitors.held_snapshot import NEWCOMERS, name_of, rows_held, without_versions
from detectors.snapshots.model_parts import MODEL
from detectors.snapshots.parts import PartName, UnusablePart
from detectors.snapshots.tree import State
from schemas.tables.model_version import ModelVersion

ROLES: Final = tuple(role for role, spec in CATALOGUE.items() if spec.is_state)

_IDLE: Final = frozenset({"Empty", "Dead", ""})
"""States of a consumer group without members."""


@dataclass(frozen=True, slots=True)
class PartitionState:
    """What a state topic holds of a partition.

    Attributes
    ----------
    topic, partition
        Which one.
    stored
        The state; None where there is none, or it cannot be read as a whole.
    problem
        Why it cannot be read as a whole.
    keys
        Of all records.
    """

    topic: str
    partition: int
    stored: StoredState | None
    problem: UnusableState | None
    keys: tuple[bytes, ...]

    @property
    def problems(self) -> list[UnusableState]:
        """All that is wrong with it."""
        found = [] if self.problem is None else [self.problem]
        return found + ([] if self.stored is None else [*self.stored.problems.values()])


async def read_states(settings: Settings, *, topic: str | None = None) -> list[PartitionState]:
    """Read the state topics.

    Parameters
    ----------
    topic
        The full name of one of them; both by default.
    """
    names = [settings.topics.full_name(role) for role in ROLES]
    async with connected(settings.kafka) as brokers:
        counts = await brokers.partitions(names)
    reader = StateReader(client_arguments(settings.kafka))
    found: list[PartitionState] = []
    for name in names:
        if topic not in {None, name}:
            continue
        reading = await reader.read(name, range(counts[name] or 0))
        found += [
            _partition(name, partition, records) for partition, records in reading.records.items()
        ]
    return found


def _partition(topic: str, partition: int, records: Mapping[bytes, StoredRecord]) -> PartitionState:
    keys = tuple(records)
    try:
        return PartitionState(topic, partition, assemble(topic, partition, records), None, keys)
    except UnusableState as error:
        return PartitionState(topic, partition, None, error, keys)


def matching(
    names: Iterable[PartName],
    model: str,
    version: str | None,
    kinds: Collection[str] = (MODEL,),
) -> Iterator[PartName]:
    """Yield the names of snapshots of some kinds that are of a model, or of one of its versions."""
    for name in names:
        match name:
            case (str(kind), str(found), *rest) if kind in kinds and found == model:
                if version is None or version in rest:
                    yield name


def held(stored: StoredState, model: str, version: str | None) -> dict[ModelVersion, int]:
    """Return how many rows are held of the versions of a model that are newcomers, or of one.

    Raises
    ------
    UnusableState
        If what is held cannot be read.
    """
    try:
        rows = rows_held(stored.parts)
    except UnusablePart as error:
        raise UnusableState(stored.topic, stored.partition, reason=str(error)) from error
    return {
        key: count for key, count in rows.items() if key[0] == model and version in {None, key[1]}
    }


async def forget_model(settings: Settings, model: str, version: str | None) -> list[PartName]:
    """Forget the state of a model; return the names of what is forgotten.

    Raises
    ------
    WorkersRunning
        If the consumer group has members.
    NothingFound
        If no such state is stored.
    UnusableState
        If a partition can only be forgotten as a whole.
    """
    await check_no_workers(settings)
    states = await read_states(settings)
    gone = [
        (state.stored, names)
        for state in states
        if state.stored is not None
        and (
            names := [
                *matching(state.stored.refs, model, version, (MODEL, SERVED, LIFECYCLE, REFERENCE)),
                *((NEWCOMERS, *key) for key in held(state.stored, model, version)),
            ]
        )
    ]
    if not gone:
        unreadable = next((state.problem for state in states if state.problem), None)
        if unreadable is not None:
            raise unreadable
        raise NothingFound(f"no state of {model}{'' if version is None else f' {version}'}")
    async with _producer(settings) as producer:
        for stored, names in gone:
            await _forget(producer, stored, names)
    return [name for _, names in gone for name in names]


async def forget_partition(settings: Settings, topic: str, partition: int) -> int:
    """Forget all state of a partition; return how many records that were. Raises as above."""
    await check_no_workers(settings)
    states = await read_states(settings, topic=topic)
    count = await _forget_all(settings, [each for each in states if each.partition == partition])
    if not count:
        raise NothingFound(f"no state in {topic}, partition {partition}")
    return count


async def forget_topic(settings: Settings, topic: str) -> int:
    """Forget all state of a stage; return how many records that were, none where there was none."""
    await check_no_workers(settings)
    return await _forget_all(settings, await read_states(settings, topic=topic))


async def _forget_all(settings: Settings, states: Iterable[PartitionState]) -> int:
    places = [(each.topic, each.partition, key) for each in states for key in each.keys]
    if places:
        async with _producer(settings) as producer:
            for topic, partition, key in places:
                await producer.send_and_wait(topic, key=key, value=None, partition=partition)
    return len(places)


async def check_no_workers(settings: Settings) -> None:
    """Do nothing where no worker runs; raise `WorkersRunning` where one does."""
    group = settings.kafka.group_id
    admin = AIOKafkaAdminClient(**client_arguments(settings.kafka))
    await admin.start()
    try:
        (response,) = await admin.describe_consumer_groups([group])
    finally:
        await admin.close()
    found = response.to_object()["groups"][0]
    if found["state"] not in _IDLE:
        raise WorkersRunning(
            f"consumer group {group} has {len(found['members'])} members: stop all workers first "
            "(a killed one counts until its session has ended)"
        )


async def _forget(producer: Any, stored: StoredState, names: list[PartName]) -> None:
    async def send(
        topic: str, *, key: bytes | None, value: bytes | None, partition: int | None
    ) -> Awaitable[object]:
        sent: Awaitable[object] = await producer.send(
            topic, key=key, value=value, partition=partition
        )
        return sent

    writer = StateWriter(
        send,
        stored.topic,
        stored.partition,
        stage=stored.stage,
        group=stored.group,
        generation=0,
        stored=stored,
    )
    versions = {(name[1], name[2]) for name in names if name[0] == NEWCOMERS}
    blocks = without_versions(stored.parts, versions)
    emptied = {name for name, data in blocks.items() if data is None}
    changed = {name: data for name, data in blocks.items() if data is not None}
    left = tuple(name for name in stored.refs if name not in {*names, *emptied})
    cut = StateCut(stored.covers, left, changed, _without(stored.outline, names, emptied))
    await writer.write(cut, lambda: True)
    await writer.clean(lambda: True)


def _without(outline: State, names: Iterable[PartName], blocks: Collection[PartName]) -> State:
    """Return an outline whose lists of models, and of newcomers' blocks, no longer have these."""
    gone = {name[1:] for name in names}
    left: State = {}
    for key, told in outline.items():
        left[key] = told
        if isinstance(told, list):
            left[key] = [each for each in told if _whose(each) not in gone]
        elif key == NEWCOMERS:
            left[key] = {
                **told,
                "blocks": [each for each in told["blocks"] if name_of(each[0]) not in blocks],
                "restarts": [each for each in told["restarts"] if _whose(each[:2]) not in gone],
            }
    return left


def _whose(listed: object) -> PartName:
    return tuple(listed) if isinstance(listed, list) else (str(listed),)


def _producer(settings: Settings) -> Any:
    return AIOKafkaProducer(
        **client_arguments(settings.kafka), acks="all", max_request_size=REQUEST
    )
