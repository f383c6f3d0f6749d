"""The plain definitions of the metrics are the oracle of the losses whose mean they are."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.error import Task
from detectors.performance.labelled_rows import with_errors
from detectors.performance.losses import PAIRED, Losses, cap_of, to_mean, to_value
from detectors.performance.outcome_view import OutcomeView
from detectors.performance.threshold import Threshold, ThresholdMetric
from schemas.tables.columns import Role, column_of
from schemas.tables.outcomes import outcome_columns
from schemas.values.class_order import USUAL_CLASSES, Classes

Outcomes = Sequence[Any]

CLASSES = [True, 1, "1", "yes", False, 0, "0", None]


def view_of(
    predictions: Outcomes,
    labels: Outcomes,
    scores: Outcomes = (),
    task: Task = Task.CLASSIFICATION,
    classes: Classes = USUAL_CLASSES,
) -> OutcomeView:
    columns = [
        *outcome_columns(Role.PREDICTION, predictions),
        *outcome_columns(Role.LABEL, labels),
    ]
    if scores:
        columns.append(column_of("score", Role.SCORE, scores))
    return OutcomeView(with_errors(columns, task, len(labels), classes), len(labels), classes)


def value_of(text: str, view: OutcomeView) -> float | None:
    threshold = Threshold.of(text)
    _, losses = Losses(threshold).of(view)
    return to_value(threshold.metric, float(losses.mean())) if len(losses) else None


def ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


class Confusion(NamedTuple):
    """How often a class was said and true, said and not true, and so on."""

    tp: int
    fp: int
    fn: int
    tn: int


PLAIN: dict[str, Callable[[Confusion], float | None]] = {
    "accuracy >= 0.5": lambda of: ratio(of.tp + of.tn, sum(of)),
    "precision >= 0.5": lambda of: ratio(of.tp, of.tp + of.fp),
    "recall >= 0.5": lambda of: ratio(of.tp, of.tp + of.fn),
    "specificity >= 0.5": lambda of: ratio(of.tn, of.tn + of.fp),
    "f1 >= 0.5": lambda of: ratio(2 * of.tp, 2 * of.tp + of.fp + of.fn),
}


@pytest.mark.parametrize("text", list(PLAIN))
@given(
    st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), min_size=1, max_size=40)
)
def test_a_mean_loss_gives_the_metric_of_a_class(text: str, pairs: list[tuple[Any, Any]]) -> None:
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for prediction, label in pairs:
        if prediction is not None and label is not None:
            counts[prediction in {True, "1", "yes"}, label in {True, "1", "yes"}] += 1
    plain = PLAIN[text](Confusion(*counts.values()))
    view = view_of([each for each, _ in pairs], [each for _, each in pairs])
    assert value_of(text, view) == (None if plain is None else pytest.approx(plain, abs=1e-12))


NUMBERS = st.floats(-100, 100).map(lambda number: round(number, 3))


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=40))
def test_a_mean_loss_gives_the_metric_of_numbers(pairs: list[tuple[float, float]]) -> None:
    view = view_of([each for each, _ in pairs], [each for _, each in pairs], task=Task.REGRESSION)
    errors = [abs(prediction - label) for prediction, label in pairs]
    squares = [error * error for error in errors]
    shares = [abs(one - other) / abs(other) for one, other in pairs if other]
    assert value_of("mae <= 1", view) == pytest.approx(sum(errors) / len(errors))
    assert value_of("mse <= 1", view) == pytest.approx(sum(squares) / len(errors))
    assert value_of("rmse <= 1", view) == pytest.approx(math.sqrt(sum(squares) / len(errors)))
    share = sum(shares) / len(shares) if shares else None
    assert value_of("mape <= 1", view) == (None if share is None else pytest.approx(share))


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0.5, 1.0)), min_size=1, max_size=40)
)
def test_a_mean_loss_gives_the_metric_of_scores(rows: list[tuple[bool, bool, float]]) -> None:
    predictions, labels, scores = (list(each) for each in zip(*rows, strict=True))
    view = view_of(predictions, labels, scores)
    chances = [score if said else 1 - score for said, _, score in rows]
    brier = [(chance - true) ** 2 for chance, true in zip(chances, labels, strict=True)]
    logs = [
        -math.log(max(chance if true else 1 - chance, 1e-15))
        for chance, true in zip(chances, labels, strict=True)
    ]
    assert value_of("brier <= 0.5", view) == pytest.approx(sum(brier) / len(brier))
    assert value_of("log_loss <= 0.5", view) == pytest.approx(sum(logs) / len(logs))


def test_the_mean_loss_of_pairs_is_the_area_under_the_roc_curve() -> None:
    rng = np.random.default_rng(7)
    labels = rng.random(60_000) < 0.1
    chances = np.clip(rng.normal(0.3 + 0.2 * labels, 0.2), 0.0, 1.0)
    said = chances > 0.5
    view = view_of(said.tolist(), labels.tolist(), np.where(said, chances, 1 - chances).tolist())
    below = np.searchsorted(np.sort(chances[~labels]), chances[labels]).mean() / (~labels).sum()
    found = value_of("roc_auc >= 0.5", view)
    assert found == pytest.approx(below, abs=0.01)


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.integers(1, 10))
def test_pairs_do_not_depend_on_where_rows_are_cut(labels: list[bool], size: int) -> None:
    scores = np.random.default_rng(len(labels)).random(len(labels)).round(1).tolist()
    whole = Losses(Threshold.of("roc_auc >= 0.5"))
    rows, losses = whole.of(view_of([True] * len(labels), labels, scores))
    parts = Losses(Threshold.of("roc_auc >= 0.5"))
    found: list[tuple[int, float]] = []
    for begin in range(0, len(labels), size):
        cut = slice(begin, begin + size)
        view = view_of([True] * len(labels[cut]), labels[cut], scores[cut])
        restored = Losses(Threshold.of("roc_auc >= 0.5"))
        restored.restore(parts.state())
        parts = restored
        where, what = parts.of(view)
        found += zip((where + begin).tolist(), what.tolist(), strict=True)
    assert found == list(zip(rows.tolist(), losses.tolist(), strict=True))


def test_one_row_is_paired_with_a_few_of_the_latest_of_the_other_side() -> None:
    labels = [False] * 100 + [True]
    scores = [0.9] * 84 + [0.1] * PAIRED + [0.5]
    _, losses = Losses(Threshold.of("roc_auc >= 0.5")).of(view_of([True] * 101, labels, scores))
    assert losses.tolist() == [0.0]


def test_lists_of_probabilities_are_the_class_of_the_highest() -> None:
    classes = Classes(names=("cat", "dog"))
    view = view_of(
        [[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.1, 0.2, 0.7]],
        ["cat", "dog", "cat", "cat"],
        classes=classes,
    )
    assert value_of("recall[cat] >= 0.5", view) == 0.5
    assert value_of("precision[dog] >= 0.5", view) == 0.5
    assert value_of("accuracy >= 0.5", view) == pytest.approx(2 / 3)


@pytest.mark.parametrize("text", ["mae <= 1", "mse <= 1", "rmse <= 1", "mape <= 1"])
def test_errors_of_classes_are_no_distances(text: str) -> None:
    assert value_of(text, view_of([1, 0, 1], [1, 1, 1])) is None


@pytest.mark.parametrize("text", [*PLAIN, "brier <= 0.5", "log_loss <= 0.5", "roc_auc >= 0.5"])
def test_distances_are_no_errors_of_classes(text: str) -> None:
    view = view_of([0.5, 0.25, 1.0], [0.5, 0.75, 1.5], [0.5, 0.5, 0.5], task=Task.REGRESSION)
    assert value_of(text, view) is None


def test_a_score_that_is_no_probability_counts_for_no_metric_of_scores() -> None:
    view = view_of([1] * 42, [*[1] * 41, 0], [*[0.5] * 40, 1.5, -0.1])
    assert value_of("brier <= 0.5", view) == 0.25


@pytest.mark.parametrize("metric", ThresholdMetric)
@given(st.floats(0.01, 0.99))
def test_a_metric_and_its_mean_loss_are_each_other_s_inverse(
    metric: ThresholdMetric, value: float
) -> None:
    mean = to_mean(metric, value)
    assert to_value(metric, mean) == pytest.approx(value)
    assert 0.0 < mean < cap_of(metric, mean) or cap_of(metric, mean) == 1.0


@pytest.mark.parametrize("text", ["brier <= 0.2", "log_loss <= 0.5", "roc_auc >= 0.5"])
@pytest.mark.parametrize("size", [1, 7, 200])
def test_where_scores_are_out_of_range_those_between_count_for_no_threshold(
    text: str, size: int
) -> None:
    random = np.random.default_rng(3)
    labels = (random.random(200) < 0.5).tolist()
    margins = random.normal(1.0, 1.5, 200).tolist()
    strays = np.where(np.arange(200) == 150, 7.0, random.random(200)).tolist()
    for scores, count in ((margins, 0), (strays, 199)):
        source, counted = Losses(Threshold.of(text)), 0
        for at in range(0, 200, size):
            again = Losses(Threshold.of(text))
            again.restore(source.state())
            source = again
            part = slice(at, at + size)
            rows, _ = source.of(view_of(labels[part], labels[part], scores[part]))
            counted += len(rows)
        assert (counted > 0) is (count > 0)
        if text.startswith("brier"):
            assert counted == count
