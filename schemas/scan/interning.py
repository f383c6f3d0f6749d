"""Byte strings as small numbers: a hash table in plain arrays, which compiled code may grow."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.scan.kernel import inlined, kernel
from schemas.scan.words import Bytes, Positions, word

NONE: Final = -1
"""No string, and no parent."""

MOST_PROBES: Final = 64
"""Places that a search visits; a string beyond them is not taken, so that none can be made slow."""

COUNT: Final = 0
REFUSED: Final = 1

_PLACES_FOR_EACH: Final = 4

_0: Final = np.uint64(0)
_ALL: Final = np.uint64(2**64 - 1)
_32: Final = np.uint64(32)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_PARENT: Final = np.uint64(0xD6E8FEB86659FD93)


class Strings(NamedTuple):
    """The arrays of a table; all are allocated at once, and memory is used as they fill.

    Attributes
    ----------
    text
        The strings one after the other.
    bounds
        String ``i`` is ``text[bounds[i]:bounds[i + 1]]``.
    parents
        The string under which each stands, or `NONE`: the same bytes may stand under several.
    hashes
        Of bytes and parent.
    places
        The hash table: one more than the number of a string, or zero.
    counters
        How many strings there are, and how many were refused for want of room.
    """

    text: Bytes
    bounds: Positions
    parents: NDArray[np.int32]
    hashes: NDArray[np.uint64]
    places: NDArray[np.int32]
    counters: Positions


def no_strings(most: int, most_bytes: int) -> Strings:
    """Return an empty table for so many strings and bytes of text."""
    return Strings(
        text=np.empty(most_bytes, dtype=np.uint8),
        bounds=np.zeros(most + 1, dtype=np.int64),
        parents=np.empty(most, dtype=np.int32),
        hashes=np.empty(most, dtype=np.uint64),
        places=np.zeros(1 << (most * _PLACES_FOR_EACH - 1).bit_length(), dtype=np.int32),
        counters=np.zeros(2, dtype=np.int64),
    )


@inlined()
def same(left: Bytes, at: int, right: Bytes, start: int, size: int) -> bool:
    """Whether ``size`` bytes are the same; beyond the end of an array stand zeros."""
    for offset in range(0, size - 7, 8):
        if word(left, at + offset) != word(right, start + offset):
            return False
    rest = size & 7
    if rest == 0:
        return True
    whole = size - rest
    apart = word(left, at + whole) ^ word(right, start + whole)
    return bool(apart << np.uint64(64 - 8 * rest) == _0)


@inlined()
def hash_of(buffer: Bytes, start: int, end: int, parent: int) -> np.uint64:
    """Return 64 bits that depend on some bytes and the parent."""
    mixed = np.uint64(parent + 1) * _MIX_PARENT + np.uint64(end - start)
    for at in range(start, end, 8):
        bits = word(buffer, at)
        if end - at < 8:
            bits &= _ALL >> np.uint64(64 - 8 * (end - at))
        mixed = (mixed ^ bits) * _MIX
        mixed ^= mixed >> _32
    return mixed


@kernel()
def find_or_add(strings: Strings, buffer: Bytes, start: int, end: int, parent: int) -> int:
    """Return the number of a string under a parent, or `NONE` where there is no room for it."""
    size = end - start
    sought = hash_of(buffer, start, end, parent)
    most = len(strings.places)
    place = int(np.int64(sought & np.uint64(most - 1)))
    for _ in range(MOST_PROBES):
        found = int(strings.places[place]) - 1
        if found == NONE:
            return _add(strings, buffer, start, size, parent, sought, place)
        begin = strings.bounds[found]
        # Under another parent the same bytes have another hash: each of its steps is one to one.
        if (
            strings.hashes[found] == sought
            and strings.bounds[found + 1] - begin == size
            and same(buffer, start, strings.text, begin, size)
        ):
            return found
        place = (place + 1) & (most - 1)
    strings.counters[REFUSED] += 1
    return NONE


@inlined()
def _add(
    strings: Strings,
    buffer: Bytes,
    start: int,
    size: int,
    parent: int,
    hashed: np.uint64,
    place: int,
) -> int:
    number = int(strings.counters[COUNT])
    begin = int(strings.bounds[number])
    if number == len(strings.parents) or size > len(strings.text) - begin:
        strings.counters[REFUSED] += 1
        return NONE
    for offset in range(size):
        strings.text[begin + offset] = buffer[start + offset]
    strings.bounds[number + 1] = begin + size
    strings.parents[number] = parent
    strings.hashes[number] = hashed
    strings.places[place] = number + 1
    strings.counters[COUNT] = number + 1
    return number
