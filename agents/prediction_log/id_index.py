"""Which numbers of the pending log an id may have, in some fifteen bytes an entry.

Only those on disk are looked for here. What is found is a candidate: the id itself is compared by
the one who asks.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

Hashes: TypeAlias = NDArray[np.uint64]
Numbers: TypeAlias = NDArray[np.int64]

_NUMBER_BITS: Final = np.uint64(44)  # five years at 100,000 predictions a second
_NUMBER_MASK: Final = np.uint64((1 << 44) - 1)
_NONE: Final = np.uint64(0)
_PRIME: Final = np.uint64(0x9FB21C651E98DF25)
_SHIFT: Final = np.uint64(32)
_BYTE: Final = np.uint64(8)
_LEAST_SLOTS: Final = 1 << 16
_MOST_LOAD: Final = 0.6
_MOST_FOUND: Final = 1024
_GENERATIONS: Final = 2
"""Tables of a full index; the oldest goes when all of its entries have gone."""


def hash_ids(ids: Sequence[bytes], seed: int) -> Hashes:
    """Return 64 bits for each id; the seed keeps chosen ids from colliding.

    Examples
    --------
    >>> one, other, again = hash_ids([b"a", b"b", b"a"], 7)
    >>> one == again, one == other
    (np.True_, np.False_)
    """
    ends = np.fromiter(accumulate(map(len, ids)), dtype=np.int64, count=len(ids))
    hashes = np.empty(len(ids), dtype=np.uint64)
    if ids:
        _hash(np.frombuffer(b"".join(ids), dtype=np.uint8), ends, np.uint64(seed), hashes)
    return hashes


class IdIndex:
    """Hashes of ids to the ascending numbers under which they were added.

    Parameters
    ----------
    most
        Entries expected at most; more are taken, at the price of more tables.
    """

    def __init__(self, most: int) -> None:
        wanted = max(most / _GENERATIONS / _MOST_LOAD, _LEAST_SLOTS)
        self._slots = 1 << int(np.ceil(np.log2(wanted)))
        self._tables: list[tuple[NDArray[np.uint64], list[int]]] = []
        self._found = np.empty((_MOST_FOUND, 2), dtype=np.int64)

    @property
    def nbytes(self) -> int:
        """Bytes that the tables take."""
        return sum(table.nbytes for table, _ in self._tables)

    def add(self, hashes: Hashes, first: int) -> None:
        """Add ids under the numbers from ``first`` on, which are above all before."""
        room = int(self._slots * _MOST_LOAD)
        row = 0
        while row < len(hashes):
            if not self._tables or self._tables[-1][1][0] >= room:
                # How many it holds, and the number after its last.
                self._tables.append((np.zeros(self._slots, dtype=np.uint64), [0, 0]))
            table, counts = self._tables[-1]
            part = hashes[row : row + room - counts[0]]
            _insert(table, part, first + row)
            counts[0] += len(part)
            row += len(part)
            counts[1] = first + row

    def forget(self, first: int) -> None:
        """Let go of tables all of whose numbers are below ``first``."""
        while self._tables and self._tables[0][1][1] <= first and len(self._tables) > 1:
            del self._tables[0]

    def has_any(self, hashes: Hashes, first: int, end: int) -> bool:
        """Tell whether any of the ids may have a number from ``first`` up to ``end``."""
        return any(
            counts[1] > first and _any(table, hashes, first, end) for table, counts in self._tables
        )

    def find(self, hashes: Hashes, first: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield row and number, numbers ascending by row, that ids may have.

        Parameters
        ----------
        first, end
            Numbers from the one up to the other count.
        """
        for table, counts in self._tables:
            if counts[1] <= first:
                continue
            done = 0
            while done < len(hashes):
                # Where there are more than room was made for: go on from the last row.
                count, done = _find(table, hashes, done, first, end, self._found)
                yield from sorted(map(tuple, self._found[:count].tolist()))


def warm_up() -> None:
    """Compile the kernels, or load them from Numba's cache."""
    index = IdIndex(1)
    hashes = hash_ids([b"warm-up"], 0)
    index.add(hashes, 0)
    index.has_any(hashes, 0, 1)
    list(index.find(hashes, 0, 1))


@njit(cache=True, nogil=True, error_model="numpy")
def _hash(text: NDArray[np.uint8], ends: Numbers, seed: np.uint64, hashes: Hashes) -> None:
    start = 0
    for row in range(len(ends)):
        end = ends[row]
        value = seed ^ (np.uint64(end - start) * _PRIME)
        at = start
        while at < end:
            word = np.uint64(0)
            upto = min(at + 8, end)
            for place in range(at, upto):
                word = (word << _BYTE) | np.uint64(text[place])
            value = (value ^ word) * _PRIME
            value ^= value >> _SHIFT
            at = upto
        value *= _PRIME
        hashes[row] = value ^ (value >> _SHIFT)
        start = end


@njit(cache=True, nogil=True, error_model="numpy")
def _insert(table: NDArray[np.uint64], hashes: Hashes, first: int) -> None:
    mask = np.uint64(len(table) - 1)
    for row in range(len(hashes)):
        slot = hashes[row] & mask
        while table[slot] != _NONE:
            slot = (slot + np.uint64(1)) & mask
        # The number counts from one: zero is an empty slot.
        number = np.uint64(first + row + 1)
        table[slot] = (hashes[row] >> _NUMBER_BITS << _NUMBER_BITS) | number


@njit(cache=True, nogil=True, error_model="numpy")
def _any(table: NDArray[np.uint64], hashes: Hashes, first: int, end: int) -> bool:
    mask = np.uint64(len(table) - 1)
    for row in range(len(hashes)):
        tag = hashes[row] >> _NUMBER_BITS
        slot = hashes[row] & mask
        while table[slot] != _NONE:
            if table[slot] >> _NUMBER_BITS == tag:
                number = np.int64(table[slot] & _NUMBER_MASK) - 1
                if first <= number < end:
                    return True
            slot = (slot + np.uint64(1)) & mask
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def _find(
    table: NDArray[np.uint64], hashes: Hashes, row: int, first: int, end: int, found: Numbers
) -> tuple[int, int]:
    mask = np.uint64(len(table) - 1)
    count = 0
    while row < len(hashes):
        begun = count
        tag = hashes[row] >> _NUMBER_BITS
        slot = hashes[row] & mask
        while table[slot] != _NONE:
            if table[slot] >> _NUMBER_BITS == tag:
                number = np.int64(table[slot] & _NUMBER_MASK) - 1
                if first <= number < end:
                    if count == len(found):
                        if begun > 0:
                            return begun, row
                        return count, row + 1  # one id of more numbers than anybody asks for
                    found[count, 0] = row
                    found[count, 1] = number
                    count += 1
            slot = (slot + np.uint64(1)) & mask
        row += 1
    return count, row
