"""Snapshots that someone, or something, has meddled with."""

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Final

from confluent_kafka import Consumer, Producer, TopicPartition

from agents.state.keys import INDEX, HeadKey, Key, decode_key
from agents.state.stored_state import StoredRecord, assemble
from app.settings import TopicRole
from app.worker.exit_codes import ExitCode
from tests.chaos.families.family import Family
from tests.chaos.world import World

_STATES: Final = (TopicRole.STATE, TopicRole.POLICY_STATE)
_LOGS: Final = (TopicRole.OBSERVATIONS, TopicRole.ALERTS, TopicRole.LIFECYCLE)

_Records = Mapping[tuple[int, bytes], bytes]
"""The latest values of a topic by partition and key."""

_SPOILED: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "corrupt": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "truncated": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "oversized": lambda data: data.ljust(1_010_000, b"\0"),
    # The version follows upon the magic.
    "newer": lambda data: data[:4] + b"\x63" + data[5:],
    "foreign": lambda _: b'{"some": "document"}',
}


class Snapshots(Family):
    """Refused where they are unreadable; caught up with where they are old or ahead."""

    name: ClassVar[str] = "snapshots"
    title: ClassVar[str] = "snapshots corrupt, old, oversized, empty, ahead and behind"

    def play(self, world: World) -> None:
        """Meddle with the state while no worker runs, in one way after the other."""
        world.wait_ready()
        world.wait(3.0)
        early = {role: self._live(world, role) for role in _STATES}
        world.wait(3.0)
        for how in world.draw.sample(list(_SPOILED), 1 if self.quick else len(_SPOILED)):
            self._spoil(world, how)
        world.kill_all()
        for role in _STATES:
            self._put_back(world, role, early[role])
        world.wait_ready()
        world.wait(2.0)
        world.kill_all()
        self._rewind(world)
        world.wait_ready()

    def _spoil(self, world: World, how: str) -> None:
        """Spoil a record: a worker must refuse it, and take the sound one that is put back."""
        world.kill_all()
        live = self._live(world, TopicRole.STATE)
        partition, key = world.draw.choice(sorted(_in_force(world.name(TopicRole.STATE), live)))
        sound = live[partition, key]
        self._write(world, TopicRole.STATE, {(partition, key): _SPOILED[how](sound)})
        member = world.crew.start()
        ended = world.wait_until(lambda: not member.is_alive, 40.0, tend=False)
        decoded = decode_key(key)
        kind = type(decoded).__name__
        assert ended, f"a worker runs with a {how} {kind}"
        code = member.process.returncode
        assert code == _expected(how, decoded), f"{how} {kind}: exit {code}"
        assert "driftline state reset" in member.log(), f"{how} {kind}: no word on what to do"
        world.crew.members.remove(member)
        self._write(world, TopicRole.STATE, {(partition, key): sound})
        world.wait_ready()
        world.wait_some(0.5, 2.0)

    def _put_back(self, world: World, role: TopicRole, old: _Records) -> None:
        """Have an old state in force, as from a backup: it is behind what is committed."""
        # Where there was none yet, to put that back would be to delete what there is.
        backed_up = {partition for partition, _ in _in_force(world.name(role), old)}
        records: dict[tuple[int, bytes], bytes | None] = dict.fromkeys(self._live(world, role))
        records |= old
        chosen = {at: value for at, value in records.items() if at[0] in backed_up}
        self._write(world, role, chosen)

    def _rewind(self, world: World) -> None:
        """Set the group's offsets back: the state is ahead of what is committed."""
        partitions = [
            TopicPartition(world.name(role), partition)
            for role in _LOGS
            for partition in world.log.partitions(world.name(role))
        ]
        earlier = [
            TopicPartition(each.topic, each.partition, offset // 2)
            for each, offset in world.log.committed(partitions).items()
            if offset > 0
        ]
        consumer = Consumer(
            {
                "bootstrap.servers": world.broker.bootstrap,
                "group.id": world.settings.kafka.group_id,
                "log_level": 0,
            }
        )
        # Refused while the killed workers' sessions last.
        assert world.wait_until(world.is_group_empty, 30.0, tend=False), "the group is not empty"
        consumer.commit(offsets=earlier, asynchronous=False)
        consumer.close()

    def _live(self, world: World, role: TopicRole) -> _Records:
        live: dict[tuple[int, bytes], bytes] = {}
        for partition, messages in world.log.read(world.name(role)).items():
            for message in messages:
                at, value = (partition, bytes(message.key() or b"")), message.value()
                if value is None:
                    live.pop(at, None)
                else:
                    live[at] = value
        return live

    def _write(
        self, world: World, role: TopicRole, records: Mapping[tuple[int, bytes], bytes | None]
    ) -> None:
        producer = Producer(
            {
                "bootstrap.servers": world.broker.bootstrap,
                "message.max.bytes": 4_000_000,
                "log_level": 0,
            }
        )
        # The head last, as a worker writes it.
        for (partition, key), value in sorted(records.items(), key=_is_head):
            producer.produce(world.name(role), value, key, partition=partition)
        assert producer.flush(30.0) == 0, "the state topic takes no records"


def _in_force(topic: str, live: _Records) -> Iterator[tuple[int, bytes]]:
    """Yield the places of the records that a worker would load."""
    for partition in {number for number, _ in live}:
        records = {
            key: StoredRecord(0, 0, value)
            for (number, key), value in live.items()
            if number == partition
        }
        if (stored := assemble(topic, partition, records)) is not None:
            yield partition, HeadKey(stored.epoch).encode()
            for name, ref in (*stored.refs.items(), (INDEX, stored.index)):
                yield from ((partition, key) for key in ref.keys(name))


def _expected(how: str, key: Key) -> ExitCode:
    """Return the code with which a worker ends: what a newer release wrote is no damage."""
    # The later parts of a snapshot have no header: a byte in them is but another one.
    has_header = isinstance(key, HeadKey) or key.number == 0
    return ExitCode.FORMATS if how == "newer" and has_header else ExitCode.FAILED


def _is_head(item: tuple[tuple[int, bytes], bytes | None]) -> bool:
    return isinstance(decode_key(item[0][1]), HeadKey)
