import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from detectors.performance.class_table import MOST_CLASSES, ClassTable
from detectors.performance.confusion import Confusion
from detectors.performance.error import Task
from detectors.performance.figures import metrics_of
from detectors.performance.judge import Judge
from detectors.performance.options import CLASSIFICATION, REGRESSION, PerformanceOptions
from detectors.performance.tallies import Tally
from schemas.events.model_performance import Estimate, NoValue
from schemas.values.class_order import Classes
from tests.detectors.performance.labelled import labelled_columns

CLOSE = 1e-12
Rows = tuple[list[Any], list[Any], list[float]]


def told(
    predictions: list[Any],
    labels: list[Any],
    scores: list[float] | None = None,
    *,
    task: Task = Task.CLASSIFICATION,
    classes: Classes | None = None,
    options: PerformanceOptions | None = None,
    most_listed: int = 10_000,
) -> dict[str, Estimate]:
    judge = Judge(classes or Classes(), options or PerformanceOptions(), ClassTable())
    tally = Tally(10_000, most_listed)
    columns = labelled_columns(predictions, labels, scores or ())
    is_regression = task is Task.REGRESSION
    rows = (judge.numbers if is_regression else judge.class_rows)(columns, len(labels))
    positive = judge.table.known(judge.positive)
    which, times = np.arange(len(labels)), np.zeros(len(labels), dtype=np.int64)
    tally.add(rows, which, times, positive=positive, quantile=judge.options.quantile)
    if is_regression:
        return metrics_of(tally, None, judge.options, -1)
    confusion = Confusion(tally.pairs, tally.margins, tally.untold)
    return metrics_of(tally, confusion, judge.options, positive)


def values(estimates: dict[str, Estimate]) -> dict[str, float]:
    return {name: each.value for name, each in estimates.items() if each.value is not None}


def reasons(estimates: dict[str, Estimate]) -> dict[str, NoValue]:
    return {name: each.reason for name, each in estimates.items() if each.reason is not None}


@st.composite
def binary(draw: st.DrawFn) -> Rows:
    rows = draw(st.integers(2, 80))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    likely = random.random(rows) if draw(st.booleans()) else random.integers(0, 5, rows) / 4
    true = random.random(rows) < random.random(rows) * 0.6 + 0.4 * likely
    said = likely >= 0.5
    scores = np.where(said, likely, 1 - likely)
    return said.astype(int).tolist(), true.astype(int).tolist(), scores.tolist()


@settings(max_examples=150)
@given(binary())
def test_two_classes_are_measured_as_by_scikit_learn(rows: Rows) -> None:
    said, true, scores = rows
    assume(len({*said, *true}) == 2)
    found = told(said, true, scores)
    likely = np.where(np.array(said) == 1, scores, 1 - np.array(scores))
    expected: dict[str, float] = {
        "accuracy": oracle.accuracy_score(true, said),
        "f1": oracle.f1_score(true, said),
        "log_loss": oracle.log_loss(true, likely, labels=[0, 1]),
        "brier": float(np.mean((likely - np.array(true)) ** 2)),
        "positive_rate": float(np.mean(said)),
        "label_rate": float(np.mean(true)),
        "calibration_error": calibration_error(np.array(said), np.array(true), np.array(scores)),
    }
    if 1 in said:
        expected["precision"] = oracle.precision_score(true, said)
    if 1 in true:
        expected["recall"] = oracle.recall_score(true, said)
        expected["average_precision"] = oracle.average_precision_score(true, likely)
    if 0 in true:
        expected["specificity"] = oracle.recall_score(true, said, pos_label=0)
    if len(set(true)) == 2:
        expected["roc_auc"] = oracle.roc_auc_score(true, likely)
        expected["roc_auc_macro"] = expected["roc_auc_weighted"] = expected["roc_auc"]
        expected["average_precision_macro"] = float(
            np.mean(
                [
                    oracle.average_precision_score(np.array(true) == one, chances)
                    for one, chances in ((0, 1 - likely), (1, likely))
                ]
            )
        )
        expected["balanced_accuracy"] = oracle.balanced_accuracy_score(true, said)
    expected |= averages(true, said)
    assert values(found).keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value, rel=CLOSE, abs=CLOSE), name
    assert found.keys() == set(CLASSIFICATION)


