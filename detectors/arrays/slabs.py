"""Memory for the burn-ins of columns that goes back to the system when these are complete."""

import mmap
from threading import Lock
from typing import Final

import numpy as np

from detectors.arrays.column import Numbers

FEWEST: Final = 32
"""Numbers of the smallest array."""

_SLAB: Final = 2**15


class Slabs:
    """Hands out arrays of powers of two of numbers, those of one size from one slab of memory.

    The burn-in of a column takes several times what is left of it, and those of all columns may
    begin at once. The allocator of the process would put what stays between what goes, and could
    give nothing back. A slab goes back as a whole when none of its arrays is in use any more: that
    is soon, because whoever needs an array of some size grows out of it after about as many values
    as the others.
    """

    def __init__(self) -> None:
        # Of all fleets of a process, which may take their rows in several threads.
        self._lock = Lock()
        self._open: dict[int, tuple[Numbers, int]] = {}

    def take(self, fewest: int) -> Numbers:
        """Return an array of at least so many numbers, with no meaning."""
        count = max(1 << (fewest - 1).bit_length(), FEWEST)
        with self._lock:
            slab, begin = self._open.pop(count, (None, 0))
            if slab is None:
                slab = _mapped(max(count, _SLAB))
            end = begin + count
            if end < len(slab):
                self._open[count] = slab, end
        return slab[begin:end]


def _mapped(count: int) -> Numbers:
    size = count * np.dtype(np.float64).itemsize
    return np.frombuffer(
        mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS), dtype=np.float64
    )


SLABS: Final = Slabs()
"""Those of this process."""
