"""What tells stretches of bytes from one another, in 32 bits."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.scan.arrays import as_bytes, as_spans
from schemas.scan.interning import NONE, hash_of
from schemas.scan.kernel import inlined, kernel
from schemas.scan.words import Bytes, Positions, word

_32: Final = np.uint64(32)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SEEDS: Final = tuple(
    np.uint64(seed)
    for seed in (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89)
)
"""The first digits of pi: numbers that nobody chose."""


def digests(
    buffer: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Return a digest, shape ``(n,)``, of the bytes at ``buffer[starts[i]:ends[i]]``; never 0.

    Spans that are not in the buffer, such as those of null values, have all the same.

    Raises
    ------
    ValueError
        When the shapes do not agree, or the buffer is too long.

    Examples
    --------
    >>> text = np.frombuffer(b"abcabd", dtype=np.uint8)
    >>> one, same, other = digests(text, np.array([0, 0, 3]), np.array([3, 3, 6])).tolist()
    >>> one == same, one == other
    (True, False)
    """
    buffer = as_bytes(buffer)
    starts, ends = as_spans(starts, ends)
    found = np.empty(len(starts), dtype=np.uint32)
    _digest(buffer, starts, ends, found)
    return found


@inlined()
def _mixed(mixed: np.uint64, bits: np.uint64) -> np.uint64:
    mixed = (mixed ^ bits) * _MIX
    return mixed ^ (mixed >> _32)


@kernel()
def _digest(buffer: Bytes, starts: Positions, ends: Positions, found: NDArray[np.uint32]) -> None:
    for i in range(len(starts)):
        start, end = starts[i], ends[i]
        if start < 0 or end < start or end > len(buffer):
            start, end = 0, 0
        # Four chains of multiplications side by side: one alone waits for itself at each step.
        one, two, three, four = _SEEDS
        at = start
        while at + 32 <= end:
            one = _mixed(one, word(buffer, at))
            two = _mixed(two, word(buffer, at + 8))
            three = _mixed(three, word(buffer, at + 16))
            four = _mixed(four, word(buffer, at + 24))
            at += 32
        whole = np.uint64(hash_of(buffer, at, end, NONE)) ^ np.uint64(end - start)
        whole = _mixed(_mixed(_mixed(_mixed(whole, one), two), three), four)
        found[i] = max(np.uint32(whole >> _32), np.uint32(1))
