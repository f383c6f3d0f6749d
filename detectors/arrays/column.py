"""The one array layout that the compiled kernels are compiled for."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
"""A column of finite values, shape ``(n,)``, in the order of arrival."""


def as_column(values: NDArray[np.float64]) -> Numbers:
    """Return the values as a contiguous, aligned, writeable column of 64-bit floats.

    A column that is so already, the usual case, is returned as it is. Any other layout (a slice
    with steps, a read-only view of received bytes, another type) is copied: Numba would compile
    the kernel again for it, in the middle of the stream.

    Raises
    ------
    ValueError
        When the values do not have the shape ``(n,)``.
    """
    if values.ndim != 1:
        raise ValueError(f"a column has the shape (n,), these values have {values.shape}")
    if values.dtype == np.float64 and values.flags.carray:
        return values
    return np.array(values, dtype=np.float64)
