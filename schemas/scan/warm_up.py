"""Compiles the passes before they are needed."""

import numpy as np

from schemas.scan.digests import digests
from schemas.scan.keys import KeyTable
from schemas.scan.scanner import scan
from schemas.scan.slices import slices
from schemas.scan.texts import TextTable, intern
from schemas.scan.times import read_epochs, read_times


def warm_up() -> None:
    """Compile the passes, or load them from Numba's cache.

    Some ten seconds the first time on a machine, a fraction of one after that.
    """
    buffer = np.frombuffer(b"{}", dtype=np.uint8)
    spans = np.array([0]), np.array([2])
    keys = KeyTable(most_keys=1, most_bytes=1)
    keys.slot(("k",))
    scan(buffer, *spans, keys)
    intern(buffer, *spans, TextTable(most=1, most_bytes=2))
    read_times(buffer, *spans)
    read_epochs(np.zeros(1))
    digests(buffer, *spans)
    slices(buffer, *spans)
