"""What watches one column of numbers: the product, River's detectors, and the two trivial ones."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from river import drift

from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.options import MonitorOptions
from schemas.tables.columns import Column, Kind, Role
from tests.detectors.streams import river_indices

Values: TypeAlias = NDArray[np.float64]

BATCH: Final = 1000

_RIVER: Final[Any] = drift
"""It has no types."""

Watcher: TypeAlias = Callable[[Values, int], list[int]]
"""Gives the rows at which it alarms, of a column and a seed."""


def default_monitor(seed: int, kind: Kind = Kind.NUMBER) -> ColumnMonitor:
    """Return a monitor of a column of some kind with the default options."""
    options = MonitorOptions()
    return ColumnMonitor(
        kinds=(kind,),
        detectors=options.detectors,
        burn_in=options.burn_in,
        bins=options.bins,
        seed=lambda restarts: seed * 1000 + restarts,
    )


def driftline(values: Values, seed: int, kind: Kind = Kind.NUMBER) -> list[int]:
    """Return where the default monitor finds a change of any kind; categories are numbered."""
    monitor = default_monitor(seed, kind)
    found: list[int] = []
    names: tuple[str, ...] = ()
    if kind is Kind.CATEGORY:
        names = tuple(f"category {number}" for number in range(int(values.max()) + 1))
    for start in range(0, len(values), BATCH):
        part: Values | NDArray[np.int32] = values[start : start + BATCH]
        if names:
            part = part.astype(np.int32)
        column = Column("x", Role.FEATURE, kind, part, names)
        found += [change.row for change in monitor.update(column, start)]
    return found


def river_adwin(values: Values, seed: int) -> list[int]:
    """Return where River's ADWIN fires on the values as they are, with its defaults."""
    del seed
    return river_indices(_RIVER.ADWIN(), values)


def river_page_hinkley(values: Values, seed: int) -> list[int]:
    """Return where River's Page-Hinkley test fires on the values as they are, with its defaults."""
    del seed
    return river_indices(_RIVER.PageHinkley(), values)


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
