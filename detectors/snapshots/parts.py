"""What a state offers to be stored in parts, of which only those that changed are written."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Protocol, TypeAlias

from detectors.snapshots.tree import State

PartName: TypeAlias = tuple[str, ...]
"""The name of a part, such as ``("model", "fraud", "7")``."""


class Durable(Protocol):
    """A state as parts, each a snapshot, and an outline that holds them together.

    `stamps`, `part` and `outline` run in a thread of their own while the owner of the state holds
    the lock of its stage: nothing changes the state meanwhile, but they must not touch what an
    event loop reads.
    """

    def stamps(self) -> Mapping[PartName, Hashable]:
        """Return every part's name with what differs whenever the part does; cheap."""

    def part(self, name: PartName) -> bytes:
        """Return the snapshot of a part."""

    def outline(self) -> State:
        """Return what is in no part."""

    def restore(self, outline: State, parts: Mapping[PartName, bytes]) -> Iterable[str]:
        """Restore a state; return sentences on what of it was not restored.

        Raises
        ------
        UnusablePart
            If a part cannot be restored.
        """


class UnusablePart(ValueError):
    """A part of a state that cannot be restored.

    Attributes
    ----------
    name
        Of the part.
    """

    def __init__(self, name: PartName, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"{' '.join(name)}: {reason}")
