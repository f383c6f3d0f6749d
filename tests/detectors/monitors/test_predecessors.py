"""Thresholds that count from the version before: which one that is, and what it has left."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from detectors.monitors.fleet import Fleet
from detectors.monitors.fleet_snapshot import FleetSnapshots
from detectors.monitors.options import MonitorOptions
from detectors.monitors.threshold_watch import ThresholdWatch
from detectors.performance.error import Task
from detectors.performance.inheritance import ENOUGH, PATIENCE, Uncompared
from detectors.performance.kept_losses import WITHIN
from detectors.performance.threshold import Threshold
from detectors.performance.threshold_check import ThresholdCheck
from schemas.events.alert import AlertStatus
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.published import PublishedEvent
from schemas.events.times import format_time
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from schemas.tables.outcomes import outcome_columns
from tests.detectors.batches import START, plain

OPTIONS = MonitorOptions(
    burn_in=100,
    task=Task.CLASSIFICATION,
    thresholds=(Threshold.of("accuracy >= previous - 0.05"),),
)
MINUTE = 60_000


def new_fleet(options: MonitorOptions = OPTIONS) -> Fleet:
    return Fleet(
        lambda _: options,
        consumers_of=lambda model, version: (ThresholdWatch((model, version), options),),
    )


class Stream:
    """Predictions and labels in their order, each of the offset that it has in its log."""

    def __init__(self) -> None:
        self.offsets = {Origin.PREDICTIONS: 0, Origin.LABELS: 0}

    def predictions(self, version: str, at: int, rows: int = 1) -> ObservationTable:
        values = outcome_columns(Role.PREDICTION, [0] * rows)
        return self._table(Origin.PREDICTIONS, version, [at] * rows, tuple(values))

    def labels(
        self, version: str, errors: Sequence[float], at: int, *, step: int = 1000, delay: int = 0
    ) -> ObservationTable:
        rows = len(errors)
        delays = Column("delay", Role.DELAY, Kind.NUMBER, np.full(rows, float(delay)))
        columns = (
            *outcome_columns(Role.PREDICTION, [0] * rows),
            *outcome_columns(Role.LABEL, [int(each) for each in errors]),
            delays,
        )
        times = [at + step * row for row in range(rows)]
        return self._table(Origin.LABELS, version, times, columns)

    def _table(
        self, origin: Origin, version: str, times: list[int], columns: tuple[Column, ...]
    ) -> ObservationTable:
        first = self.offsets[origin]
        self.offsets[origin] += len(times)
        return ObservationTable(
            origin,
            (ModelRows("one", version, len(times)),),
            (Source(str(origin), 0),),
            np.zeros(len(times), dtype=np.int64),
            np.arange(first, first + len(times)),
            START + np.array(times),
            tuple(columns),
        )


def drawn(rate: float, rows: int, seed: int = 7) -> list[float]:
    return [float(draw < rate) for draw in np.random.default_rng(seed).random(rows).tolist()]


def said(kind: ModelEventType, version: str, at: int) -> ModelEvent:
    return ModelEvent(type=kind, model="one", version=version, timestamp=format_time(START + at))


def check_of(fleet: Fleet, version: str) -> ThresholdCheck:
    monitor = fleet.monitor("one", version)
    assert monitor is not None
    (watch,) = (each for each in monitor.consumers if isinstance(each, ThresholdWatch))
    return watch.checks[0]


def two_versions(
    before: float = 0.05, after: float = 0.25, rows: int = 2000, beside: int = 0
) -> list[ObservationTable]:
    """Return a version, and then another one, in small tables; for some rows both serve."""
    stream = Stream()
    tables = [stream.predictions("7", 0)]
    errors = drawn(before, 2000)
    tables += [
        stream.labels("7", errors[at : at + 250], 1000 * at) for at in range(0, len(errors), 250)
    ]
    begun = 2_000_000
    tables.append(stream.predictions("8", begun))
    errors = drawn(after, rows, seed=8)
    for at in range(0, len(errors), 50):
        tables.append(stream.labels("8", errors[at : at + 50], begun + 1000 * at))
        # The version before goes on meanwhile, and does not count any more.
        tables.append(stream.labels("7", [1.0] * 10, begun + 1000 * at))
        if at < beside:
            tables.append(stream.predictions("7", begun + 1000 * (at + 75)))
    return tables


def performance_of(events: Sequence[PublishedEvent], version: str = "8") -> list[PerformanceAlert]:
    return [
        each for each in events if isinstance(each, PerformanceAlert) and each.version == version
    ]


def test_a_version_that_is_worse_than_the_one_before_is_told_with_what_it_counts_from() -> None:
    fleet = new_fleet()
    found = [event for table in two_versions() for event in fleet.update(table)]
    (alert,) = performance_of(found)
    assert (alert.status, alert.threshold) == (AlertStatus.OPENED, "accuracy >= previous - 0.05")
    figure = alert.reference
    assert figure is not None
    assert (figure.base, figure.version, figure.losses) == ("previous", "7", 2000)
    assert figure.within_seconds == 0.0
    assert figure.low < 0.95 < figure.high
    assert alert.bound == pytest.approx(figure.value - 0.05)
    assert check_of(fleet, "7").uncompared is Uncompared.NO_VERSION_BEFORE


def test_a_version_that_is_as_good_as_the_one_before_is_not_told() -> None:
    fleet = new_fleet()
    found = [
        event for table in two_versions(after=0.07, rows=4000) for event in fleet.update(table)
    ]
    assert not performance_of(found)
    assert check_of(fleet, "8").uncompared is None


@pytest.mark.parametrize("size", [1, 3, 4, 1000])
def test_how_many_tables_are_taken_at_once_does_not_matter(size: int) -> None:
    tables = two_versions(beside=500)
    whole, other = new_fleet(), new_fleet()
    expected = [event for table in tables for event in whole.update(table)]
    found = [
        event
        for at in range(0, len(tables), size)
        for taken in other.update_all(tables[at : at + size])
        for event in taken.events
    ]
    assert performance_of(found) == performance_of(expected) != []
    assert plain(other.state()) == plain(whole.state())


@pytest.mark.parametrize("killed", [4, 10, 11, 13, 20, 28])
def test_after_a_kill_a_replay_finds_what_a_run_without_one_has_found(killed: int) -> None:
    tables = two_versions(beside=500)
    whole, first, second = new_fleet(), new_fleet(), new_fleet()
    expected = [event for table in tables for event in whole.update(table)]
    found = [event for table in tables[:killed] for event in first.update(table)]
    snapshots = FleetSnapshots(first)
    parts = {name: snapshots.part(name) for name in snapshots.stamps()}
    FleetSnapshots(second).restore(snapshots.outline(), parts)
    # All tables from some way before come again.
    found += [event for table in tables[max(killed - 6, 0) :] for event in second.update(table)]
    assert performance_of(found) == performance_of(expected) != []
    assert plain(second.state()) == plain(whole.state())


def test_nothing_is_judged_as_long_as_the_version_before_serves_beside() -> None:
    """The traffic of a version grows then, so that of its labels those that come soon are more."""
    fleet, stream = new_fleet(), Stream()
    found: list[PublishedEvent] = []
    fleet.update(stream.predictions("7", 0))
    fleet.update(stream.labels("7", drawn(0.05, 2000), 2 * MINUTE, delay=MINUTE))
    begun = 3000 * MINUTE
    for version in "87":
        fleet.update(stream.predictions(version, begun))
    for second in range(0, 2000, 20):
        at = begun + 1000 * second
        # All are wrong whose labels come soon; what is right takes longer.
        found += fleet.update(stream.labels("8", [1.0] * 20, at, delay=1000))
        fleet.update(stream.predictions("7", at + 20_000))
    assert not performance_of(found)
    check = check_of(fleet, "8")
    assert check.uncompared is Uncompared.BOTH_SERVE
    assert check.kept is not None
    # Nor is it left to the version after this one.
    assert check.kept.kept() is None
    for second in range(2000, 4000, 20):
        found += fleet.update(stream.labels("8", [1.0] * 20, begun + 1000 * second, delay=1000))
    assert check_of(fleet, "8").uncompared is None
    (alert,) = performance_of(found)
    assert alert.reference is not None
    assert alert.reference.within_seconds == 60
    assert alert.change_at.time >= format_time(START + begun + 2_060_000)


def test_a_table_that_comes_again_gives_a_version_that_waits_nothing() -> None:
    stream = Stream()
    fleet = new_fleet()
    fleet.update(stream.predictions("7", 0))
    fleet.update(stream.labels("7", [0.0] * (ENOUGH - 1), 0))
    fleet.update(stream.predictions("8", 200_000))
    labels = stream.labels("8", [0.0] * 10, 200_000)
    fleet.update(labels)
    assert check_of(fleet, "8").uncompared is Uncompared.TOO_FEW_LABELS
    fleet.update(stream.labels("7", [0.0] * 50, 210_000))
    fleet.update(labels)
    assert check_of(fleet, "8").uncompared is Uncompared.TOO_FEW_LABELS
    fleet.update(stream.labels("8", [0.0] * 10, 220_000))
    assert check_of(fleet, "8").uncompared is None


def test_a_version_before_without_labels_is_waited_for_and_then_no_longer() -> None:
    stream = Stream()
    fleet = new_fleet()
    fleet.update(stream.predictions("7", 0))
    fleet.update(stream.predictions("8", 10_000))
    for at in range(0, PATIENCE, 100):
        fleet.update(stream.labels("8", [0.0] * 100, 10_000 + 1000 * at))
    assert check_of(fleet, "8").uncompared is Uncompared.UNLABELLED
    fleet.update(stream.labels("7", [0.0] * 500, 2_000_000))
    fleet.update(stream.labels("8", [0.0] * 10, 3_000_000))
    assert check_of(fleet, "8").uncompared is Uncompared.UNLABELLED


def test_a_metric_that_was_not_defined_there_is_withheld() -> None:
    options = replace(OPTIONS, thresholds=(Threshold.of("recall >= previous - 0.05"),))
    stream, fleet = Stream(), new_fleet(options)
    # No label of theirs is of the class.
    for version, at in (("7", 0), ("8", 400_000)):
        fleet.update(stream.predictions(version, at))
        fleet.update(stream.labels(version, [0.0] * 300, at))
    assert check_of(fleet, "8").uncompared is Uncompared.TOO_FEW_LABELS


@pytest.mark.parametrize(
    ("delay", "expected"), [(-2000, Uncompared.TOO_FEW_LABELS), (-500, None), (0, None)]
)
def test_labels_that_are_dated_before_their_predictions_are_compared_at_no_age(
    delay: int, expected: Uncompared | None
) -> None:
    stream, fleet = Stream(), new_fleet()
    for version, at in (("7", 0), ("8", 400_000)):
        fleet.update(stream.predictions(version, at))
        fleet.update(stream.labels(version, drawn(0.1, 300), at, delay=delay))
    assert check_of(fleet, "8").uncompared is expected


def begin(fleet: Fleet, stream: Stream, version: str, at: int, rows: int = 300) -> None:
    fleet.update(stream.predictions(version, at))
    fleet.update(stream.labels(version, drawn(0.1, rows), at))


def inherited_by(fleet: Fleet, version: str) -> str | None:
    inherited = check_of(fleet, version).inherited
    return None if inherited is None else inherited.version


def test_a_version_that_was_rolled_back_is_none_to_count_from() -> None:
    stream, fleet = Stream(), new_fleet()
    begin(fleet, stream, "7", 0)
    fleet.notice(said(ModelEventType.VERSION_DEPLOYED, "7", 0))
    begin(fleet, stream, "8", 400_000)
    fleet.notice(said(ModelEventType.VERSION_DEPLOYED, "8", 400_000))
    fleet.notice(said(ModelEventType.ROLLED_BACK, "7", 700_000))
    begin(fleet, stream, "9", 800_000)
    assert inherited_by(fleet, "8") == "7"
    assert inherited_by(fleet, "9") == "7"


def test_where_all_before_were_rolled_back_nothing_is_judged() -> None:
    stream, fleet = Stream(), new_fleet()
    begin(fleet, stream, "7", 0)
    fleet.notice(said(ModelEventType.VERSION_DEPLOYED, "7", 0))
    fleet.notice(said(ModelEventType.ROLLED_BACK, "6", 300_000))
    begin(fleet, stream, "8", 400_000)
    assert check_of(fleet, "8").uncompared is Uncompared.ROLLED_BACK


def test_of_two_versions_at_once_the_champion_counts_and_without_one_none() -> None:
    for named, expected in (
        (True, None),
        (False, Uncompared.SEVERAL_VERSIONS),
    ):
        stream, fleet = Stream(), new_fleet()
        begin(fleet, stream, "7", 0)
        begin(fleet, stream, "8", 1000)
        if named:
            fleet.notice(said(ModelEventType.VERSION_DEPLOYED, "7", 2000))
        begin(fleet, stream, "9", 900_000)
        assert check_of(fleet, "9").uncompared is expected
        assert inherited_by(fleet, "9") == ("7" if named else None)


def test_labels_that_come_late_count_only_where_both_versions_can_have_them() -> None:
    """What comes late is worse: a young version has none of it, and that makes it no better."""
    fleet, stream = new_fleet(), Stream()
    found: list[PublishedEvent] = []
    for version, begun in (("7", 0), ("8", 1000 * MINUTE)):
        found += fleet.update(stream.predictions(version, begun))
        for minute in range(700):
            at = begun + minute * MINUTE
            found += fleet.update(stream.labels(version, [0.0] * 3, at, step=1))
            if minute >= 100:
                late = [1.0, 1.0]
                found += fleet.update(stream.labels(version, late, at, step=1, delay=100 * MINUTE))
    assert not performance_of(found)
    check = check_of(fleet, "8")
    assert check.inherited is not None
    # Within four hours and a quarter 444 minutes have all labels; within none 700 have three.
    assert check.inherited.kept.within == WITHIN[5] == 256 * MINUTE
    assert check.inherited.kept.known.mean == pytest.approx(0.4)
