"""How the C library keeps memory: one heap for all threads, and nothing that nobody uses."""

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_ARENA_MAX: Final = -8
"""glibc's M_ARENA_MAX."""

TRIM_EVERY: Final = 60.0
"""Seconds between two times at which unused memory goes back to the system."""


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
    mallopt = _libc("mallopt")
    return mallopt is not None and bool(mallopt(_ARENA_MAX, 1))


@contextmanager
def trimmed(every: float = TRIM_EVERY) -> Iterator[None]:
    """Give memory back to the system from time to time, from a thread, until the end.

    glibc returns by itself what lies at the end of the heap alone. Fetched bytes and what is made
    of them leave holes between what stays. Nor does Python's collector come by often where hardly
    any objects stay, and what it has not collected holds bytes of fetches: under load a worker grew
    by some 10 MB a minute, for several minutes, of which it used nothing. Half a gigabyte in small
    pieces takes some 50 ms. Does nothing where there is no ``malloc_trim``.
    """
    trim = _libc("malloc_trim") if sys.platform == "linux" else None
    ended = threading.Event()

    def run(trim: Callable[[int], object]) -> None:
        while not ended.wait(every):
            gc.collect(1)  # what is young: older objects are many, and hardly ever garbage
            trim(0)  # holds no lock of Python's

    if trim is None:
        yield
        return
    thread = threading.Thread(target=run, args=(trim,), name="trim", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()  # what it collects may run Python's code: not while the interpreter ends


def _libc(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None)
