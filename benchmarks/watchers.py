"""What watches one column of numbers: the product, River's detectors, and the two trivial ones."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from river import drift

from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.options import MonitorOptions
from schemas.tables.columns import Column, Kind, Role

Values: TypeAlias = NDArray[np.float64]

BATCH: Final = 1000

Watcher: TypeAlias = Callable[[Values, int], list[int]]
"""Gives the rows at which it alarms, of a column and a seed."""


def driftline(values: Values, seed: int) -> list[int]:
    """Return where the default monitor finds a change of any kind."""
    options = MonitorOptions()
    monitor = ColumnMonitor(
        kinds=(Kind.NUMBER,),
        detectors=options.detectors,
        burn_in=options.burn_in,
        bins=options.bins,
        seed=lambda restarts: seed * 1000 + restarts,
    )
    found: list[int] = []
    for start in range(0, len(values), BATCH):
        part = Column("x", Role.FEATURE, Kind.NUMBER, values[start : start + BATCH])
        found += [change.row for change in monitor.update(part, start)]
    return found


def river_adwin(values: Values, seed: int) -> list[int]:
    """Return where River's ADWIN fires on the values as they are, with its defaults."""
    del seed
    return _fired(drift.ADWIN, values)


def river_page_hinkley(values: Values, seed: int) -> list[int]:
    """Return where River's Page-Hinkley test fires on the values as they are, with its defaults."""
    del seed
    return _fired(drift.PageHinkley, values)


def always(values: Values, seed: int) -> list[int]:
    """Return every row: no change is missed, and nothing is told."""
    del seed
    return list(range(len(values)))


def never(values: Values, seed: int) -> list[int]:
    """Return no row: no alarm is false, and no change is found."""
    del values, seed
    return []


WATCHERS: Final[dict[str, Watcher]] = {
    "Driftline": driftline,
    "River ADWIN": river_adwin,
    "River Page-Hinkley": river_page_hinkley,
    "always": always,
    "never": never,
}


def _fired(kind: Any, values: Values) -> list[int]:
    """Return where a detector of River, which has no types, fires."""
    detector = kind()
    found = []
    for row, value in enumerate(values.tolist()):
        detector.update(value)
        if detector.drift_detected:
            found.append(row)
    return found
