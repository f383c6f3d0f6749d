"""Alerts of thresholds by the tables whose rows they were found in.

Monitors give what they find in several tables at once. What is asked for by it must not depend on
how many these were.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from schemas.events.performance_alert import PerformanceAlert
from schemas.events.published import PublishedEvent
from schemas.tables.observations import ObservationTable, Origin, Source


def by_their_tables(
    tables: Sequence[ObservationTable], found: Iterable[PublishedEvent]
) -> dict[int, list[PerformanceAlert]]:
    """Return the alerts of thresholds among what was found, by the numbers of their tables.

    Those of one table are in the order of their rows. Rows that are in none of the tables were held
    until their version had shown itself: they count as those of the first one.
    """
    turned: dict[int, list[PerformanceAlert]] = {}
    for each in found:
        if isinstance(each, PerformanceAlert):
            turned.setdefault(_number_of(each, tables), []).append(each)
    for alerts in turned.values():
        alerts.sort(key=_place)
    return turned


def _place(alert: PerformanceAlert) -> tuple[str, int, int, str, str]:
    at = alert.detected_at
    return at.topic, at.partition, at.offset, alert.version, alert.threshold


def _number_of(alert: PerformanceAlert, tables: Sequence[ObservationTable]) -> int:
    if len(tables) == 1:
        return 0
    return next((number for number, table in enumerate(tables) if _has(table, alert)), 0)


def _has(table: ObservationTable, alert: PerformanceAlert) -> bool:
    """Tell whether a table has the row at which an alert was found."""
    at, key = alert.detected_at, (alert.model, alert.version)
    source, versions = Source(at.topic, at.partition), table.versions()
    if table.origin is not Origin.LABELS or key not in versions or source not in table.sources:
        return False
    begin, end = table.bounds()[versions.index(key) :][:2]
    number = table.sources.index(source)
    rows = table.source_of[begin:end] == number
    return bool(np.any(rows & (table.offsets[begin:end] == at.offset)))
