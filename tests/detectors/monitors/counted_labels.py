"""Fleets that count what comes with labels, and what they tell of tables."""

from collections.abc import Callable, Iterable

from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from detectors.monitors.row_consumer import RowConsumer
from detectors.performance.options import PerformanceOptions
from schemas.events.published import PublishedEvent
from schemas.tables.observations import ObservationTable

OPTIONS = MonitorOptions(burn_in=100, performance=PerformanceOptions(rows=100))


def fleet_of(consumers: Callable[[str, str], tuple[RowConsumer, ...]]) -> Fleet:
    return Fleet(lambda _: OPTIONS, consumers_of=consumers)


def taken(fleet: Fleet, tables: Iterable[ObservationTable]) -> list[PublishedEvent]:
    return [event for table in tables for event in fleet.update(table)]
