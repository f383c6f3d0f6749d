"""The times of the predictions of labelled rows."""

import numpy as np
from numpy.typing import NDArray

from schemas.tables.columns import Flag, Role
from schemas.tables.observations import ObservationBatch


def predicted_at(rows: ObservationBatch) -> NDArray[np.int64]:
    """Return the times of the predictions of labelled rows; of the label where it is not known."""
    times = rows.times
    for column in rows.columns:
        if column.role is Role.DELAY:
            delays = column.values.astype(np.int64)
            if column.flags is not None:
                delays = np.where(column.flags == Flag.OK, delays, 0)
            times = np.maximum(times - delays, 0)
    return times