@st.composite
def many_classes(draw: st.DrawFn) -> tuple[list[list[float]], list[str]]:
    rows, classes = draw(st.integers(2, 60)), draw(st.integers(3, 6))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    likely = random.dirichlet(np.ones(classes), rows)
    labels = [f"c{number}" for number in random.integers(0, classes, rows)]
    return likely.tolist(), labels


@settings(max_examples=100)
@given(many_classes())
def test_lists_of_probabilities_are_measured_as_by_scikit_learn(
    rows: tuple[list[list[float]], list[str]],
) -> None:
    likely, true = rows
    names = tuple(f"c{number}" for number in range(len(likely[0])))
    found = told(likely, true, classes=Classes(names=names, positive="c1"))
    said = [names[int(np.argmax(each))] for each in likely]
    one_hot = np.array([[label == name for name in names] for label in true], dtype=float)
    expected = averages(true, said) | {
        "accuracy": oracle.accuracy_score(true, said),
        "log_loss": oracle.log_loss(true, likely, labels=list(names)),
        "brier": float(np.mean(((np.array(likely) - one_hot) ** 2).sum(axis=1))),
    }
    if "c1" in true and set(true) != {"c1"}:
        is_one = [label == "c1" for label in true]
        of_one = [each[1] for each in likely]
        expected["roc_auc"] = oracle.roc_auc_score(is_one, of_one)
        expected["average_precision"] = oracle.average_precision_score(is_one, of_one)
    if len(set(true)) > 1:
        expected |= one_against_rest(np.array(true), np.array(likely), names)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected["balanced_accuracy"] = oracle.balanced_accuracy_score(true, said)
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value, rel=CLOSE, abs=CLOSE), name


def one_against_rest(
    true: np.ndarray[Any, Any], likely: np.ndarray[Any, Any], names: tuple[str, ...]
) -> dict[str, float]:
    """By scikit-learn over all classes where it has them, and else over those that were true."""
    if set(true.tolist()) == set(names):
        areas = {
            average: oracle.roc_auc_score(true, likely, multi_class="ovr", average=average)
            for average in ("macro", "weighted")
        }
    else:
        there = [name for name in names if name in true]
        shares = [np.mean(true == name) for name in there]
        each = [oracle.roc_auc_score(true == name, likely[:, names.index(name)]) for name in there]
        areas = {"macro": np.mean(each), "weighted": np.average(each, weights=shares)}
    precisions = [
        oracle.average_precision_score(true == name, likely[:, number])
        for number, name in enumerate(names)
        if name in true
    ]
    return {
        "roc_auc_macro": float(areas["macro"]),
        "roc_auc_weighted": float(areas["weighted"]),
        "average_precision_macro": float(np.mean(precisions)),
    }


numbers = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda value: round(value, 3))


@settings(max_examples=150)
@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=60), st.floats(0.05, 0.95))
def test_regressions_are_measured_as_by_scikit_learn(
    rows: list[tuple[float, float]], quantile: float
) -> None:
    said, true = (list(each) for each in zip(*rows, strict=True))
    found = told(said, true, task=Task.REGRESSION, options=PerformanceOptions(quantile=quantile))
    expected = {
        "mae": oracle.mean_absolute_error(true, said),
        "mse": oracle.mean_squared_error(true, said),
        "rmse": oracle.root_mean_squared_error(true, said),
        "mape": oracle.mean_absolute_percentage_error(true, said),
        "quantile_loss": oracle.mean_pinball_loss(true, said, alpha=quantile),
        "bias": float(np.mean(np.array(said) - np.array(true))),
        "prediction_mean": float(np.mean(said)),
        "label_mean": float(np.mean(true)),
    }
    if np.ptp(true) > 0:
        expected["r2"] = oracle.r2_score(true, said)
    else:
        assert found["r2"].reason is NoValue.CONSTANT_LABELS
    scale = max(np.abs(said).max(), np.abs(true).max(), 1.0)
    for name, value in expected.items():
        tolerance = CLOSE * (scale if name in {"bias", "prediction_mean", "label_mean"} else 1)
        assert found[name].value == pytest.approx(value, rel=CLOSE, abs=tolerance), name
    assert found.keys() == set(REGRESSION)


