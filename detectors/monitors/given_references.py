"""References from outside that the models of one partition have, in the order of the log."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from detectors.monitors.given import ColumnKey
from detectors.reference.given import GivenColumn, GivenOutcome
from detectors.snapshots.parts import PartName
from detectors.snapshots.tree import State
from schemas.events.invalid import InvalidMessage, Reason
from schemas.tables.reference_parts import GivenReference, ReferencePart, decode_reference

REFERENCE: Final = "reference"
"""With what the name of a reference's part of the state begins: the model follows, and the version
where it is of one."""

MOST_BYTES: Final = 50_000_000
"""Of all references of a partition, deflated."""

MOST_OF_MODEL: Final = 8
"""References of a model: of those of its versions the one that was given first gives way."""

_Owner = tuple[str, str | None]


@dataclass(slots=True, eq=False)
class _Held:
    """A reference.

    Attributes
    ----------
    about
        What is known of it.
    parts
        The bytes of its parts, by their numbers.
    part_of
        By column, the number of the part that has it.
    """

    about: GivenReference
    parts: dict[int, bytes] = field(default_factory=dict)
    part_of: dict[ColumnKey, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts.values()))


class GivenReferences:
    """The references that were given, each as its latest parts in the log say.

    Parameters
    ----------
    most_bytes
        Bytes of all of them above which a further one is refused.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._held: dict[_Owner, _Held] = {}
        self._latest: tuple[bytes, ReferencePart] | None = None

    def __len__(self) -> int:
        return len(self._held)

    def take(self, part: ReferencePart, value: bytes) -> frozenset[ColumnKey]:
        """Take a part; return the columns whose references begin anew, none for a repeated one.

        Parameters
        ----------
        part, value
            Decoded, and as it was.

        Raises
        ------
        InvalidMessage
            If there is no room for it.
        """
        about = part.about
        owner = (about.model, about.version)
        held = self._held.get(owner)
        if not part.columns:
            self._held.pop(owner, None)
            return frozenset()
        is_other = held is None or held.about.reference_id != about.reference_id
        if held is not None and not is_other and part.number in held.parts:
            return frozenset()
        used = sum(each.size for at, each in self._held.items() if at != owner or not is_other)
        if used + len(value) > self._most_bytes:
            detail = f"references of {used} bytes are held, at most {self._most_bytes} are"
            raise InvalidMessage(Reason.TOO_LARGE, detail)
        if held is None or is_other:
            self._held.pop(owner, None)
            held = self._held[owner] = _Held(about)
            self._make_room(about.model)
        keys = frozenset((column.role, column.name) for column in part.columns)
        held.parts[part.number] = value
        held.part_of |= dict.fromkeys(keys, part.number)
        return keys

    def owner_for(self, model: str, version: str) -> _Owner | None:
        """Return whose reference a version has: its own, or that of all versions of its model."""
        for owner in ((model, version), (model, None)):
            if owner in self._held:
                return owner
        return None

    def columns_for(self, model: str, version: str) -> frozenset[ColumnKey]:
        """Return the columns of the reference that a version has."""
        owner = self.owner_for(model, version)
        return frozenset() if owner is None else frozenset(self._held[owner].part_of)

    def column(self, model: str, version: str, key: ColumnKey) -> GivenColumn | None:
        """Return a column of the reference that a version has."""
        owner = self.owner_for(model, version)
        held = None if owner is None else self._held[owner]
        if held is None or key not in held.part_of:
            return None
        part = self._decoded(held.parts[held.part_of[key]])
        for column in part.columns:
            if (column.role, column.name) == key:
                return GivenColumn(held.about, column, part.times)
        return None

    def stamps(self) -> Iterator[tuple[PartName, Hashable]]:
        """Yield the name of each reference's part of the state, and what changes with it."""
        for owner, held in self._held.items():
            yield name_of(*owner), (held, len(held.parts))

    def part_state(self, name: PartName) -> State:
        """Return the state of one reference; raises KeyError where there is none."""
        held = self._held[owner_in(name)]
        return {
            "parts": [[at, np.frombuffer(each, np.uint8)] for at, each in held.parts.items()],
        }

    def outline(self) -> list[list[str]]:
        """Return whose references there are, in the order in which they were given."""
        return [list(name_of(*owner)[1:]) for owner in self._held]

    def state(self) -> list[list[Any]]:
        """Return the whole state: the name of each part, and its state."""
        return [[list(name), self.part_state(name)] for name, _ in self.stamps()]

    def restore(self, states: Iterable[Sequence[Any]]) -> None:
        """Take over references by the names of their parts, in that order."""
        self._held = {}
        for whose, state in states:
            name = tuple(whose)
            held: _Held | None = None
            for number, value in state["parts"]:
                part = decode_reference(value.tobytes())
                held = held or _Held(part.about)
                held.parts[number] = value.tobytes()
                held.part_of |= {(each.role, each.name): number for each in part.columns}
            if held is None or (held.about.model, held.about.version) != owner_in(name):
                raise ValueError("a reference of another model, or without a part")
            self._held[owner_in(name)] = held

    def _make_room(self, model: str) -> None:
        owners = [owner for owner in self._held if owner[0] == model and owner[1] is not None]
        for owner in owners[: max(len(owners) - MOST_OF_MODEL, 0)]:
            del self._held[owner]

    def _decoded(self, value: bytes) -> ReferencePart:
        # Columns of one part come one after the other: their burn-ins end with the same row.
        if self._latest is None or self._latest[0] is not value:
            self._latest = (value, decode_reference(value))
        return self._latest[1]


class GivenOf:
    """The reference of one model version; a `detectors.monitors.given.Given`.

    Parameters
    ----------
    references
        Of the partition.
    model, version
        Whose it is.
    """

    __slots__ = ("_model", "_references", "_version")

    def __init__(self, references: GivenReferences, model: str, version: str) -> None:
        self._references = references
        self._model = model
        self._version = version

    def column(self, key: ColumnKey) -> GivenColumn | None:
        """Return a column of the reference."""
        return self._references.column(self._model, self._version, key)

    def outcome(self, key: ColumnKey) -> GivenOutcome | None:
        """Return what is to become of the reference in a column that begins."""
        if self._references.owner_for(self._model, self._version) is None:
            return None
        given = key in self.columns()
        return GivenOutcome.AWAITED if given else GivenOutcome.NOT_GIVEN

    def columns(self) -> frozenset[ColumnKey]:
        """Return the columns of the reference."""
        return self._references.columns_for(self._model, self._version)


def name_of(model: str, version: str | None) -> PartName:
    """Return the name of a reference's part of the state."""
    return (REFERENCE, model) if version is None else (REFERENCE, model, version)


def owner_in(name: PartName) -> _Owner:
    """Return whose reference a part of the state is, by its name."""
    _, model, *version = name
    return model, version[0] if version else None
