"""Labels that are dated before their predictions, on their way through a partition's monitors."""

from detectors.monitors.label_watch import LabelWatch
from detectors.monitors.performance_watch import PerformanceWatch
from detectors.monitors.row_consumer import RowConsumer
from detectors.rows.label_counts import LabelCounts
from schemas.events.alert import AlertStatus, Severity
from schemas.events.label_alert import LabelAlert, LabelProblem
from schemas.events.model_performance import ModelPerformance
from schemas.tables.observations import ObservationTable
from tests.detectors.batches import START
from tests.detectors.monitors.counted_labels import OPTIONS, fleet_of, taken
from tests.detectors.monitors.test_performance_watch import labelled

KEY = ("fraud", "3")
HOUR = 3_600_000


def consumers(model: str, version: str) -> tuple[RowConsumer, ...]:
    key = model, version
    return PerformanceWatch(key, OPTIONS), LabelWatch(key, OPTIONS)


def _labels(count: int, start: int, every: int) -> ObservationTable:
    """Return labels of predictions of a minute before, each so many-th dated an hour before it."""
    rows = []
    for at in range(start, start + count):
        time = START + 1000 * at
        delay = -HOUR if every and at % every == 0 else 60_000
        rows.append(("a", "ab"[at % 4 == 0], 0.7, time - delay, time))
    return labelled(rows, start)


def log() -> list[ObservationTable]:
    return [
        _labels(150, 0, 50),
        _labels(150, 150, 5),
        _labels(120, 300, 0),
        _labels(80, 420, 0),
    ]


def test_they_are_told_with_performance_and_versions_and_many_of_them_raise_an_alert() -> None:
    fleet = fleet_of(consumers)
    events = taken(fleet, log())
    found = [
        (each.rows, each.backdated_labels)
        for each in events
        if isinstance(each, ModelPerformance) and each.window.kind == "rows"
    ]
    assert found == [(100, 2), (100, 13), (100, 33), (100, 33), (100, 33)]
    opened, resolved = (each for each in events if isinstance(each, LabelAlert))
    assert (opened.problem, opened.status) == (LabelProblem.BACKDATED, AlertStatus.OPENED)
    assert (opened.severity, opened.before, opened.after) == (Severity.WARNING, 0.02, 0.11)
    assert opened.detected_at.offset == 199
    assert "dated before" in opened.message
    assert (resolved.status, resolved.after, resolved.limit) == (AlertStatus.RESOLVED, 0.0, 0.02)
    assert resolved.detected_at.offset == 399
    assert fleet.versions.labels_of(KEY) == LabelCounts(backdated=33)
    (record,) = fleet.versions.records_by_now("fraud")
    assert record.backdated_labels == 33
    # What is published is as of the thirty-second, a power of two.
    (shown,) = fleet.versions.records("fraud")
    assert shown.backdated_labels == 32