def averages(true: list[Any], said: list[Any]) -> dict[str, float]:
    scores: dict[str, Callable[..., float]] = {
        "precision": oracle.precision_score,
        "recall": oracle.recall_score,
        "f1": oracle.f1_score,
    }
    return {
        f"{name}_{average}": score(true, said, average=average, zero_division=0)
        for name, score in scores.items()
        for average in ("macro", "micro", "weighted")
    }


def numbered(seed: int, classes: int, rows: int) -> tuple[list[int], list[int]]:
    """Return predictions and labels of so many classes, each of which is true at least once."""
    random = np.random.default_rng(seed)
    true = np.concatenate([np.arange(classes), random.integers(0, classes, rows)])
    is_right = random.random(len(true)) < 0.7
    said = np.where(is_right, true, random.integers(0, classes, len(true)))
    return said.tolist(), true.tolist()


@pytest.mark.parametrize("classes", [3, 32, 33, 34, 100, MOST_CLASSES])
@pytest.mark.parametrize("seed", range(3))
def test_any_number_of_classes_within_the_bound_is_averaged_as_by_scikit_learn(
    seed: int, classes: int
) -> None:
    said, true = numbered(seed, classes, 600)
    found = told(said, true)
    expected = averages(true, said)
    expected |= {
        "accuracy": oracle.accuracy_score(true, said),
        "balanced_accuracy": oracle.balanced_accuracy_score(true, said),
    }
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value, rel=CLOSE, abs=CLOSE), name
        assert found[name].error is None


def test_a_positive_class_beyond_those_whose_pairs_are_counted_has_its_figures() -> None:
    said, true = numbered(5, 60, 600)
    found = told(said, true, classes=Classes(positive="59"))
    for name, score in (("precision", oracle.precision_score), ("recall", oracle.recall_score)):
        (expected,) = score(true, said, labels=[59], average=None, zero_division=0)
        assert found[name].value == pytest.approx(expected, rel=CLOSE), name


def test_what_is_over_more_classes_than_are_told_apart_is_not_known() -> None:
    said, true = numbered(1, MOST_CLASSES + 40, 600)
    found = told(said, true)
    for name in averages(true, said):
        if not name.endswith("micro"):
            assert found[name].reason is NoValue.TOO_MANY_CLASSES, name
    assert found["balanced_accuracy"].reason is NoValue.TOO_MANY_CLASSES


@pytest.mark.parametrize("kind", [int, str, "mixed"])
@pytest.mark.parametrize("rights", [0.0, 0.5, 1.0])
def test_whether_a_prediction_was_right_is_known_of_any_number_of_classes(
    kind: type | str, rights: float
) -> None:
    rng = np.random.default_rng(3)
    true = rng.permutation(np.arange(3 * MOST_CLASSES)).tolist()
    said = [each if rng.random() < rights else each + 1000 for each in true]
    scores = rng.random(len(true)).round(6).tolist()
    expected = float(np.mean(np.equal(said, true)))
    if kind is not int:
        named = [f"c{each}" for each in true]
        said = [f"c{each}" if kind is str or each % 2 else str(each) for each in said]
        true = named if kind is str else [f"c{e}" if e % 2 else str(e) for e in true]
    found = told(said, true, scores)
    for name in ("accuracy", "precision_micro", "f1_micro"):
        assert found[name].value == pytest.approx(expected, abs=CLOSE)
        assert found[name].error is None
    error = calibration_error(np.array(said), np.array(true), np.array(scores))
    assert found["calibration_error"].value == pytest.approx(error, abs=CLOSE)


