"""What the product finds in one column of values."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from detectors.algorithms.false_alarms import DEFAULT, FalseAlarms
from detectors.monitors.column_monitor import Change, ColumnMonitor
from detectors.monitors.limits import Allowance
from detectors.monitors.options import MonitorOptions
from schemas.tables.columns import Column, Flag, Kind, Role

Values: TypeAlias = NDArray[np.float64]

BATCH: Final = 1000

FIRST_TIME: Final = 1_772_366_400_000
DAY: Final = 86_400_000
"""Milliseconds."""


def default_monitor(
    seed: int, kind: Kind = Kind.NUMBER, budget: FalseAlarms = DEFAULT, *, errors: bool = False
) -> ColumnMonitor:
    """Return a monitor of a column.

    Parameters
    ----------
    seed
        Of the first reference; the others' follow.
    kind
        Of the column's values.
    budget
        Of false alarms.
    errors
        Whether these are errors, of which none is amiss.
    """
    options = MonitorOptions()
    return ColumnMonitor(
        kinds=(kind,),
        detectors=options.detectors,
        burn_in=options.burn_in,
        bins=options.bins,
        seed=lambda restarts: seed * 1000 + restarts,
        finds_faults=not errors,
        allowance=Allowance(budget),
    )


def column_of(values: Values, kind: Kind) -> Column:
    """Return a column; categories are numbered, and NaN is what is missing."""
    missing = np.isnan(values)
    flags = np.where(missing, Flag.NULL, Flag.OK).astype(np.uint8) if missing.any() else None
    if kind is not Kind.CATEGORY:
        return Column("x", Role.FEATURE, kind, values, (), flags)
    numbers, codes = np.unique(values, return_inverse=True)
    names = tuple(f"category {number:.0f}" for number in numbers.tolist())
    return Column("x", Role.FEATURE, kind, codes.astype(np.int32), names, flags)


def changes_of(monitor: ColumnMonitor, values: Values, days: Values | None = None) -> list[Change]:
    """Return what a monitor finds in a column of its kind.

    Parameters
    ----------
    monitor, values
        The column's.
    days
        Event times in days, shape of the values; None where they all are the same.
    """
    found: list[Change] = []
    times = None if days is None else FIRST_TIME + (days * DAY).astype(np.int64)
    for start in range(0, len(values), BATCH):
        end = start + BATCH
        column = column_of(values[start:end], monitor.kind)
        found += monitor.update(column, start, None if times is None else times[start:end])
    return found


def driftline(
    values: Values, seed: int, kind: Kind = Kind.NUMBER, budget: FalseAlarms = DEFAULT
) -> list[int]:
    """Return where a monitor finds a change of any kind."""
    return [change.row for change in changes_of(default_monitor(seed, kind, budget), values)]
