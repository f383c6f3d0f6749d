"""What is said of windows of which only some labels have come, where all are known to the test."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks import maturity as study
from detectors.performance.error import Task
from detectors.performance.options import PerformanceOptions
from detectors.performance.performance import Performance
from detectors.performance.prediction_counts import PredictionCounts
from detectors.performance.telling import Telling
from schemas.events.model_performance import Maturity, NoValue, WindowKind
from schemas.tables.columns import Column, Kind, Role
from schemas.values.class_order import USUAL_CLASSES

DAY = 86_400_000
BEGIN = 20_000
Times = NDArray[np.int64]


def told_of(
    said: NDArray[np.float64],
    true: NDArray[np.float64],
    made: Times,
    known: Times,
    *,
    task: Task = Task.CLASSIFICATION,
    metrics: Sequence[str] = (),
) -> list[Telling]:
    counts = PredictionCounts(DAY, 32)
    options = PerformanceOptions(metrics=tuple(metrics))
    performance = Performance(task, USUAL_CLASSES, options, counts)
    counts.add(made)
    order = np.argsort(known, kind="stable")
    columns = (
        Column("prediction", Role.PREDICTION, Kind.NUMBER, said[order]),
        Column("label", Role.LABEL, Kind.NUMBER, true[order]),
    )
    return performance.add(columns, made[order], known[order])


def maturities(told: Sequence[Telling], day: int) -> list[tuple[Telling, Maturity]]:
    return [
        (each, each.maturity)
        for each in told
        if each.number == BEGIN + day and each.maturity is not None
    ]


@cache
def steady(per_day: int = 2000, days: int = 30) -> list[Telling]:
    """A third of the rows is of class 1, whose labels come after four days, others after one."""
    random = np.random.default_rng(5)
    rows = per_day * days
    made = np.sort((random.random(rows) * days * DAY).astype(np.int64)) + BEGIN * DAY
    true = (random.random(rows) < 1 / 3).astype(np.float64)
    said = np.where(random.random(rows) < 0.8, true, 1 - true)
    delays = np.where(true == 1, 4, 1) * np.exp(0.5 * random.standard_normal(rows))
    return told_of(said, true, made, made + (delays * DAY).astype(np.int64))


def test_the_expected_share_is_that_of_all_labels_that_come_in_the_end() -> None:
    for told, maturity in maturities(steady(), 22):
        assert maturity.expected == pytest.approx(told.rows / (told.predictions or 0), abs=0.05)
    assert len(maturities(steady(), 22)) > 4


def test_precision_and_label_rate_are_corrected_where_one_class_is_late() -> None:
    first, maturity = next(
        each
        for each in maturities(steady(), 22)
        if each[1].corrected["label_rate"].value is not None
    )
    naive, corrected = first.metrics["label_rate"].value, maturity.corrected["label_rate"]
    assert naive is not None
    assert naive < 0.25
    assert corrected.value == pytest.approx(1 / 3, abs=0.06)
    assert corrected.low is not None
    assert corrected.high is not None
    assert corrected.low < 1 / 3 < corrected.high
    # Wider than as many labels would make it: they stand for others.
    counted = first.metrics["label_rate"]
    assert counted.low is not None
    assert counted.high is not None
    assert corrected.high - corrected.low > counted.high - counted.low


def test_corrected_figures_end_as_the_figures_do() -> None:
    last, maturity = maturities(steady(), 10)[-1]
    assert maturity.expected == pytest.approx(1.0, abs=0.02)
    for name, corrected in maturity.corrected.items():
        if corrected.reason is not NoValue.NOT_CORRECTED:
            assert corrected.value == pytest.approx(last.metrics[name].value, abs=0.02)


def test_delays_are_told_by_class_and_whether_it_was_predicted() -> None:
    _, maturity = maturities(steady(), 22)[-1]
    told = {(each.name, each.is_predicted): each for each in maturity.delays}
    assert set(told) == {("0", False), ("0", True), ("1", False), ("1", True)}
    assert told["1", True].median_seconds == pytest.approx(4 * DAY / 1000, rel=0.15)
    assert told["0", True].median_seconds == pytest.approx(1 * DAY / 1000, rel=0.15)
    assert told["0", True].late_seconds == pytest.approx(1.9 * DAY / 1000, rel=0.15)
    ages = [each.age_seconds for each in maturity.coverage]
    shares = [each.share for each in maturity.coverage]
    assert ages == sorted(ages)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=0.01)


def test_what_too_little_is_known_of_is_withheld_with_the_reason() -> None:
    early = [maturity for _, maturity in maturities(steady(), 0)][:1]
    assert early[0].expected is None
    assert early[0].reason is NoValue.DELAYS_UNKNOWN
    assert early[0].corrected["recall"].reason is NoValue.DELAYS_UNKNOWN
    few = next(maturity for _, maturity in maturities(steady(per_day=60), 22))
    assert few.corrected["recall"].reason is NoValue.IMMATURE


def test_metrics_of_scores_are_not_corrected_and_say_so() -> None:
    _, maturity = maturities(steady(), 22)[0]
    assert maturity.corrected["roc_auc"].reason is NoValue.NOT_CORRECTED
    assert maturity.corrected["brier"].value is None


def test_only_the_metrics_that_are_wanted_are_corrected() -> None:
    made = BEGIN * DAY + np.arange(200) * DAY // 20
    ones = np.ones(200)
    told = told_of(ones, ones, made, made + 1000, metrics=["recall"])
    assert all(set(each.corrected) == {"recall"} for _, each in maturities(told, 3))
    assert len(maturities(told, 3)) > 0


def test_a_window_of_rows_has_no_maturity() -> None:
    rows = [each for each in steady() if each.kind is WindowKind.ROWS]
    assert len(rows) > 0
    assert all(each.maturity is None for each in rows)


def test_a_regression_has_a_maturity_and_nothing_to_correct_by() -> None:
    random = np.random.default_rng(6)
    made = np.sort((random.random(4000) * 20 * DAY).astype(np.int64)) + BEGIN * DAY
    known = made + (random.exponential(1.0, 4000) * DAY).astype(np.int64)
    said = random.random(4000)
    told = told_of(said, said + 0.5, made, known, task=Task.REGRESSION)
    first, maturity = maturities(told, 15)[0]
    assert maturity.expected == pytest.approx(first.rows / (first.predictions or 0), abs=0.1)
    assert maturity.corrected == {}
    assert maturity.delays == []


@pytest.mark.parametrize("case", study.CASES)
def test_half_of_the_labels_give_at_most_a_third_of_the_error(case: str) -> None:
    found = study.errors_of(study.CASES[case], [0])[0.5]
    assert found.told > 0
    assert found.corrected <= found.naive / 3


def test_labels_that_are_dated_before_their_predictions_make_no_window_look_mature() -> None:
    random = np.random.default_rng(9)
    rows = 2000 * 30
    made = np.sort((random.random(rows) * 30 * DAY).astype(np.int64)) + BEGIN * DAY
    true = (random.random(rows) < 1 / 3).astype(np.float64)
    known = made + (random.exponential(3.0, rows) * DAY).astype(np.int64)
    strays = np.where(random.random(rows) < 0.04, made - 2 * DAY, known)
    found = []
    for dates in (known, strays):
        seen = known < (BEGIN + 30) * DAY
        told = told_of(true[seen], true[seen], made[seen], dates[seen])
        (_, maturity), *_ = reversed(maturities(told, 27))
        found.append(maturity.expected)
    assert found[1] == pytest.approx(found[0], abs=0.004)


def test_a_window_says_why_its_maturity_is_not_known_where_many_labels_are_dated_before() -> None:
    random = np.random.default_rng(9)
    rows = 2000 * 30
    made = np.sort((random.random(rows) * 30 * DAY).astype(np.int64)) + BEGIN * DAY
    true = (random.random(rows) < 1 / 3).astype(np.float64)
    known = made + np.where(true > 0, -DAY, DAY)
    told = told_of(true, true, made, known, metrics=["recall", "specificity", "accuracy"])
    (_, maturity), *_ = reversed(maturities(told, 20))
    assert (maturity.expected, maturity.reason) == (None, NoValue.BACKDATED)
    assert maturity.corrected["recall"].reason is NoValue.BACKDATED
    assert maturity.corrected["accuracy"].reason is NoValue.BACKDATED
    assert maturity.corrected["specificity"].value == 1.0
