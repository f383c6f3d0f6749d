"""The keys of a state topic: JSON, so that any client can read them.

``["head", started, generation]`` holds what the partition's state covers and where its index is;
``["part", started, generation, slot, number, *name]`` a part of a snapshot, or of the index.
"""

from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from detectors.snapshots.parts import PartName

INDEX: Final[PartName] = ("index",)
"""The name of the index, which lists the snapshots that are in force."""


class WriterEpoch(NamedTuple):
    """Who wrote: a later owner of a partition has a higher one, and so never the same keys.

    Attributes
    ----------
    started
        How often the partition's state was loaded.
    generation
        Of the consumer group, of which two owners never have the same.
    """

    started: int
    generation: int


class HeadKey(NamedTuple):
    """The key of a head."""

    epoch: WriterEpoch

    def encode(self) -> bytes:
        """Return the key's bytes."""
        return orjson.dumps(["head", *self.epoch])


class PartKey(NamedTuple):
    """The key of a part.

    Attributes
    ----------
    name
        Of the snapshot.
    epoch, slot
        Which of its writings: the one before stays whole until the next is in force.
    number
        Of the part, from 0.
    """

    name: PartName
    epoch: WriterEpoch
    slot: int
    number: int

    def encode(self) -> bytes:
        """Return the key's bytes."""
        return orjson.dumps(["part", *self.epoch, self.slot, self.number, *self.name])


Key: TypeAlias = HeadKey | PartKey


def decode_key(data: bytes | None) -> Key:
    """Return the key that the bytes are.

    Raises
    ------
    ValueError
        If they are none.
    """
    fields: Any = orjson.loads(data or b"null")
    match fields:
        case ["head", int(started), int(generation)]:
            return HeadKey(WriterEpoch(started, generation))
        case ["part", int(started), int(generation), int(slot), int(number), str(), *_]:
            name = tuple(str(each) for each in fields[5:])
            return PartKey(name, WriterEpoch(started, generation), slot, number)
    raise ValueError("it is no key of a state topic")