def test_whether_the_likeliest_class_of_a_list_was_right_is_known_where_none_has_a_number() -> None:
    first = [f"c{each}" for each in range(MOST_CLASSES)]
    found = told([*first, *([[0.1, 0.7, 0.2]] * 4)], [*first, "1", "1", "2", "0"])
    assert found["accuracy"].value == pytest.approx((MOST_CLASSES + 2) / (MOST_CLASSES + 4))
    assert found["accuracy"].error is None


@given(st.integers(0, 2**32), st.lists(st.integers(1, 400), max_size=4))
def test_counts_of_many_classes_do_not_depend_on_how_rows_are_cut(
    seed: int, cuts: list[int]
) -> None:
    said, true = numbered(seed, 120, 300)
    judge = Judge(Classes(), PerformanceOptions(), ClassTable())
    rows = judge.class_rows(labelled_columns(said, true, ()), len(true))
    times = np.zeros(len(true), dtype=np.int64)
    whole, parts = Tally(100), Tally(100)
    whole.add(rows, np.arange(len(true)), times, positive=-1, quantile=0.5)
    for which in np.split(np.arange(len(true)), sorted(cuts)):
        if len(which):
            parts.add(rows, which, times, positive=-1, quantile=0.5)
        again = Tally(100)
        again.restore(parts.state())
        parts = again
    assert parts.pairs.tolist() == whole.pairs.tolist()
    assert parts.margins.tolist() == whole.margins.tolist()


@pytest.mark.parametrize(
    ("classes", "unknown"),
    [(40, {"beyond", "margins", "untold"}), (MOST_CLASSES + 40, {"untold"})],
    ids=["without_margins", "without_what_is_untold"],
)
def test_of_a_state_of_releases_before_it_is_not_known_whether_classes_beyond_are_one(
    classes: int, unknown: set[str]
) -> None:
    said, true = numbered(2, classes, 600)
    judge = Judge(Classes(), PerformanceOptions(), ClassTable())
    rows = judge.class_rows(labelled_columns(said, true, ()), len(true))
    tally, again = Tally(100), Tally(100)
    times = np.zeros(len(true), dtype=np.int64)
    tally.add(rows, np.arange(len(true)), times, positive=-1, quantile=0.5)
    again.restore({k: v for k, v in tally.state().items() if k not in unknown})
    found = Confusion(again.pairs, again.margins, again.untold)
    assert found.averaged("f1", "macro").reason is NoValue.TOO_MANY_CLASSES
    accuracy = found.accuracy()
    assert accuracy.value is not None
    assert accuracy.error is not None
    assert accuracy.value - accuracy.error <= np.mean(np.equal(said, true)) <= accuracy.value
    again.restore(again.state())
    assert found.accuracy() == Confusion(again.pairs, again.margins, again.untold).accuracy()


def calibration_error(
    said: np.ndarray[Any, Any], true: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]
) -> float:
    bins = np.minimum((scores * 10).astype(int), 9)
    return float(
        sum(
            np.mean(bins == each)
            * abs(scores[bins == each].mean() - (said == true)[bins == each].mean())
            for each in set(bins.tolist())
        )
    )


def test_a_window_without_rows_says_so() -> None:
    for task in (Task.CLASSIFICATION, Task.REGRESSION):
        assert set(reasons(told([None], [None], task=task)).values()) == {NoValue.NO_ROWS}


def test_a_window_of_one_class_says_so() -> None:
    found = reasons(told([1, 1, 1], [1, 1, 1], [0.9, 0.8, 0.7]))
    assert found == dict.fromkeys(
        (
            *("balanced_accuracy", "specificity"),
            *("roc_auc", "roc_auc_macro", "roc_auc_weighted", "average_precision_macro"),
        ),
        NoValue.ONE_CLASS,
    )


def test_a_class_that_was_never_predicted_or_never_true_has_no_precision_or_recall() -> None:
    assert reasons(told([0, 0], [0, 1]))["precision"] is NoValue.NONE_PREDICTED
    assert reasons(told([0, 1], [0, 0]))["recall"] is NoValue.NONE_TRUE


def test_without_scores_their_metrics_say_so() -> None:
    found = reasons(told([0, 1], [0, 1]))
    assert set(found.values()) == {NoValue.NO_SCORES}
    assert len(found) == 8


