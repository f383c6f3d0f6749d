import gc

import numpy as np
import psutil

from detectors.arrays.slabs import FEWEST, Slabs


def test_arrays_have_room_for_what_was_asked_for_and_share_nothing() -> None:
    slabs = Slabs()
    sizes = [1, 31, 32, 33, 500, 500, 1000, 8000, 100_000]
    arrays = [slabs.take(size) for size in sizes]
    for number, array in enumerate(arrays):
        array[:] = number
    for number, (size, array) in enumerate(zip(sizes, arrays, strict=True)):
        assert len(array) >= max(size, FEWEST)
        assert set(array.tolist()) == {float(number)}


def test_what_no_array_is_in_use_of_goes_back_to_the_system() -> None:
    slabs = Slabs()
    process = psutil.Process()
    before = process.memory_info().rss
    held, kept = [], []
    for _ in range(4000):
        array = slabs.take(1000)
        array[:] = 1.0
        held.append(array)
        # What stays is allocated between what goes.
        kept.append(np.ones(100))
    assert process.memory_info().rss - before > 30e6

    del array
    held.clear()
    gc.collect()

    assert len(kept) == 4000
    assert process.memory_info().rss - before < 15e6
