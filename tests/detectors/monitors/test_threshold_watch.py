"""Thresholds of models in a fleet: their alerts are the same whatever way labelled rows come."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from detectors.algorithms.false_alarms import FalseAlarms
from detectors.monitors.fleet import Fleet
from detectors.monitors.limits import USUAL_PACE
from detectors.monitors.options import MonitorOptions
from detectors.monitors.threshold_watch import PACED, ThresholdWatch
from detectors.performance.error import Task
from detectors.performance.labelled_rows import with_errors
from detectors.performance.options import PerformanceOptions, ScoreOf
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.task_choice import EVIDENCE
from detectors.performance.threshold import Threshold
from schemas.events.alert import AlertStatus, Severity
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.published import PublishedEvent
from schemas.tables.observations import ObservationTable
from schemas.values.class_order import Classes
from tests.detectors.batches import plain
from tests.detectors.monitors.test_labelled_rows import classes, prices, table_of
from tests.detectors.performance.labelled import labelled_columns

OPTIONS = MonitorOptions(
    burn_in=100,
    thresholds=tuple(map(Threshold.of, ["accuracy >= 0.9", "recall >= 0.9", "mae <= 2"])),
)


def new_fleet(options: MonitorOptions = OPTIONS) -> Fleet:
    watch = partial(_watch, options)
    return Fleet(lambda _: options, consumers_of=watch)


def _watch(options: MonitorOptions, model: str, version: str) -> Sequence[ThresholdWatch]:
    return (ThresholdWatch((model, version), options),)


def performance_of(events: Sequence[PublishedEvent], model: str = "one") -> list[PerformanceAlert]:
    return [
        event for event in events if isinstance(event, PerformanceAlert) and event.model == model
    ]


def fed(fleet: Fleet, rows: Sequence[tuple[Any, Any]], size: int) -> list[PublishedEvent]:
    models = ("one", "other", "third")
    return [
        event
        for at in range(0, len(rows), size)
        for event in fleet.update(table_of(rows[at : at + size], *models, start=at))
    ]


ROWS = [*classes(3000, 0.02), *classes(1000, 0.4), *classes(1500, 0.01)]


def test_thresholds_judge_probabilities_by_the_classes_that_they_decide_for() -> None:
    options = replace(
        OPTIONS,
        thresholds=(Threshold.of("accuracy >= 0.9"), Threshold.of("brier <= 0.2")),
        performance=PerformanceOptions(threshold=0.3),
    )
    good = [(0.4, 1), (0.1, 0)] * 1500
    assert performance_of(fed(new_fleet(options), good, 250)) == []
    bad = [(0.4, 0), (0.1, 1)] * 500
    told = performance_of(fed(new_fleet(options), [*good, *bad], 250))
    assert {alert.metric for alert in told} == {"accuracy", "brier"}


@pytest.mark.parametrize("task", [Task.AUTO, Task.CLASSIFICATION])
def test_labels_that_call_classes_otherwise_cross_no_threshold(task: Task) -> None:
    options = replace(OPTIONS, task=task)
    names = ["ok", "fraud"]
    other = [(names[row % 2], row % 2) for row in range(900)]
    assert performance_of(fed(new_fleet(options), other, 70)) == []
    # Once they go by the same names, what is wrong is.
    same = [(names[row % 2], names[row % 2]) for row in range(300)]
    wrong = [(names[row % 2], names[1 - row % 2]) for row in range(300)]
    told = performance_of(fed(new_fleet(options), [*other, *same, *wrong], 70))
    assert {alert.metric for alert in told} == {"accuracy"}


def test_a_model_that_is_always_wrong_is_told_after_a_hundred_labels() -> None:
    options = replace(OPTIONS, task=Task.CLASSIFICATION)
    told = performance_of(fed(new_fleet(options), [(0, 1)] * 200, 70))
    assert {alert.metric for alert in told} == {"accuracy", "recall"}


def test_a_score_of_the_positive_class_is_not_that_of_the_predicted_one() -> None:
    view = OutcomeView(
        with_errors(labelled_columns([0, 1], [0, 1], [0.1, 0.8]), Task.CLASSIFICATION, 2),
        2,
        Classes(),
        ScoreOf.POSITIVE,
    )
    assert view.scores.tolist() == [0.9, 0.8]


def test_a_model_that_is_worse_than_it_may_be_is_told_with_since_when_and_how_bad_it_is() -> None:
    opened, *_, resolved = [
        alert for alert in performance_of(fed(new_fleet(), ROWS, 250)) if alert.metric == "accuracy"
    ]
    assert (opened.status, opened.severity) == (AlertStatus.OPENED, Severity.CRITICAL)
    assert (resolved.status, resolved.severity) == (AlertStatus.RESOLVED, Severity.INFO)
    assert 3000 <= opened.detected_at.offset < 3200
    assert abs(opened.change_at.offset - 3000) < 50
    # Found at a moment of bad luck, it is worse than it is on the whole.
    assert 0.3 < opened.value < 0.7
    assert (opened.threshold, opened.bound) == ("accuracy >= 0.9", 0.9)
    assert opened.message == (
        f"one 1 is worse than it may be: accuracy {opened.value:.4g} over "
        f"{opened.losses_since_change} labels, and 0.9 is the threshold (accuracy >= 0.9)."
    )
    assert 4000 <= resolved.detected_at.offset < 5000


@pytest.mark.parametrize("size", [1, 99, 1000, 5500])
def test_the_alerts_do_not_depend_on_batches_nor_on_other_models(size: int) -> None:
    rows = ROWS[2500:3600]
    expected = performance_of(new_fleet().update(table_of(rows, "one")))
    assert {alert.metric for alert in expected} == {"accuracy", "recall"}
    assert performance_of(fed(new_fleet(), rows, size)) == expected


def test_a_restored_fleet_goes_on_where_the_other_was() -> None:
    whole, first = new_fleet(), new_fleet()
    expected = fed(whole, ROWS, 500)
    found = fed(first, ROWS[:3100], 500)
    watch = first.monitor("one", "1")
    assert watch is not None
    second = new_fleet()
    second.restore(first.state())
    for at in range(3100, len(ROWS), 300):
        found += second.update(table_of(ROWS[at : at + 300], "one", "other", "third", start=at))
    assert performance_of(found) == performance_of(expected)
    assert plain(second.state()) == plain(whole.state())


def test_before_the_task_is_chosen_no_row_counts() -> None:
    fleet = new_fleet()
    rows = [*[(1, 0)] * EVIDENCE, *prices(400, 1.0)]
    fleet.update(table_of(rows, "one"))
    monitor = fleet.monitor("one", "1")
    assert monitor is not None
    # Whole numbers look like classes, and prices do not: by then they were few.
    assert monitor.task.settled is Task.CLASSIFICATION
    (state,) = monitor.state()["consumers"].values()
    assert state["to_choose"] == 0
    assert state["checks"]["mae <= 2"]["losses"] == 0
    assert state["checks"]["accuracy >= 0.9"]["losses"] == 400


def test_a_threshold_that_is_new_begins_and_the_others_go_on() -> None:
    fleet = new_fleet()
    fed(fleet, ROWS[:500], 500)
    thresholds = (*OPTIONS.thresholds[:1], Threshold.of("precision >= 0.5"))
    other = new_fleet(MonitorOptions(burn_in=100, thresholds=thresholds))
    other.restore(fleet.state())
    monitor = other.monitor("one", "1")
    assert monitor is not None
    (state,) = monitor.state()["consumers"].values()
    losses = {name: check["losses"] for name, check in state["checks"].items()}
    assert losses == {"accuracy >= 0.9": 500 - EVIDENCE, "precision[1] >= 0.5": 0}


MONTHLY = MonitorOptions(
    burn_in=100,
    task=Task.CLASSIFICATION,
    thresholds=tuple(map(Threshold.of, ["accuracy >= 0.9", "recall >= 0.9"])),
    false_alarms=FalseAlarms.of("1 per 30d"),
)


@pytest.mark.parametrize("size", [1, 77, 1500])
def test_a_budget_of_time_is_turned_into_rows_by_the_first_thousand_labels(size: int) -> None:
    rows = [*classes(1400, 0.02), *classes(300, 0.5)]
    fleet = new_fleet(MONTHLY)
    found = performance_of(fed(fleet, rows, size))
    monitor = fleet.monitor("one", "1")
    assert monitor is not None
    (state,) = monitor.state()["consumers"].values()
    is_paced, pace, at = state["pace"]
    assert (is_paced, at) == (True, PACED)
    # A fifth of the budget for both thresholds.
    expected = MONTHLY.threshold_alarms.rows_of(columns=2, pace=pace)
    assert {alert.limit for alert in found} == {expected}
    assert expected == pytest.approx(30 * 86_400_000 * pace * 5 * 2)
    again = new_fleet(MONTHLY)
    again.restore(fleet.state())
    assert plain(again.state()) == plain(fleet.state())


def test_a_state_of_a_release_without_budgets_has_the_pace_measured_from_here_on() -> None:
    fleet = new_fleet(MONTHLY)
    fed(fleet, ROWS[:500], 500)
    monitor = fleet.monitor("one", "1")
    assert monitor is not None
    (state,) = monitor.state()["consumers"].values()
    del state["pace"]
    watch = ThresholdWatch(("one", "1"), MONTHLY)
    watch.restore(state)
    assert watch.state()["pace"] == [False, USUAL_PACE, None]
    assert plain(watch.state()["checks"]) == plain(state["checks"])


def test_thresholds_have_a_part_of_the_budget_of_a_model_and_as_much_as_a_column_of_columns() -> (
    None
):
    both = MONTHLY.drift_alarms.amount, MONTHLY.threshold_alarms.amount
    assert sum(MONTHLY.false_alarms.amount / each for each in both) == pytest.approx(1.0)
    assert OPTIONS.threshold_alarms == OPTIONS.drift_alarms == OPTIONS.false_alarms
    without = replace(MONTHLY, thresholds=())
    assert without.drift_alarms == without.false_alarms


def test_predictions_are_none_of_its_business() -> None:
    rng = np.random.default_rng(7)
    fleet = new_fleet()
    table = table_of([*zip(rng.random(300).tolist(), rng.random(300).tolist(), strict=True)], "one")
    assert isinstance(table, ObservationTable)
    assert not performance_of(fleet.update(table))
