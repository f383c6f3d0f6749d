from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.monitors.fleet import Fleet
from detectors.monitors.options import MonitorOptions
from detectors.monitors.performance_watch import PerformanceWatch
from detectors.monitors.row_consumer import RowConsumer
from detectors.performance.class_table import MOST_CLASSES
from detectors.performance.error import Task
from detectors.performance.options import PerformanceOptions, ScoreOf
from detectors.performance.rate import Rate
from detectors.snapshots.codec import decode_snapshot, encode_snapshot
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.model_performance import ModelPerformance, NoValue, WindowKind
from schemas.events.published import PublishedEvent
from schemas.events.times import format_time
from schemas.tables.columns import Column, Kind, Role
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from schemas.tables.outcomes import outcome_columns
from schemas.tables.rated_columns import rated_columns
from schemas.values.rated_label import rated
from tests.detectors.batches import START, plain
from tests.detectors.performance.labelled import labelled_columns
from tests.detectors.stored import snapshot_of

DAY = 86_400_000
BEGIN = START - START % DAY
OPTIONS = MonitorOptions(
    burn_in=50,
    task=Task.CLASSIFICATION,
    performance=PerformanceOptions(rows=40, kept=8),
)
Row = tuple[Any, Any, float | None, int, int]
"""Prediction, label, score, and the times of prediction and label."""


def fleet_of(options: MonitorOptions = OPTIONS) -> Fleet:
    def consumers(model: str, version: str) -> Sequence[RowConsumer]:
        return (PerformanceWatch((model, version), options),)

    return Fleet(lambda _: options, consumers_of=consumers)


def table_of(
    origin: Origin, columns: Sequence[Column], times: Sequence[int], start: int
) -> ObservationTable:
    count = len(times)
    return ObservationTable(
        origin,
        (ModelRows("fraud", "3", count),),
        (Source(str(origin), 0),),
        np.zeros(count, dtype=np.int64),
        np.arange(start, start + count, dtype=np.int64),
        np.array(times, dtype=np.int64),
        tuple(columns),
    )


def labelled(rows: Sequence[Row], start: int = 0) -> ObservationTable:
    said, true, scores, predicted, times = zip(*rows, strict=True)
    delays = np.subtract(times, predicted).astype(np.float64)
    columns = labelled_columns(said, true, scores)
    return table_of(
        Origin.LABELS, (*columns, Column("delay", Role.DELAY, Kind.NUMBER, delays)), times, start
    )


def predicted(times: Sequence[int], start: int = 0) -> ObservationTable:
    values = np.zeros(len(times))
    return table_of(
        Origin.PREDICTIONS, [Column("x", Role.FEATURE, Kind.NUMBER, values)], times, start
    )


def performances(events: Sequence[PublishedEvent]) -> list[ModelPerformance]:
    return [event for event in events if isinstance(event, ModelPerformance)]


def history(seed: int, rows: int, *, days: float = 12.0, latest: float = 5.0) -> list[Row]:
    """Rows whose labels come up to some days late, in the order of the labels."""
    random = np.random.default_rng(seed)
    made = BEGIN + (random.random(rows) * days * DAY).astype(np.int64)
    known = made + (random.random(rows) ** 3 * latest * DAY).astype(np.int64)
    order = np.argsort(known)
    likely = random.random(rows)
    said = (likely > 0.5).astype(int)
    true = (random.random(rows) < likely).astype(int)
    scores = np.where(said == 1, likely, 1 - likely)
    return [
        (
            int(said[row]),
            [1, "1", True, "0", 0, False][3 * (1 - true[row]) + row % 3],
            float(scores[row]),
            int(made[row]),
            int(known[row]),
        )
        for row in order
    ]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 90), min_size=1, max_size=4), st.booleans())
