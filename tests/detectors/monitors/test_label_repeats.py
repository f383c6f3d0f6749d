"""Labels that came again, on their way through the monitors of a partition."""

import numpy as np
import pytest

from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from detectors.monitors.performance_watch import PerformanceWatch
from detectors.monitors.row_consumer import RowConsumer
from detectors.monitors.trigger_watch import TriggerWatch
from detectors.performance.options import PerformanceOptions
from detectors.retraining.conditions import Corrections
from detectors.rows.label_counts import LabelCounts
from schemas.events.model_performance import ModelPerformance
from schemas.events.published import PublishedEvent
from schemas.events.retrain_signal import RetrainSignal
from schemas.tables.observations import ObservationTable
from tests.detectors.batches import START, plain, repeats_of, table_of
from tests.detectors.monitors.test_performance_watch import labelled

KEY = ("fraud", "3")
OPTIONS = MonitorOptions(burn_in=100, performance=PerformanceOptions(rows=100))


def _consumers(model: str, version: str) -> tuple[RowConsumer, ...]:
    key = model, version
    return PerformanceWatch(key, OPTIONS), TriggerWatch(key, [Corrections(labels=5)])


def _fleet() -> Fleet:
    return Fleet(lambda _: OPTIONS, consumers_of=_consumers)


def _labelled(count: int, start: int = 0) -> ObservationTable:
    """Return labels of predictions of a minute before, one in four of them wrong."""
    times = [START + 1000 * each for each in range(start, start + count)]
    return labelled([("a", "ab"[at % 4 == 0], 0.7, at - 60_000, at) for at in times], start)


def _log() -> list[ObservationTable]:
    rows = [{"x": float(value)} for value in np.random.default_rng(1).normal(size=300)]
    return [
        table_of(rows),
        _labelled(150),
        ObservationTable.of(repeats_of([True, False, True, True], start=150)),
        _labelled(100, 154),
        ObservationTable.of(repeats_of([True] * 3, start=260)),
        _labelled(100, 270),
    ]


def _taken(fleet: Fleet, tables: list[ObservationTable]) -> list[PublishedEvent]:
    return [event for table in tables for event in fleet.update(table)]


def test_they_are_told_with_performance_versions_and_triggers() -> None:
    fleet = _fleet()
    events = _taken(fleet, _log())
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


def test_each_counts_once_however_often_it_comes() -> None:
    fleet, log = _fleet(), _log()
    expected = _taken(_fleet(), log)
    assert _taken(fleet, [each for table in log for each in (table, table)]) == expected
    assert fleet.versions.labels_of(KEY) == LabelCounts(1, 6)


@pytest.mark.parametrize("stop", range(1, 6))
def test_stopping_and_going_on_equals_never_having_stopped(stop: int) -> None:
    whole, first, second = _fleet(), _fleet(), _fleet()
    expected = _taken(whole, _log())
    found = _taken(first, _log()[:stop])
    second.restore(first.state())
    found += _taken(second, _log()[stop - 1 :])
    assert [each.event_id for each in found] == [each.event_id for each in expected]
    assert plain(second.state()) == plain(whole.state())


def test_they_are_taken_together_as_one_by_one() -> None:
    whole, single = _fleet(), _fleet()
    log = _log()
    at_once = [event for taken in whole.update_all(log) for event in taken.events]
    assert at_once == _taken(single, log)
    assert plain(whole.state()) == plain(single.state())


def test_a_state_without_any_is_that_of_the_release_before() -> None:
    fleet = _fleet()
    _taken(fleet, _log()[:2])
    (monitor,) = fleet
    state = monitor.state()
    assert sorted(state["logs"]) == ["labels", "predictions"]
    assert "repeats" not in state["consumers"]["performance"]
    assert "repeats" not in fleet.versions.version_state(KEY)
