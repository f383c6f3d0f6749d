"""Compiles every kernel before it is needed."""

import numpy as np

from detectors.model_monitor import ModelMonitor
from detectors.moments import with_values
from detectors.options import MonitorOptions
from detectors.priming import uniform_sequence
from schemas.columns import Column, Kind, Role
from schemas.observations import ObservationBatch, Origin

ROWS = 100


def warm_up() -> None:
    """Compile the kernels, or load them from Numba's cache, so that no worker does while running.

    Seconds the first time on a machine, a fraction of one after that.
    """
    monitor = ModelMonitor("warm-up", "1", MonitorOptions(burn_in=10, bins=4))
    values = uniform_sequence(ROWS)
    # The first batch goes past the burn-in, column by column; the second by all columns at once.
    for first in (0, ROWS):
        rows = np.arange(first, first + ROWS)
        column = Column("warm-up", Role.FEATURE, Kind.NUMBER, values)
        monitor.update(
            ObservationBatch("warm-up", "1", Origin.PREDICTIONS, "", 0, rows, rows, (column,))
        )
    with_values(0, 0.0, 0.0, values)