def test_what_is_told_does_not_depend_on_how_rows_are_cut(
    seed: int, sizes: list[int], is_declared: bool
) -> None:
    options = OPTIONS if is_declared else replace(OPTIONS, task=Task.AUTO)
    rows = history(seed, sum(sizes))
    made = sorted(row[3] for row in rows)
    whole, cut = fleet_of(options), fleet_of(options)
    expected = [
        *whole.update(predicted(made)),
        *(
            event
            for row in range(len(rows))
            for event in whole.update(labelled(rows[row : row + 1], row))
        ),
    ]
    found: list[PublishedEvent] = []
    bounds = list(np.cumsum([0, *sizes]))
    for begin, end in pairwise(bounds):
        found += cut.update(predicted(made[begin:end], begin))
    for begin, end in pairwise(bounds):
        found += cut.update(labelled(rows[begin:end], begin))
        cut_again = fleet_of(options)
        cut_again.restore(cut.state())
        cut = cut_again
    assert performances(found) == performances(expected)
    assert plain(cut.state()) == plain(whole.state())
    assert snapshot_of(cut, ("fraud", "3")) == snapshot_of(whole, ("fraud", "3"))


def scored(times: Sequence[int], likely: Sequence[float], start: int = 0) -> ObservationTable:
    """Predictions with their scores, as they come before their labels."""
    said = [int(each > 0.5) for each in likely]
    scores = [max(each, 1 - each) for each in likely]
    columns = labelled_columns(said, said, scores)
    kept = [column for column in columns if column.role is not Role.LABEL]
    return table_of(Origin.PREDICTIONS, kept, times, start)


def estimates_of(events: Sequence[PublishedEvent]) -> list[ModelPerformance]:
    return [each for each in performances(events) if each.window.kind is WindowKind.ESTIMATED]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 150), min_size=2, max_size=4))
def test_estimates_do_not_depend_on_how_rows_are_cut(seed: int, sizes: list[int]) -> None:
    rows = history(seed, 600)
    random = np.random.default_rng(seed)
    count = sum(sizes)
    times = (BEGIN + np.sort(random.random(count) * 5) * DAY).astype(np.int64).tolist()
    likely = random.random(count).tolist()
    whole, cut = fleet_of(), fleet_of()
    whole.update(labelled(rows))
    expected = whole.update(scored(times, likely))
    for begin in range(0, 600, 130):
        cut.update(labelled(rows[begin : begin + 130], begin))
    found: list[PublishedEvent] = []
    for begin, end in pairwise(np.cumsum([0, *sizes]).tolist()):
        found += cut.update(scored(times[begin:end], likely[begin:end], begin))
        cut_again = fleet_of()
        cut_again.restore(cut.state())
        cut = cut_again
    assert estimates_of(found) == estimates_of(expected)
    assert plain(cut.state()) == plain(whole.state())


THREE = replace(OPTIONS, class_names=("cat", "dog", "fox"))


def lists_of(seed: int, rows: int, days: float) -> tuple[list[list[float]], list[Row]]:
    """Lists of probabilities, and the same with labels that come by them, a day later."""
    random = np.random.default_rng(seed)
    lists = random.dirichlet(np.ones(3), rows)
    made = (BEGIN + np.linspace(0, days, rows, endpoint=False) * DAY).astype(np.int64).tolist()
    labels = [THREE.class_names[random.choice(3, p=each)] for each in lists]
    pairs = zip(lists.tolist(), labels, made, strict=True)
    return lists.tolist(), [(said, true, None, at, at + DAY) for said, true, at in pairs]


@pytest.mark.parametrize("size", [1, 61, 500])
def test_lists_of_three_classes_are_ranked_and_estimated_however_they_are_cut(size: int) -> None:
    _, rows = lists_of(1, 600, 2.0)
    lists, _ = lists_of(2, 500, 4.0)
    times = [row[3] + 20 * DAY for row in lists_of(2, 500, 4.0)[1]]
    whole, cut = fleet_of(THREE), fleet_of(THREE)
    expected = whole.update(labelled(rows))
    found: list[PublishedEvent] = []
    for begin in range(0, 600, size):
        found += cut.update(labelled(rows[begin : begin + size], begin))
    windows = [each for each in performances(expected) if each.window.kind is WindowKind.ROWS]
    assert len(windows) == 15
    assert all(each.metrics["roc_auc_macro"].value for each in windows)
    daily = [each for each in performances(expected) if each.window.kind is WindowKind.TIME]
    assert {each.metrics["roc_auc_macro"].reason for each in daily} == {NoValue.TOO_MANY_SCORES}
    told = estimates_of(whole.update(unlabelled(lists, times)))
    again = fleet_of(THREE)
    again.restore(cut.state())
    for begin in range(0, 500, size):
        end = begin + size
        found += again.update(unlabelled(lists[begin:end], times[begin:end], begin))
    assert performances(found) == [*performances(expected), *told]
    assert plain(again.state()) == plain(whole.state())
    assert [each.rows for each in told] == [125, 125, 125]
    # The likeliest of three even chances is right in 11 of 18 rows.
    assert all(each.metrics["accuracy"].value == pytest.approx(0.61, abs=0.08) for each in told)
    assert all("recall" not in each.metrics for each in told)


