"""Feeds the rows of many models to those of them that have nothing unusual about them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.model_monitor import ModelMonitor
from detectors.row_log import keep_rows_of_many
from detectors.steady import Layout, Steady
from detectors.together import QUIET, Rows, rows_of, watch_together
from schemas.alert import Alert
from schemas.observations import ModelRows, ObservationTable


class _Member(NamedTuple):
    """A model that takes part, its rows, and the number of the first one."""

    monitor: ModelMonitor
    steady: Steady
    rows: ModelRows
    begin: int
    end: int
    first: int


def watch_steady(
    table: ObservationTable, monitors: Mapping[tuple[str, str], ModelMonitor]
) -> dict[tuple[str, str], list[Alert]]:
    """Feed a table to the steady ones among some models; return which these are, and their alerts.

    What `ModelMonitor.update` does with one model after the other. A model of which a row was seen
    before is left to it as well.

    Parameters
    ----------
    table
        Rows of one model version or more.
    monitors
        By model and version; others may be among them, and some may be missing.
    """
    layout = _interned(tuple((each.role, each.name, each.kind) for each in table.columns))
    offsets = table.offsets.tolist()
    bounds = table.bounds()
    newest = np.maximum.reduceat(table.times, bounds[:-1]).tolist()
    rings: list[tuple[int, int, int, int, int, int]] = []
    groups: dict[tuple[int, int], list[_Member]] = {}
    for number, rows in enumerate(table.models):
        monitor = monitors.get((rows.model, rows.version))
        steady = None if monitor is None else monitor.steady(layout, table.origin)
        begin = bounds[number]
        if monitor is None or steady is None:
            continue
        if steady.log.has_seen_none(rows.runs, begin, offsets):
            first = steady.log.rows
            rings += steady.log.take(rows.runs, begin, offsets, newest[number])
            member = _Member(monitor, steady, rows, begin, bounds[number + 1], first)
            # Detectors of the same parameters share the arrays of their settings.
            settings = id(steady.settings[0]), id(steady.settings[1])
            groups.setdefault(settings, []).append(member)
    alerts: dict[tuple[str, str], list[Alert]] = {}
    if not groups:
        return alerts
    whole = rows_of(table.columns)
    for members in groups.values():
        for member in members:
            _number_categories(member, whole.values, table)
    for members in groups.values():
        for member, found in zip(members, _watched(members, whole, table), strict=True):
            alerts[member.monitor.model, member.monitor.version] = found
    # Last: an alert tells of rows that these take the place of.
    keep_rows_of_many(np.array(rings), table.offsets, table.times)
    return alerts


def _watched(members: list[_Member], rows: Rows, table: ObservationTable) -> list[list[Alert]]:
    shape = len(members), len(table.columns)
    found = np.empty((*shape, 4, 5))
    at = np.empty(shape, dtype=np.int64)
    watch_together(
        np.stack([member.steady.places for member in members]),
        *rows,
        np.array([(member.begin, member.end) for member in members]),
        np.array([member.first for member in members]),
        *members[0].steady.settings,
        found,
        at,
    )
    alerts: list[list[Alert]] = [[] for _ in members]
    for number in np.flatnonzero((at != QUIET).any(axis=1)).tolist():
        monitor, steady, whose, begin, end, first = members[number]
        batch = table.batch(whose, begin, end)
        steady.log.hold(batch)
        alerts[number] = monitor.conclude(batch, first, at[number], found[number])
    return alerts


def _number_categories(
    member: _Member, values: NDArray[np.float64], table: ObservationTable
) -> None:
    """Write the numbers that a model gives to its categories."""
    begin, end = member.begin, member.end
    for number, monitor in member.steady.categories.items():
        column = table.columns[number].between(begin, end)
        values[number, begin:end] = monitor.numbers(column)


@lru_cache(maxsize=4096)
def _interned(layout: Layout) -> Layout:
    """Return the same object for equal layouts, so that a look tells whether they are."""
    return layout
