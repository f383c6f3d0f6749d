import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.scan.slices import slices
from tests.schemas.scan.reading import joined


@given(st.lists(st.binary(max_size=40)), st.binary(max_size=9))
def test_slices_are_the_bytes_that_were_joined(values: list[bytes], between: bytes) -> None:
    assert slices(*joined(values, between=between)) == values


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 4), (4, 5)])
def test_a_span_that_is_not_in_the_buffer_is_refused(start: int, end: int) -> None:
    buffer, _, _ = joined([b"abc"])
    with pytest.raises(ValueError, match="not in the buffer"):
        slices(buffer, np.array([0, start]), np.array([1, end]))
