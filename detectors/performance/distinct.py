"""The distinct values of a column: what is asked of a value is asked once for all rows with it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.tables.columns import Column, Kind


def distinct(column: Column) -> tuple[Sequence[Any], NDArray[np.int64]]:
    """Return the values of a column, and which of them each row has, shape ``(n,)``.

    Of categories all that the column knows, whether they occur or not.
    """
    if column.kind is Kind.CATEGORY:
        return column.categories, column.values.astype(np.int64)
    values, places = np.unique(column.values, return_inverse=True)
    listed: list[Any] = values.tolist()
    return [*map(bool, listed)] if column.kind is Kind.BOOLEAN else listed, places.reshape(-1)
