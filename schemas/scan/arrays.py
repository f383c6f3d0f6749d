"""What callers hand in, in the one layout that the kernels are compiled for."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.scan.words import Bytes, Positions

LARGEST_BUFFER: Final = 2**31 - 1
"""Bytes: places in it are kept in 32 bits."""


def as_bytes(buffer: NDArray[np.uint8]) -> Bytes:
    """Return the buffer read-only and without gaps.

    Raises
    ------
    ValueError
        When it is longer than `LARGEST_BUFFER`.
    """
    if len(buffer) > LARGEST_BUFFER:
        raise ValueError(f"{len(buffer)} bytes, at most {LARGEST_BUFFER} are taken")
    return _plain(buffer, np.uint8)


def as_spans(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[Positions, Positions]:
    """Return starts and ends likewise.

    Raises
    ------
    ValueError
        When there are not as many of the ones as of the others.
    """
    if len(starts) != len(ends):
        raise ValueError(f"{len(starts)} starts and {len(ends)} ends")
    return _plain(starts, np.int64), _plain(ends, np.int64)


def _plain(array: NDArray[Any], kind: type[np.generic]) -> NDArray[Any]:
    plain = np.ascontiguousarray(array, dtype=kind).view()
    # Numba compiles anew for writable arrays, and bytes of a message are never that.
    plain.flags.writeable = False
    return plain
