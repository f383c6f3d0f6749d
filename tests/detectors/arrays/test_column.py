import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.arrays.column import as_column


def test_a_plain_column_is_not_copied() -> None:
    values = np.arange(4.0)
    assert as_column(values) is values


def _frozen() -> NDArray[np.float64]:
    values = np.arange(4.0)
    values.flags.writeable = False
    return values


@pytest.mark.parametrize(
    "values",
    [
        np.arange(8.0)[::2],
        _frozen(),
        np.arange(4),
        np.arange(4, dtype=">f8"),
        np.frombuffer(b"x" + np.arange(4.0).tobytes(), dtype=np.uint8)[1:].view(np.float64),
    ],
    ids=["steps", "read-only", "integers", "big-endian", "unaligned"],
)
def test_any_other_layout_is_copied_into_the_plain_one(values: NDArray[np.float64]) -> None:
    column = as_column(values)
    assert column.dtype == np.float64
    assert column.flags.carray
    assert column.tolist() == values.tolist()


def test_what_is_no_column_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(n,\), these values have \(2, 2\)"):
        as_column(np.zeros((2, 2)))