def test_the_score_of_one_class_of_three_says_nothing_of_the_others() -> None:
    found = reasons(told([0, 1, 2], [0, 1, 1], [0.9, 0.8, 0.7]))
    names = {name for name, why in found.items() if why is NoValue.NO_PROBABILITIES}
    assert names == {
        *("roc_auc", "roc_auc_macro", "roc_auc_weighted", "log_loss", "brier"),
        *("average_precision", "average_precision_macro"),
    }


@pytest.mark.parametrize(
    "scores",
    [
        pytest.param([90.0, 0.5, 70.0, 1.0] * 25, id="percentages"),
        pytest.param([-0.1, 0.0, -0.4, -0.7] * 25, id="logarithms"),
        pytest.param([2.2, 0.4, -0.3, 0.9] * 25, id="margins"),
        pytest.param([90.0] * 100, id="none is one"),
        pytest.param([*[7.0] * 6, *[0.9] * 94], id="more than strays"),
    ],
)
def test_where_scores_are_out_of_range_those_between_are_no_probabilities(
    scores: list[float],
) -> None:
    found = told([0, 1] * 50, [0, 1, 1, 0] * 25, scores)
    of_scores = reasons(told([0, 1], [0, 1]))
    assert reasons(found) == dict.fromkeys(of_scores, NoValue.SCORES_OUT_OF_RANGE)
    assert found["accuracy"].value == 0.5


def test_strays_out_of_range_leave_the_other_scores_probabilities() -> None:
    said, true = [0, 1] * 50, [0, 1, 1, 0] * 25
    found = told(said, true, [*[7.0] * 5, *[0.9] * 95])
    assert reasons(found) == {}
    without = told(said[5:], true[5:], [0.9] * 95)
    assert (found["brier"], found["calibration_error"]) == (
        without["brier"],
        without["calibration_error"],
    )


OVER_CLASSES = ("roc_auc_macro", "roc_auc_weighted", "average_precision_macro")


def test_lists_of_which_too_many_would_have_to_be_kept_say_so() -> None:
    lists, labels = [[0.2, 0.3, 0.5], [0.6, 0.2, 0.2], [0.1, 0.8, 0.1]], [2, 0, 1]
    found = told(lists, labels, most_listed=8)
    assert {found[name].reason for name in OVER_CLASSES} == {NoValue.TOO_MANY_SCORES}
    assert told(lists, labels, most_listed=9)["roc_auc_macro"].value == 1.0


def test_lists_of_other_lengths_or_rows_without_one_have_no_metric_over_all_classes() -> None:
    lists = [[0.2, 0.3, 0.5], [0.6, 0.2, 0.2]]
    for other in ([0.1, 0.2, 0.3, 0.4], [0.4, 0.6], 1):
        found = told([*lists, other], [2, 0, 1])
        assert {found[name].reason for name in OVER_CLASSES} == {NoValue.NO_PROBABILITIES}


def test_lists_with_labels_of_one_class_have_nothing_to_tell_it_from() -> None:
    found = told([[0.2, 0.3, 0.5], [0.6, 0.2, 0.2]], [2, 2])
    assert {found[name].reason for name in OVER_CLASSES} == {NoValue.ONE_CLASS}


def test_one_row_has_no_r2_and_no_interval() -> None:
    found = told([2.5], [1.5], task=Task.REGRESSION)
    assert reasons(found) == {"r2": NoValue.ONE_ROW}
    assert found["mae"] == Estimate(value=1.0, low=None, high=None, error=None, reason=None)


def test_what_is_beyond_float64_is_no_number() -> None:
    found = told([1e200, 2.0], [-1e200, 1.0], task=Task.REGRESSION)
    assert found["mse"].reason is NoValue.TOO_LARGE
    assert found["mae"].value == pytest.approx(1e200)
    assert found["mae"].low is None


def test_metrics_are_those_that_are_asked_for() -> None:
    options = PerformanceOptions(metrics=("recall", "accuracy", "mae"))
    assert list(told([0, 1], [0, 1], options=options)) == ["accuracy", "recall"]
