"""Compiles every kernel before it is needed."""

from detectors.column_monitor import ColumnMonitor
from detectors.moments import with_values
from detectors.options import MonitorOptions
from detectors.priming import uniform_sequence
from schemas.columns import Column, Kind, Role

BURN_IN = 10


def warm_up() -> None:
    """Compile the kernels, or load them from Numba's cache, so that no worker does while running.

    Seconds the first time on a machine, a fraction of one after that.
    """
    monitor = ColumnMonitor(
        kind=Kind.NUMBER,
        detectors=MonitorOptions().detectors,
        burn_in=BURN_IN,
        bins=4,
        seed=lambda restarts: restarts,
    )
    # Past the burn-in, so that ranks, moments and both detectors all have their turn.
    values = uniform_sequence(100)
    monitor.update(Column("warm-up", Role.FEATURE, Kind.NUMBER, values), 0)
    with_values(0, 0.0, 0.0, values)
