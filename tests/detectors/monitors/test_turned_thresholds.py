"""Alerts of thresholds by the tables of their rows."""

import numpy as np

from detectors.monitors.turned_thresholds import by_their_tables
from schemas.events.performance_alert import PerformanceAlert
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from tests.detectors.versions.events import drift_alert, performance_alert


def table(begin: int, *versions: str, origin: Origin = Origin.LABELS) -> ObservationTable:
    """Return ten rows of each version, from an offset on."""
    rows = 10 * len(versions)
    return ObservationTable(
        origin,
        tuple(ModelRows("fraud", each, 10) for each in versions),
        (Source("labels", 0),),
        np.zeros(rows, dtype=np.int64),
        np.arange(begin, begin + rows),
        np.arange(rows),
        (),
    )


def alert(version: str, offset: int, topic: str = "labels") -> PerformanceAlert:
    found = performance_alert(version, "recall >= 0.8", f"{version} {offset}")
    at = found.detected_at.model_copy(update={"topic": topic, "partition": 0, "offset": offset})
    return found.model_copy(update={"model": "fraud", "detected_at": at})


def test_each_is_that_of_the_table_which_has_its_row_in_the_order_of_the_rows() -> None:
    late, early, other = alert("8", 25), alert("8", 21), alert("7", 3)
    tables = [table(0, "7", "8"), table(20, "8"), table(40, "8")]

    assert by_their_tables(tables, [late, drift_alert("8"), early, other]) == {
        1: [early, late],
        0: [other],
    }


def test_rows_of_other_versions_topics_and_kinds_are_not_its() -> None:
    tables = [
        table(0, "6"),
        table(20, "8", origin=Origin.PREDICTIONS),
        table(20, "7"),
        table(20, "8"),
    ]

    assert list(by_their_tables(tables, [alert("8", 21)])) == [3]
    assert list(by_their_tables(tables, [alert("8", 21, "elsewhere")])) == [0]


def test_rows_that_were_held_count_as_those_of_the_first_table() -> None:
    assert list(by_their_tables([table(0, "7")], [alert("8", 3)])) == [0]
