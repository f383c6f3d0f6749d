"""Labels that came again, on their way through the monitors of a partition."""

import numpy as np

from detectors.monitors.performance_watch import PerformanceWatch
from detectors.monitors.row_consumer import RowConsumer
from detectors.monitors.trigger_watch import TriggerWatch
from detectors.retraining.conditions import Corrections
from detectors.rows.label_counts import LabelCounts
from schemas.events.model_performance import ModelPerformance
from schemas.events.retrain_signal import RetrainSignal
from schemas.tables.observations import ObservationTable
from tests.detectors.batches import START, repeats_of, table_of
from tests.detectors.monitors.counted_labels import OPTIONS, fleet_of, taken
from tests.detectors.monitors.test_performance_watch import labelled

KEY = ("fraud", "3")


def consumers(model: str, version: str) -> tuple[RowConsumer, ...]:
    key = model, version
    return PerformanceWatch(key, OPTIONS), TriggerWatch(key, [Corrections(labels=5)])


def _labelled(count: int, start: int = 0) -> ObservationTable:
    """Return labels of predictions of a minute before, one in four of them wrong."""
    times = [START + 1000 * each for each in range(start, start + count)]
    return labelled([("a", "ab"[at % 4 == 0], 0.7, at - 60_000, at) for at in times], start)


def log() -> list[ObservationTable]:
    rows = [{"x": float(value)} for value in np.random.default_rng(1).normal(size=300)]
    return [
        table_of(rows),
        _labelled(150),
        ObservationTable.of(repeats_of([True, False, True, True], start=150)),
        _labelled(100, 154),
        ObservationTable.of(repeats_of([True] * 3, start=260)),
        _labelled(100, 270),
    ]


def test_they_are_told_with_performance_versions_and_triggers() -> None:
    fleet = fleet_of(consumers)
    events = taken(fleet, log())
    told = [each for each in events if isinstance(each, ModelPerformance)]
    found = [
        (each.label_corrections, each.label_duplicates)
        for each in told
        if each.window.kind == "rows"
    ]
    assert found == [(0, 0), (3, 1), (6, 1)]
    (signal,) = (each for each in events if isinstance(each, RetrainSignal))
    assert (signal.signal.condition, signal.signal.value) == ("label_corrections >= 5", 5)
    assert (signal.at.topic, signal.at.offset) == ("labels", 261)
    assert fleet.versions.labels_of(KEY) == LabelCounts(1, 6)
    (record,) = fleet.versions.records_by_now("fraud")
    assert (record.label_corrections, record.label_duplicates) == (6, 1)
    # What is published is as of the fourth: the next one will be that of the eighth.
    (shown,) = fleet.versions.records("fraud")
    assert (shown.label_corrections, shown.label_duplicates) == (3, 1)


def test_a_state_without_any_is_that_of_the_release_before() -> None:
    fleet = fleet_of(consumers)
    taken(fleet, log()[:2])
    (monitor,) = fleet
    state = monitor.state()
    assert sorted(state["logs"]) == ["labels", "predictions"]
    assert "repeats" not in state["consumers"]["performance"]
    assert "repeats" not in fleet.versions.version_state(KEY)
