"""What a state topic holds of one partition."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agents.state.keys import INDEX, HeadKey, PartKey, WriterEpoch, decode_key
from agents.transport.sizes import PLAIN_REQUEST
from detectors.snapshots.codec import (
    Fault,
    UnreadableSnapshot,
    check_snapshot,
    decode_snapshot,
    digest_of,
)
from detectors.snapshots.parts import PartName
from detectors.snapshots.tree import State
from schemas.formats import SNAPSHOTS, OtherFormat


class StoredRecord(NamedTuple):
    """The latest record of a key.

    Attributes
    ----------
    offset, timestamp
        Where and when it was written; milliseconds since the epoch.
    value
        Its value.
    """

    offset: int
    timestamp: int
    value: bytes


class Ref(NamedTuple):
    """Where a snapshot is, and which one.

    Attributes
    ----------
    epoch, slot
        Of its keys.
    parts, size
        Into how many records it is cut, and their bytes together.
    digest
        Its checksum, hexadecimal.
    """

    epoch: WriterEpoch
    slot: int
    parts: int
    size: int
    digest: str

    def keys(self, name: PartName) -> Iterable[bytes]:
        """Yield the keys of its parts."""
        for number in range(self.parts):
            yield PartKey(name, self.epoch, self.slot, number).encode()

    def fields(self) -> list[Any]:
        """Return it as part of a state tree."""
        return [*self.epoch, self.slot, self.parts, self.size, self.digest]

    @classmethod
    def of(cls, fields: Iterable[Any]) -> "Ref":
        """Return what `fields` has given."""
        started, generation, slot, parts, size, digest = fields
        return cls(WriterEpoch(started, generation), slot, parts, size, digest)


class UnusableState(RuntimeError):
    """A state that cannot be loaded: corrupt, oversized, foreign, or ahead of its log.

    Attributes
    ----------
    topic, partition, offset
        Where it stands; no offset where a record is missing.
    name
        Of the snapshot; empty where it is the partition's whole state.
    reason
        What is wrong.
    """

    def __init__(
        self,
        topic: str,
        partition: int,
        *,
        reason: str,
        name: PartName = (),
        offset: int | None = None,
    ) -> None:
        self.topic, self.partition, self.offset = topic, partition, offset
        self.name, self.reason = name, reason
        at = "" if offset is None else f", offset {offset}"
        super().__init__(
            f"the state of {_said(name)} cannot be used ({topic}, partition {partition}{at}): "
            f"{reason}{self._advice()}"
        )

    def _advice(self) -> str:
        return (
            f". With all workers stopped, `driftline state reset {self.reset_flags} --yes` "
            "forgets it, and what it was of begins anew"
        )

    @property
    def reset_flags(self) -> str:
        """What `driftline state reset` takes to forget it."""
        flags = _flags(self.name) or ["--topic", self.topic, "--partition", str(self.partition)]
        return shlex.join(flags)


class OtherState(UnusableState, OtherFormat):
    """A state that a newer release of Driftline wrote: nothing is wrong with it."""

    def _advice(self) -> str:
        return (
            f"; going back to this release takes `driftline state reset {self.reset_flags} --yes`"
        )


def _class_for(error: UnreadableSnapshot) -> type[UnusableState]:
    return OtherState if error.fault is Fault.NEWER else UnusableState


@dataclass(slots=True, kw_only=True)
class StoredState:
    """The state of one partition.

    Attributes
    ----------
    topic, partition
        Where it is stored.
    epoch
        Of its head.
    stage, group
        Who wrote it.
    written_at
        When; milliseconds since the epoch.
    is_older
        Whether a release before wrote it, in the format of then.
    covers
        Topic to the offset of the last record, of this partition, that the state is of.
    outline
        Of the state.
    refs
        The snapshots in force, by their names in order.
    parts
        Those of them that are whole.
    problems
        What is wrong with the others.
    index
        Where the index is.
    garbage
        Keys that are not in force: left by a writer that did not finish.
    """

    topic: str
    partition: int
    epoch: WriterEpoch
    stage: str
    group: str
    written_at: int
    is_older: bool
    covers: dict[str, int]
    outline: State = field(default_factory=dict)
    refs: dict[PartName, Ref] = field(default_factory=dict)
    parts: dict[PartName, bytes] = field(default_factory=dict)
    problems: dict[PartName, UnusableState] = field(default_factory=dict)
    index: Ref
    garbage: list[bytes] = field(default_factory=list)

    def check(self, stage: str, group: str) -> None:
        """Raise `UnusableState` where any of it cannot be used, or another wrote it."""
        if (self.stage, self.group) != (stage, group):
            reason = f"foreign state: {self.stage} of consumer group {self.group} wrote it"
            raise UnusableState(self.topic, self.partition, reason=reason)
        for problem in self.problems.values():
            raise problem


def assemble(
    topic: str, partition: int, records: Mapping[bytes, StoredRecord]
) -> StoredState | None:
    """Return the state of a partition; None where none was ever completed.

    Raises
    ------
    UnusableState
        If the head or the index cannot be read, or a record has no business there.
    """
    heads: dict[WriterEpoch, bytes] = {}
    for data, record in records.items():
        try:
            key = decode_key(data)
        except ValueError:
            reason = f"foreign record: the key {data[:40]!r} is none of Driftline's"
            raise UnusableState(topic, partition, reason=reason, offset=record.offset) from None
        if isinstance(key, HeadKey):
            heads[key.epoch] = data
    if not heads:
        return None
    epoch = max(heads)
    state = _head(topic, partition, epoch, records[heads[epoch]])
    index, problem = _joined(state, INDEX, state.index, records)
    if problem is not None:
        raise problem
    _take_index(state, index, records)
    used = {heads[epoch], *state.index.keys(INDEX)}
    for name, ref in state.refs.items():
        used.update(ref.keys(name))
        part, problem = _joined(state, name, ref, records)
        if problem is None:
            state.parts[name] = part
        else:
            state.problems[name] = problem
    state.garbage = [data for data in records if data not in used]
    return state


def _head(topic: str, partition: int, epoch: WriterEpoch, record: StoredRecord) -> StoredState:
    try:
        head = decode_snapshot(record.value)
        found = StoredState(
            topic=topic,
            partition=partition,
            epoch=epoch,
            stage=str(head["stage"]),
            group=str(head["group"]),
            written_at=record.timestamp,
            is_older=check_snapshot(record.value) < SNAPSHOTS.writes,
            covers={str(name): int(offset) for name, offset in head["covers"].items()},
            index=Ref.of(head["index"]),
        )
        belongs = head["partition"]
    except UnreadableSnapshot as error:
        unusable = _class_for(error)
        raise unusable(topic, partition, reason=str(error), offset=record.offset) from None
    except (LookupError, TypeError, ValueError, AttributeError):
        reason = "foreign snapshot: it is no head of a state"
        raise UnusableState(topic, partition, reason=reason, offset=record.offset) from None
    if belongs != partition:
        reason = f"foreign snapshot: it is the head of partition {belongs}"
        raise UnusableState(topic, partition, reason=reason, offset=record.offset)
    return found


def _take_index(state: StoredState, data: bytes, records: Mapping[bytes, StoredRecord]) -> None:
    try:
        tree = decode_snapshot(data)
        state.outline = tree["outline"]
        state.refs = {tuple(name): Ref.of(fields) for name, fields in tree["parts"]}
    except (LookupError, TypeError, ValueError) as error:
        offset = _offset(INDEX, state.index, records)
        reason = f"its index cannot be read: {error}"
        raise UnusableState(state.topic, state.partition, reason=reason, offset=offset) from None


def _joined(
    state: StoredState, name: PartName, ref: Ref, records: Mapping[bytes, StoredRecord]
) -> tuple[bytes, UnusableState | None]:
    """Return a snapshot from its parts, or what is wrong with it."""
    found = [records.get(key) for key in ref.keys(name)]
    whole = [record for record in found if record is not None]
    data = b"".join(record.value for record in whole)
    reason, unusable = None, UnusableState
    if len(whole) < len(found):
        reason = f"corrupt snapshot: {len(found) - len(whole)} of its {len(found)} parts missing"
    # What is larger was not written by Driftline.
    elif any(len(record.value) > PLAIN_REQUEST for record in whole):
        reason = f"oversized snapshot: a part of it has more than {PLAIN_REQUEST} bytes"
    else:
        try:
            check_snapshot(data)
        except UnreadableSnapshot as error:
            reason, unusable = str(error), _class_for(error)
        else:
            if digest_of(data).hex() != ref.digest:
                reason = "corrupt snapshot: it is not the one that its index names"
    if reason is None:
        return data, None
    offset = whole[0].offset if whole else None
    shown = () if name == INDEX else name
    return data, unusable(state.topic, state.partition, name=shown, reason=reason, offset=offset)


def _offset(name: PartName, ref: Ref, records: Mapping[bytes, StoredRecord]) -> int | None:
    offsets = [records[key].offset for key in ref.keys(name) if key in records]
    return offsets[0] if offsets else None


def _said(name: PartName) -> str:
    match name:
        case ("model", model):
            return f"model {model}"
        case ("model", model, version):
            return f"model {model}, version {version},"
        case ():
            return "the partition"
    return " ".join(name)


def _flags(name: PartName) -> list[str]:
    match name:
        case ("model", model):
            return ["--model", model]
        case ("model", model, version):
            return ["--model", model, "--version", version]
    return []
