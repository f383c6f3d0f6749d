"""How the C library keeps memory for threads; told before there are any."""

import ctypes
import os
import sys
from typing import Final

_ARENA_MAX: Final = -8
"""glibc's M_ARENA_MAX."""


def share_one_arena() -> bool:
    """Have glibc serve all threads from one heap.

    By default each thread keeps an arena of its own with all that it ever freed. A worker's
    threads hardly ever allocate at the same time, for that takes Python's lock, kernels apart; and
    after every burst of large batches the worker would keep some more memory for good.
    Environment variables of ``MALLOC_`` have precedence, and other C libraries have no such
    setting.

    Returns
    -------
    bool
        Whether it was told.
    """
    if sys.platform != "linux" or any(name.startswith("MALLOC_") for name in os.environ):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_ARENA_MAX, 1))
