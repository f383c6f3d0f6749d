import numpy as np
import pytest

from schemas.scan.arrays import LARGEST_BUFFER, as_bytes


def test_a_buffer_whose_places_do_not_fit_into_32_bits_is_an_error() -> None:
    # One byte of memory, seen that many times.
    largest = np.broadcast_to(np.uint8(0), LARGEST_BUFFER + 1)
    with pytest.raises(ValueError, match="at most 2147483647"):
        as_bytes(largest)


def test_the_caller_can_still_write_to_its_own_buffer() -> None:
    buffer = np.zeros(3, dtype=np.uint8)
    assert not as_bytes(buffer).flags.writeable
    assert buffer.flags.writeable
