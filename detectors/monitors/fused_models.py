"""Feeds the rows of many models to those of them that have nothing unusual about them."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.monitors.fused_plan import FusedPlan, Layout
from detectors.monitors.fused_rows import Rows, rows_of
from detectors.monitors.fused_stops import Stop, stops_of
from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.watched_roles import watched
from detectors.rows.row_positions import (
    FRESH,
    STRANGE,
    LogAddresses,
    keep_rows_of_many,
    look_at_many,
)
from schemas.events.published import PublishedEvent
from schemas.tables.columns import Column
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import Integers, ModelRows, ObservationTable, Origin, Source


class _Member(NamedTuple):
    """A model that takes part, its rows, and where its log lies."""

    monitor: ModelMonitor
    plan: FusedPlan
    rows: ModelRows
    begin: int
    end: int
    oldest: int
    newest: int
    addresses: LogAddresses


def watch_fused(
    table: ObservationTable, monitors: Mapping[ModelVersion, ModelMonitor]
) -> dict[ModelVersion, list[PublishedEvent]]:
    """Feed a table to the steady ones among some models; return which these are, and their events.

    What `ModelMonitor.update` does with one model after the other, for all consumers of their rows.
    A model of which a row was seen before is left to it as well.

    Parameters
    ----------
    table
        Rows of one model version or more.
    monitors
        By model and version; others may be among them, and some may be missing.
    """
    bounds = table.bounds()
    members = _members(table, bounds, monitors)
    events: dict[ModelVersion, list[PublishedEvent]] = {}
    if not members:
        return events
    columns = watched(table.origin, table.columns)
    whole = rows_of(columns, table.times)
    groups: dict[tuple[int, ...], list[_Member]] = {}
    for member in members.values():
        member.plan.log.take(member.end - member.begin, member.newest)
        _number_categories(member, whole.values, columns)
        # Detectors of the same parameters share the arrays of their settings.
        groups.setdefault(tuple(map(id, member.plan.settings)), []).append(member)
    for those in groups.values():
        for member, found in zip(those, _watched(those, whole, table), strict=True):
            events[member.monitor.model, member.monitor.version] = found
    # Last: an event tells of rows that these take the place of.
    keep_rows_of_many(*_of(members.values(), table), table.source_of, table.offsets, table.times)
    return events


def _members(
    table: ObservationTable,
    bounds: Sequence[int],
    monitors: Mapping[ModelVersion, ModelMonitor],
) -> dict[int, _Member]:
    """Return the models that are steady and have seen none of their rows, by their numbers."""
    columns = watched(table.origin, table.columns)
    layout = _interned(tuple((each.role, each.name, each.kind) for each in columns))
    sources = _interned_sources(table.sources)
    oldest = np.minimum.reduceat(table.times, bounds[:-1]).tolist()
    newest = np.maximum.reduceat(table.times, bounds[:-1]).tolist()
    members: dict[int, _Member] = {}
    for number, rows in enumerate(table.models):
        monitor = monitors.get((rows.model, rows.version))
        plan = None if monitor is None else monitor.fused_plan(layout, table.origin)
        if monitor is not None and plan is not None:
            addresses = plan.log.pin(rows.rows, sources)
            begin, end = bounds[number], bounds[number + 1]
            members[number] = _Member(
                monitor, plan, rows, begin, end, oldest[number], newest[number], addresses
            )
    verdicts = _verdicts(members, table)
    strange = {number: members[number] for number in members if verdicts[number] == STRANGE}
    for number, member in strange.items():
        log = member.plan.log
        log.learn(sources, table.source_of[member.begin : member.end])
        strange[number] = member._replace(addresses=log.pin(member.rows.rows, sources))
    members |= strange
    verdicts |= _verdicts(strange, table)
    return {number: members[number] for number in members if verdicts[number] == FRESH}


def _verdicts(members: Mapping[int, _Member], table: ObservationTable) -> dict[int, int]:
    """Return what each log says to its rows."""
    verdicts = np.empty(len(members), dtype=np.int64)
    if members:
        look_at_many(*_of(members.values(), table), table.source_of, table.offsets, verdicts)
    return dict(zip(members, verdicts.tolist(), strict=True))


def _of(members: Collection[_Member], table: ObservationTable) -> tuple[Integers, Integers, int]:
    """Return where the logs of models lie, where their rows are, and how many sources there are."""
    return (
        np.array([member.addresses for member in members]),
        np.array([(member.begin, member.end) for member in members]),
        len(table.sources),
    )


def _watched(
    members: list[_Member], rows: Rows, table: ObservationTable
) -> list[list[PublishedEvent]]:
    stops = _stops(members, rows, table.origin)
    events: list[list[PublishedEvent]] = [[] for _ in members]
    for number, (member, stop) in enumerate(zip(members, stops, strict=True)):
        monitor, rows_of_it = member.monitor, member.end - member.begin
        eager = monitor.skim(table.origin, rows_of_it, member.oldest, member.newest)
        if eager or stop is not None:
            batch = table.batch(member.rows, member.begin, member.end)
            events[number] = monitor.finish_fused(batch, member.addresses.first, stop, eager)
    return events


def _stops(members: list[_Member], rows: Rows, origin: Origin) -> list[Stop | None]:
    """Feed rows to models up to where something is found in them; return where that is."""
    return stops_of(
        np.stack([member.plan.addresses for member in members]),
        rows,
        np.array([(member.begin, member.end) for member in members]),
        np.array([member.addresses.first for member in members]),
        members[0].plan.settings,
        [member.monitor.joint_of(origin) for member in members],
    )


def _number_categories(
    member: _Member, values: NDArray[np.float64], columns: Sequence[Column]
) -> None:
    """Write the numbers that a model gives to its categories."""
    begin, end = member.begin, member.end
    for number, monitor in member.plan.categories.items():
        column = columns[number].between(begin, end)
        values[number, begin:end] = monitor.numbers(column)


@lru_cache(maxsize=4096)
def _interned(layout: Layout) -> Layout:
    """Return the same object for equal layouts, so that a look tells whether they are."""
    return layout


@lru_cache(maxsize=4096)
def _interned_sources(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """Return the same object for equal sources, likewise."""
    return sources