def unlabelled(
    lists: Sequence[list[float]], times: Sequence[int], start: int = 0
) -> ObservationTable:
    return table_of(Origin.PREDICTIONS, outcome_columns(Role.PREDICTION, lists), times, start)


def test_a_window_that_has_ended_is_estimated_before_its_labels_come() -> None:
    fleet = fleet_of()
    fleet.update(labelled(history(1, 1000)))
    random = np.random.default_rng(2)
    days = 20 + np.arange(3000) / 1000
    times = (BEGIN + days * DAY).astype(np.int64).tolist()
    likely = random.random(3000).tolist()
    told = estimates_of(fleet.update(scored(times, likely)))
    assert [each.window.number for each in told] == [BEGIN // DAY + 20, BEGIN // DAY + 21]
    assert [each.as_of.offset for each in told] == [1000, 2000]
    assert [each.rows for each in told] == [1000, 1000]
    # A label is 1 as often as its score says, so three in four predictions are right.
    for each in told:
        assert each.metrics["accuracy"].value == pytest.approx(0.75, abs=0.04)
        assert each.metrics["recall"].value == pytest.approx(0.75, abs=0.05)
        assert each.share_labelled is None


def test_the_error_of_an_estimate_is_told_once_the_labels_have_come() -> None:
    fleet = fleet_of()
    fleet.update(labelled(history(1, 1000, latest=0.5)))
    random = np.random.default_rng(3)
    rows = 3000
    made = (BEGIN + (20 + np.arange(rows) * 4 / rows) * DAY).astype(np.int64)
    likely = random.random(rows)
    fleet.update(scored(made.tolist(), likely.tolist()))
    said = (likely > 0.5).astype(int)
    true = (random.random(rows) < likely).astype(int)
    scores = np.maximum(likely, 1 - likely)
    known = made + 3_600_000
    told = performances(
        fleet.update(
            labelled(
                [
                    (int(a), int(b), float(c), int(d), int(e))
                    for a, b, c, d, e in zip(said, true, scores, made, known, strict=True)
                ],
                1000,
            )
        )
    )
    errors = [each.estimate_errors for each in told if each.estimate_errors]
    assert len(errors) > 0
    assert all(abs(each["accuracy"]) < 0.08 for each in errors)


def test_nothing_is_estimated_where_no_label_has_come_nor_without_a_positive_class() -> None:
    fleet = fleet_of()
    times = [BEGIN, BEGIN + DAY, BEGIN + 2 * DAY]
    assert estimates_of(fleet.update(scored(times, [0.2, 0.6, 0.9]))) == []
    rows: list[Row] = [("yes", "no", 0.7, BEGIN + row, BEGIN + row + 1000) for row in range(600)]
    fleet.update(labelled(rows))
    later = [time + 5 * DAY for time in times]
    assert estimates_of(fleet.update(scored(later, [0.2, 0.6, 0.9], 3))) == []


def rated_table(rows: Sequence[Row], numbers: Sequence[Any], start: int = 0) -> ObservationTable:
    """Labelled rows with numbers in their label events."""
    table = labelled(rows, start)
    return replace(table, columns=(*table.columns, *rated_columns(numbers)))


RATED = replace(
    OPTIONS,
    task=Task.AUTO,
    performance=replace(OPTIONS.performance, rates=(Rate("escalation", "chat.escalated"),)),
)


@pytest.mark.parametrize("size", [1, 37, 400])
def test_rates_of_label_events_are_told_however_rows_are_cut(size: int) -> None:
    # The first hundred rows wait for the task to be known, with the numbers of their events.
    rows = history(5, 400)
    numbers = [
        rated(1, {} if row % 10 == 9 else {"chat.escalated": float(row % 4 == 0)})
        for row in range(400)
    ]
    whole, cut = fleet_of(RATED), fleet_of(RATED)
    expected = performances(whole.update(rated_table(rows, numbers)))
    found: list[PublishedEvent] = []
    for begin in range(0, 400, size):
        part = slice(begin, begin + size)
        found += cut.update(rated_table(rows[part], numbers[part], begin))
        again = fleet_of(RATED)
        again.restore(decode_snapshot(encode_snapshot(cut.state())))
        cut = again
    assert performances(found) == expected
    assert plain(cut.state()) == plain(whole.state())
    windows = [each for each in expected if each.window.kind is WindowKind.ROWS]
    assert [each.unusable for each in windows] == [{"escalation.absent": 4}] * 10
    # Of 20 rows a quarter is escalated, and of those without a number none would have been.
    assert {each.metrics["escalation"].value for each in windows} == {10 / 36}


def test_a_rate_is_told_where_labels_call_classes_otherwise_than_the_model() -> None:
    rows: list[Row] = [
        ("fraud" if row % 2 else "fine", row % 2, None, BEGIN + row, BEGIN + row + 1000)
        for row in range(400)
    ]
    numbers = [rated(1, {"chat.escalated": float(row % 4 == 0)}) for row in range(400)]
    told = performances(fleet_of(RATED).update(rated_table(rows, numbers)))[-1]
    assert told.metrics["accuracy"].reason is NoValue.UNLIKE_NAMES
    assert told.metrics["escalation"].value == 0.25


def test_a_rate_that_is_added_makes_nothing_void() -> None:
    rows = history(5, 210)
    before = fleet_of(replace(RATED, performance=OPTIONS.performance))
    before.update(labelled(rows[:200]))
    after = fleet_of(RATED)
    after.restore(before.state())
    numbers = [rated(1, {"chat.escalated": 1.0})] * 10
    told = [
        each
        for each in performances(after.update(rated_table(rows[200:], numbers, 200)))
        if each.window.kind is WindowKind.TIME
    ]
    assert told[-1].rows > 10
    assert told[-1].metrics["accuracy"].value is not None


def test_a_window_of_rows_is_told_when_it_is_full() -> None:
    told = performances(fleet_of().update(labelled(history(1, 600))))
    windows = [each for each in told if each.window.kind is WindowKind.ROWS]
    assert [each.window.number for each in windows] == [*range(15)]
    assert {each.rows for each in windows} == {40}
    assert [each.as_of.offset for each in windows] == [*range(39, 600, 40)]
    assert windows[0].predictions is None


def test_a_window_of_time_is_told_at_its_end_and_again_with_late_labels() -> None:
    fleet = fleet_of()
    noon = BEGIN + DAY // 2
    made = [noon] * 4 + [noon + DAY] * 2
    fleet.update(predicted(made))
    rows = [
        (1, 1, None, noon, noon + 1000),
        (1, 0, None, noon, noon + 2000),
        # The labels have come to the end of the first day.
        (1, 1, None, noon + DAY, noon + DAY + 1000),
        # Late: told with the first row of the next tick, since the window was told in this one.
        (1, 1, None, noon, noon + DAY + 2000),
        (1, 1, None, noon, noon + DAY + 3000),
        (0, 0, None, noon + DAY, noon + DAY + 7 * 3_600_000),
    ]
    told = [
        (each.window.number - BEGIN // DAY, each.revision, each.rows, each.predictions)
        for number, row in enumerate(rows)
        for each in performances(fleet.update(labelled([row], number)))
    ]
    assert told == [(0, 0, 2, 4), (0, 1, 4, 4)]


def test_a_label_that_comes_first_in_its_tick_revises_its_window_at_once() -> None:
    fleet = fleet_of()
    noon = BEGIN + DAY // 2
    rows = [(1, 1, None, noon, noon + 1000), (1, 1, None, noon + 5 * DAY, noon + 5 * DAY + 1000)]
    fleet.update(labelled(rows))
    late = (0, 1, None, noon, noon + 5 * DAY + 25_200_000)
    (event,) = performances(fleet.update(labelled([late], 2)))
    assert (event.window.number, event.revision, event.rows) == (BEGIN // DAY, 1, 2)
    assert event.metrics["accuracy"].value == 0.5
    assert event.as_of.offset == 2


def test_a_label_of_a_window_that_is_gone_counts_in_that_of_rows_alone() -> None:
    fleet = fleet_of()
    noon = BEGIN + DAY // 2
    late = (0, 1, None, noon, noon + 30 * DAY)
    now = (1, 1, None, noon + 30 * DAY, noon + 30 * DAY)
    told = performances(fleet.update(labelled([now] * 39 + [late])))
    assert [(each.window.kind, each.rows) for each in told] == [(WindowKind.ROWS, 40)]


def test_a_window_that_has_to_go_tells_what_was_not_told_yet() -> None:
    fleet = fleet_of()
    noon = BEGIN + DAY // 2
    rows = [
        (1, 1, None, noon, noon + 1000),
        (1, 1, None, noon + 7 * DAY, noon + 7 * DAY),
        (1, 1, None, noon, noon + 7 * DAY + 1000),
        (0, 1, None, noon, noon + 7 * DAY + 2000),
        (0, 1, None, noon + 20 * DAY, noon + 7 * DAY + 3000),
    ]
    told = [
        (each.window.number - BEGIN // DAY, each.revision, each.rows)
        for each in performances(fleet.update(labelled(rows)))
    ]
    assert told == [(0, 0, 1), (0, 1, 3), (7, 0, 1)]


def test_labels_in_any_spelling_are_the_same_class() -> None:
    spellings = [(1, "1"), (1.0, True), ("1", 1), (True, "yes"), ("true", 1.0), (0, "no")]
    rows = [(said, true, None, START, START) for said, true in spellings]
    options = replace(OPTIONS, performance=PerformanceOptions(rows=len(rows)))
    (event,) = performances(fleet_of(options).update(labelled(rows)))
    assert event.metrics["accuracy"].value == 1.0
    assert [each.name for each in event.classes] == ["1", "0"]


def test_of_ten_thousand_classes_the_first_ones_are_told_apart() -> None:
    random = np.random.default_rng(3)
    names = [f"c{number}" for number in (random.pareto(0.5, 20_000) * 3).astype(int) % 10_000]
    rows = [(name, name if row % 4 else "c0", None, START, START) for row, name in enumerate(names)]
    options = replace(OPTIONS, performance=PerformanceOptions(rows=20_000))
    (event,) = performances(fleet_of(options).update(labelled(rows)))
    assert [each.name for each in event.classes][-1] == "others"
    assert len(event.classes) == 21
    assert sum(map(sum, event.confusion)) == 20_000
    assert event.classes[0].name == "c0"


@pytest.mark.parametrize("size", [7, 424])
def test_accuracy_is_exact_of_classes_that_are_not_told_apart(size: int) -> None:
    count = MOST_CLASSES + 168
    names = [f"c{number}" for number in range(count)]
    # Right in those that are told apart, and wrong in all others.
    true = [
        name if row < MOST_CLASSES else names[(row + 1) % count] for row, name in enumerate(names)
    ]
    rows: list[Row] = [
        (said, label, None, START, START) for said, label in zip(names, true, strict=True)
    ]
    fleet = fleet_of(replace(OPTIONS, performance=PerformanceOptions(rows=count)))
    tables = [labelled(rows[at : at + size], at) for at in range(0, count, size)]
    (event,) = performances([told for table in tables for told in fleet.update(table)])
    for name in ("accuracy", "f1_micro"):
        found = event.metrics[name]
        assert found.value == pytest.approx(MOST_CLASSES / count)
        assert found.error is None
    assert event.metrics["recall_macro"].reason is NoValue.TOO_MANY_CLASSES


def test_probabilities_that_are_none_are_counted_and_left_out() -> None:
    rows: list[Row] = [
        *[([0.2, 0.8], 1, None, START, START)] * 19,
        ([0.2, 0.9], 1, None, START, START),
        ([1.4, -0.4], 1, None, START, START),
        ([0.5, 0.5], 2, None, START, START),
        (1, 1, 7.0, START, START),
        (1, [0, 1], None, START, START),
        (None, 1, None, START, START),
    ]
    options = replace(OPTIONS, performance=PerformanceOptions(rows=len(rows)))
    (event,) = performances(fleet_of(options).update(labelled(rows)))
    assert event.rows == 25
    assert event.unusable == {
        "no_outcome": 1,
        "list": 1,
        "not_probabilities": 2,
        "unknown_class": 1,
        "score_out_of_range": 1,
    }
    assert event.metrics["accuracy"].value == 1.0
    assert event.metrics["log_loss"].value == pytest.approx(-np.log(0.8), rel=1e-12)


@pytest.mark.parametrize("positive", [None, "b"])
@pytest.mark.parametrize("odd", [[0.2, 0.3, 0.5], [0.1] * 10])
def test_lists_of_another_length_than_the_declared_classes_are_counted_and_left_out(
    odd: list[float], positive: str | None
) -> None:
    rows: list[Row] = [
        (odd, "a", None, START, START),
        ([0.2, 0.8], "b", None, START, START),
        (odd, "z", None, START, START),
        ([0.9, 0.1], "a", None, START, START),
        ([0.9, 0.1], "z", None, START, START),
    ]
    performance = PerformanceOptions(rows=5, positive=positive)
    options = replace(OPTIONS, class_names=("a", "b"), performance=performance)
    fleet = fleet_of(options)
    said = outcome_columns(Role.PREDICTION, [row[0] for row in rows])
    assert performances(fleet.update(table_of(Origin.PREDICTIONS, said, [START] * 5, 0))) == []
    (event,) = performances(fleet.update(labelled(rows)))
    assert event.unusable == {"not_probabilities": 2, "unknown_class": 1}
    assert (event.rows, event.metrics["accuracy"].value) == (5, 1.0)
    log_loss = -(np.log(0.8) + np.log(0.9)) / 2
    assert event.metrics["log_loss"].value == pytest.approx(log_loss, rel=1e-12)
    one = fleet_of(options)
    (alone,) = performances(
        [e for row in range(5) for e in one.update(labelled(rows[row : row + 1], row))]
    )
    assert (alone.unusable, alone.metrics) == (event.unusable, event.metrics)


def test_a_class_that_the_model_does_not_know_counts_as_one_that_was_missed() -> None:
    rows: list[Row] = [("a", "a", None, START, START), ("a", "z", None, START, START)]
    options = replace(OPTIONS, class_names=("a", "b"), performance=PerformanceOptions(rows=2))
    (event,) = performances(fleet_of(options).update(labelled(rows)))
    assert [each.name for each in event.classes] == ["a", "z"]
    assert (event.metrics["accuracy"].value, event.unusable) == (0.5, {})


def test_a_label_that_is_dated_before_its_prediction_counts_in_the_window_of_the_prediction() -> (
    None
):
    rows: list[Row] = [
        (1, 1, None, BEGIN + DAY + 1, BEGIN + 5),
        (1, 0, None, BEGIN + DAY + 2, BEGIN + 2 * DAY),
    ]
    found = performances(fleet_of().update(labelled(rows)))
    told = [each for each in found if each.window.kind is WindowKind.TIME]
    assert [(each.window.number, each.rows) for each in told] == [(BEGIN // DAY + 1, 2)]


def test_labels_of_a_regression_that_are_no_numbers_leave_the_figures_without_a_value() -> None:
    options = replace(OPTIONS, task=Task.REGRESSION, performance=PerformanceOptions(rows=2))
    rows: list[Row] = [(1.0, "n/a", None, START, START), (2, "1,5", None, START, START)]
    (event,) = performances(fleet_of(options).update(labelled(rows)))
    assert event.unusable == {"not_a_number": 2}
    assert {metric.reason for metric in event.metrics.values()} == {NoValue.NO_ROWS}


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_the_loss_of_a_quantile_is_that_of_the_one_that_is_predicted(quantile: float) -> None:
    performance = PerformanceOptions(rows=2, quantile=quantile, metrics=("quantile_loss",))
    options = replace(OPTIONS, task=Task.REGRESSION, performance=performance)
    rows: list[Row] = [(1.0, 3.0, None, START, START), (4.0, 1.0, None, START, START)]
    (event,) = performances(fleet_of(options).update(labelled(rows)))
    assert list(event.metrics) == ["quantile_loss"]
    expected = (2 * quantile + 3 * (1 - quantile)) / 2
    assert event.metrics["quantile_loss"].value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("spelling", ["cat", " cat"])
def test_the_positive_class_and_the_metrics_are_those_of_the_settings(spelling: str) -> None:
    rows: list[Row] = [
        (said, true, None, START, START)
        for said, true in (("cat", "dog"), ("dog", "dog"), ("cat", "cat"))
    ]
    # Metrics of another task are none of this one.
    performance = PerformanceOptions(
        rows=3, positive=spelling, metrics=("recall", "precision", "mae")
    )
    options = replace(OPTIONS, class_names=("cat", "dog"), performance=performance)
    (event,) = performances(fleet_of(options).update(labelled(rows)))
    assert event.positive_class == "cat"
    told = {name: metric.value for name, metric in event.metrics.items()}
    assert told == {"precision": 0.5, "recall": 1.0}


def test_a_threshold_makes_classes_of_probabilities() -> None:
    rows: list[Row] = [(p, t, None, START, START) for p, t in ((0.3, 1), (0.1, 0), (0.4, 0))]
    performance = PerformanceOptions(rows=3, threshold=0.25)
    (event,) = performances(
        fleet_of(replace(OPTIONS, performance=performance)).update(labelled(rows))
    )
    assert event.confusion == [[1, 0], [1, 1]]
    assert event.metrics["roc_auc"].value == 0.5
    assert event.metrics["brier"].value == pytest.approx((0.49 + 0.01 + 0.16) / 3, rel=1e-12)


@pytest.mark.parametrize("size", [1, 60, 400])
def test_probabilities_are_known_by_their_labels_and_measured_as_such(size: int) -> None:
    random = np.random.default_rng(3)
    chances = random.random(400).round(3)
    truths = random.random(400) < chances
    rows: list[Row] = [
        (float(chance), int(true), None, START, START)
        for chance, true in zip(chances, truths, strict=True)
    ]
    options = replace(OPTIONS, task=Task.AUTO, performance=PerformanceOptions(rows=400))
    fleet = fleet_of(options)
    tables = [labelled(rows[at : at + size], at) for at in range(0, 400, size)]
    (event,) = performances([event for table in tables for event in fleet.update(table)])
    assert event.task == "classification"
    right = ((chances >= 0.5) == truths).mean()
    assert event.metrics["accuracy"].value == pytest.approx(right, rel=1e-12)
    brier = ((chances - truths) ** 2).mean()
    assert event.metrics["brier"].value == pytest.approx(brier, rel=1e-12)
    (monitor,) = fleet
    errors = monitor.columns[Role.ERROR, "error"]
    assert errors.kind is Kind.BOOLEAN
    assert errors.reference.count == 400


@pytest.mark.parametrize("task", [Task.AUTO, Task.CLASSIFICATION])
def test_labels_that_call_classes_otherwise_are_renamed_once(task: Task) -> None:
    rows: list[Row] = [
        (row % 2, (row + (row % 10 > 0)) % 2, None, START, START) for row in range(200)
    ]
    options = replace(
        OPTIONS,
        task=task,
        label_names=(("0", "1"), ("1", "0")),
        performance=PerformanceOptions(rows=200),
    )
    fleet = fleet_of(options)
    (event,) = performances(
        [e for at in (0, 150) for e in fleet.update(labelled(rows[at : at + 150], at))]
    )
    assert event.metrics["accuracy"].value == pytest.approx(0.9)
    (monitor,) = fleet
    assert monitor.columns[Role.ERROR, "error"].reference.count == 200


@pytest.mark.parametrize("size", [7, 250, 1500])
def test_figures_are_withheld_as_long_as_labels_call_classes_otherwise(size: int) -> None:
    times = [START + row * DAY // 300 for row in range(1500)]
    rows: list[Row] = [
        ("fraud" if row % 3 else "ok", (row % 3 > 0) if row < 600 else "fraud", None, at, at)
        for row, at in enumerate(times)
    ]
    options = replace(OPTIONS, performance=PerformanceOptions(rows=100, window=DAY, kept=8))
    fleet = fleet_of(options)
    tables = [labelled(rows[at : at + size], at) for at in range(0, 1500, size)]
    found = performances([event for table in tables for event in fleet.update(table)])
    of_rows = [event for event in found if event.window.kind is WindowKind.ROWS]
    reasons = [event.metrics["accuracy"].reason for event in of_rows]
    # Labels go by the same names from row 600 on, which a hundred rows of a block say.
    assert reasons[:7] == [NoValue.UNLIKE_NAMES] * 7
    assert reasons[8:] == [None] * 7
    assert sorted(filter(None, chain(*of_rows[0].confusion))) == [34, 66]
    assert {report.recall.reason for report in of_rows[0].classes} == {NoValue.UNLIKE_NAMES}
    by_time = [event for event in found if event.window.kind is WindowKind.TIME]
    told = {event.window.number: event.metrics["accuracy"].value for event in by_time}
    assert [told[number] is None for number in sorted(told)] == [True, True, True, False, False]


def test_names_are_compared_anew_where_an_alert_of_labels_compares_them_anew() -> None:
    rows: list[Row] = [
        ("ab"[row % 2], row % 2 if row >= 1100 else "ab"[row % 2], None, START, START)
        for row in range(1500)
    ]
    fleet = fleet_of(replace(OPTIONS, performance=PerformanceOptions(rows=100)))
    events = fleet.update(labelled(rows[:1100]))
    time = format_time(START)
    fleet.notice(
        ModelEvent(
            type=ModelEventType.RETRAIN_COMPLETED, model="fraud", version="3", timestamp=time
        )
    )
    events += fleet.update(labelled(rows[1100:], 1100))
    reasons = [
        event.metrics["accuracy"].reason
        for event in performances(events)
        if event.window.kind is WindowKind.ROWS
    ]
    assert reasons == [None] * 11 + [NoValue.UNLIKE_NAMES] * 4


def test_a_single_score_may_be_that_of_the_positive_class() -> None:
    rows: list[Row] = [(0, 0, 0.1, START, START), (1, 1, 0.8, START, START)]
    performance = PerformanceOptions(rows=2, score_of=ScoreOf.POSITIVE)
    (event,) = performances(
        fleet_of(replace(OPTIONS, performance=performance)).update(labelled(rows))
    )
    assert event.metrics["brier"].value == pytest.approx((0.01 + 0.04) / 2, rel=1e-12)
    assert event.metrics["roc_auc"].value == 1.0


def test_classes_of_which_none_is_known_to_be_looked_for_say_so() -> None:
    rows: list[Row] = [("cat", "dog", None, START, START), ("dog", "dog", None, START, START)]
    options = replace(OPTIONS, performance=PerformanceOptions(rows=2))
    (event,) = performances(fleet_of(options).update(labelled(rows)))
    assert event.metrics["recall"].reason is NoValue.NO_POSITIVE_CLASS
    named = replace(options, class_names=("cat", "dog"))
    (event,) = performances(fleet_of(named).update(labelled(rows)))
    assert (event.positive_class, event.metrics["recall"].value) == ("dog", 0.5)


def test_a_regression_is_told_by_its_errors() -> None:
    options = replace(OPTIONS, task=Task.REGRESSION, performance=PerformanceOptions(rows=4))
    rows: list[Row] = [
        (2.5, "4.00", None, START, START),
        (1.0, 1, None, START, START),
        ("n/a", 1, None, START, START),
        ([1.0, 2.0], 1, None, START, START),
    ]
    (event,) = performances(fleet_of(options).update(labelled(rows)))
    assert event.metrics["mae"].value == 0.75
    assert event.unusable == {"not_a_number": 1, "list": 1}
    assert (event.classes, event.confusion, event.positive_class) == ([], [], None)


def test_a_version_of_other_options_begins_anew() -> None:
    fleet = fleet_of()
    fleet.update(labelled(history(1, 30)))
    other = fleet_of(replace(OPTIONS, performance=PerformanceOptions(rows=50, kept=8)))
    other.restore(fleet.state())
    told = performances(other.update(labelled(history(1, 79)[30:], 30)))
    assert [each for each in told if each.window.kind is WindowKind.ROWS] == []


def test_a_state_of_a_format_to_come_is_refused() -> None:
    watch = PerformanceWatch(("fraud", "3"), OPTIONS)
    with pytest.raises(ValueError, match="format 2"):
        watch.restore({**watch.state(), "format": 2})


def test_a_version_takes_few_kilobytes() -> None:
    options = replace(OPTIONS, performance=PerformanceOptions())
    fleet = fleet_of(options)
    rows = history(2, 4000, days=40, latest=20)
    fleet.update(labelled([(said, true, None, *times) for said, true, _, *times in rows]))
    state = fleet.state()["monitors"][0]["state"]["consumers"]["performance"]
    encoded = encode_snapshot(state)
    assert plain(decode_snapshot(encoded)) == plain(state)
    assert len(encoded) < 20_000
