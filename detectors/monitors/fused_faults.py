"""Whether the values of a column show a fault."""

import numpy as np
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from detectors.algorithms.value_faults import find
from detectors.arrays.addresses import pointer
from detectors.monitors.fused_part import part
from detectors.reference.column_block import BIN_OF_AT, BIN_OF_SIZE, SIZE, WIDE

Numbers = NDArray[np.int64]


@part()
def shows_fault(
    judged: NDArray[np.float64],
    bins: Numbers,
    latest: NDArray[np.float64],
    counts_at: int,
    head: Numbers,
) -> bool:
    """Tell whether values show a fault, which is left to the plain path."""
    size = head[SIZE]
    bin_of, first_new = bins[:0], size
    if head[BIN_OF_AT] != 0:
        bin_of = carray(pointer(head[BIN_OF_AT]), (head[BIN_OF_SIZE],), np.int64)
        first_new = bin_of[0]  # of a number without a name, which all unseen ones had
    if head[WIDE]:
        wide = carray(pointer(counts_at), (size,), np.int64)
        found = find(judged, bins, latest, bin_of, wide, first_new)
    else:
        narrow = carray(pointer(counts_at), (size,), np.uint32)
        found = find(judged, bins, latest, bin_of, narrow, first_new)
    return bool(found[0] >= 0)
