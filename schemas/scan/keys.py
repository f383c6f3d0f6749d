"""The paths of members, such as ``("features", "amount")``, as small numbers."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.scan.interning import COUNT, NONE, REFUSED, Strings, find_or_add, no_strings
from schemas.scan.words import Positions

MOST_KEYS: Final = 65_536
MOST_BYTES: Final = 1 << 22


class KeyArrays(NamedTuple):
    """What compiled code sees of a table.

    Attributes
    ----------
    strings
        The keys, each under the key whose object it stands in.
    followers
        The slot that came last after each slot, and first after none; `NONE` at the beginning.
    last_seen
        The number of the document in which each slot was met last.
    documents
        Shape ``(1,)``: how many documents were read.
    """

    strings: Strings
    followers: NDArray[np.int32]
    last_seen: Positions
    documents: Positions


class KeyTable:
    """Numbers, called slots, for the paths of members, in the order in which they are first met.

    A table belongs to one thread at a time: scanning adds to it.

    Parameters
    ----------
    most_keys, most_bytes
        Bounds on the paths and on the text of their last keys. When one is reached, documents with
        further keys are declined.

    Examples
    --------
    >>> keys = KeyTable()
    >>> keys.slot(("features", "amount"))
    1
    >>> keys.path(1)
    ('features', 'amount')
    """

    def __init__(self, *, most_keys: int = MOST_KEYS, most_bytes: int = MOST_BYTES) -> None:
        self.arrays = KeyArrays(
            no_strings(most_keys, most_bytes),
            np.full(most_keys + 1, NONE, dtype=np.int32),
            np.zeros(most_keys, dtype=np.int64),
            np.zeros(1, dtype=np.int64),
        )
        self._paths: list[tuple[str, ...]] = []

    def __len__(self) -> int:
        return int(self.arrays.strings.counters[COUNT])

    @property
    def refused(self) -> int:
        """How many times a key found no room."""
        return int(self.arrays.strings.counters[REFUSED])

    def path(self, slot: int) -> tuple[str, ...]:
        """Return the keys from the outermost object to the slot's member.

        Raises
        ------
        IndexError
            When there is no such slot.
        """
        if 0 <= slot < len(self._paths):
            return self._paths[slot]
        if not 0 <= slot < len(self):
            raise IndexError(f"slot {slot} of {len(self)}")
        strings = self.arrays.strings
        # A parent comes before its children.
        for known in range(len(self._paths), slot + 1):
            start, end = strings.bounds[known : known + 2].tolist()
            key = strings.text[start:end].tobytes().decode()
            parent = int(strings.parents[known])
            self._paths.append((*(() if parent == NONE else self._paths[parent]), key))
        return self._paths[slot]

    def slot(self, path: tuple[str, ...]) -> int:
        """Return the slot of a path of at least one key, a new one where it has none yet.

        Raises
        ------
        ValueError
            When there is no room for it, or the path is empty.
        """
        slot = NONE
        for key in path:
            text = np.frombuffer(key.encode(), dtype=np.uint8)
            slot = find_or_add(self.arrays.strings, text, 0, len(text), slot)
            if slot == NONE:
                break
        if slot == NONE:
            raise ValueError(f"no slot for {path}")
        return slot
