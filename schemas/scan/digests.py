"""What tells stretches of bytes from one another, in 32 bits."""

import numpy as np
from numpy.typing import NDArray

from schemas.scan.arrays import as_bytes, as_spans
from schemas.scan.interning import NONE, hash_of
from schemas.scan.kernel import kernel
from schemas.scan.words import Bytes, Positions


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


@kernel()
def _digest(buffer: Bytes, starts: Positions, ends: Positions, found: NDArray[np.uint32]) -> None:
    for i in range(len(starts)):
        start, end = starts[i], ends[i]
        if start < 0 or end < start or end > len(buffer):
            start, end = 0, 0
        hashed = hash_of(buffer, start, end, NONE)
        found[i] = max(np.uint32(hashed >> np.uint64(32)), np.uint32(1))
