"""Models with nothing unusual about them, all of whose columns go through one compiled call."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from detectors.monitors.column_monitor import ColumnMonitor
from detectors.monitors.default_detectors import Settings
from detectors.rows.row_log import RowLog
from schemas.tables.columns import Kind, Role

Layout: TypeAlias = tuple[tuple[Role, str, Kind], ...]
"""Role, name and kind of a table's columns."""


@dataclass(frozen=True, slots=True, eq=False)
class FusedPlan:
    """Where a model's state lies.

    Attributes
    ----------
    layout
        Of the tables that it is for.
    addresses
        Shape ``(c,)``: for each column where its numbers lie, for the fused kernel.
    settings
        The detectors' settings.
    categories
        The columns of categories, by their numbers, whose values are to be numbered.
    log
        Of the rows.
    """

    layout: Layout
    addresses: NDArray[np.int64]
    settings: Settings
    categories: dict[int, ColumnMonitor]
    log: RowLog


def plan_of(
    layout: Layout,
    columns: Mapping[tuple[Role, str], ColumnMonitor],
    roles: AbstractSet[Role],
    log: RowLog,
) -> FusedPlan | None:
    """Return where the state of a model's columns lies; None where one needs more than `together`.

    Parameters
    ----------
    layout
        Of the rows.
    columns
        All columns of the model.
    roles
        Of those columns that must be in the rows.
    log
        Of the rows.
    """
    if not layout or sum(role in roles for role, _ in columns) != len(layout):
        return None
    addresses = []
    categories = {}
    for number, (role, name, kind) in enumerate(layout):
        monitor = columns.get((role, name))
        address = None if monitor is None or monitor.kind is not kind else monitor.pin(kind)
        if address is None or monitor is None or monitor.defaults is None:
            return None
        addresses.append(address)
        if kind is Kind.CATEGORY:
            categories[number] = monitor
        settings = monitor.defaults.settings
    return FusedPlan(layout, np.array(addresses), settings, categories, log)
