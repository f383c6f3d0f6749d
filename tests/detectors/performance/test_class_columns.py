"""Probabilities as predictions: one class and one score for all that learns from rows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.class_columns import class_columns
from detectors.performance.error import Task, error_of
from detectors.performance.labelled_rows import with_errors
from detectors.performance.options import ScoreOf
from schemas.tables.columns import Column, Flag, Role
from schemas.tables.outcomes import outcomes_of
from schemas.values.class_order import Classes
from tests.detectors.performance.labelled import labelled_columns

NAMED = Classes(names=("genuine", "fraud"), threshold=0.3)


def outcomes(predictions: list[Any], classes: Classes = NAMED) -> list[Any]:
    columns = labelled_columns(predictions, [1] * len(predictions))
    found = class_columns(columns, classes, ScoreOf.PREDICTED)
    return outcomes_of(found, Role.PREDICTION, len(predictions))


def scores(columns: list[Column] | Any) -> list[float | None]:
    (score,) = [column for column in columns if column.role is Role.SCORE]
    flags = [Flag.OK] * len(score.values) if score.flags is None else score.flags.tolist()
    return [
        value if flag == Flag.OK else None
        for value, flag in zip(score.values.tolist(), flags, strict=True)
    ]


def test_a_probability_is_the_class_that_the_threshold_decides_for() -> None:
    assert outcomes([0.4, 0.1, 0.3]) == ["fraud", "genuine", "fraud"]
    assert outcomes(["0.4", 0.1]) == ["fraud", "genuine"]
    assert outcomes([0.4, 0.1], Classes(threshold=0.3)) == [1.0, 0.0]


def test_what_is_no_probability_stays_what_it_is() -> None:
    assert outcomes([0.4, 7, "fraud", True, None]) == ["fraud", "7", "fraud", "true", None]
    columns = labelled_columns([0.4], [1])
    assert class_columns(columns, Classes(), ScoreOf.PREDICTED) is columns
    lists = labelled_columns([[0.4, 0.6]], ["fraud"])
    assert class_columns(lists, NAMED, ScoreOf.PREDICTED) is lists


@pytest.mark.parametrize(
    ("score_of", "expected"),
    [(ScoreOf.PREDICTED, [0.4, 0.9, 1.0]), (ScoreOf.POSITIVE, [0.4, 0.1, 0.0])],
)
def test_the_probability_is_the_score(score_of: ScoreOf, expected: list[float]) -> None:
    columns = labelled_columns([0.4, 0.1, 0], [1, 1, 1])
    assert scores(class_columns(columns, NAMED, score_of)) == pytest.approx(expected)


def test_beside_a_score_zero_and_one_are_classes_and_the_score_stands() -> None:
    columns = labelled_columns([1, 0, 0.8, 1], [1, 1, 1, 1], [0.7, 0.6, 0.2, None])
    found = class_columns(columns, NAMED, ScoreOf.PREDICTED)
    assert scores(found) == [0.7, 0.6, 0.8, 1.0]
    assert outcomes_of(found, Role.PREDICTION, 4) == ["fraud", "genuine", "fraud", "fraud"]


prediction = st.one_of(
    st.floats(-0.5, 1.5), st.sampled_from(["0.25", "0.75", "fraud", True, None, 0, 1, 3, [0.2]])
)


@given(st.lists(st.tuples(prediction, st.sampled_from([0, 1, True, "fraud"])), min_size=1))
def test_errors_of_rows_together_are_those_of_each_by_itself(
    rows: list[tuple[Any, Any]],
) -> None:
    said, true = map(list, zip(*rows, strict=True))
    columns = labelled_columns(said, true)
    for task in (Task.CLASSIFICATION, Task.PROBABILITY):
        for classes in (NAMED, Classes()):
            together = with_errors(columns, task, len(rows), classes)[0]
            expected = [error_of(*row, task, classes) for row in rows]
            flags = together.flags
            usable = [True] * len(rows) if flags is None else (flags == Flag.OK).tolist()
            assert usable == [error is not None for error in expected]
            known = [float(error) for error in expected if error is not None]
            assert together.values[usable].tolist() == known


@pytest.mark.parametrize(
    ("prediction", "label"),
    [("fraud", 1), ("fraud", "1.0"), ("fraud", True), ("fraud ", "chargeback"), ("fraud", "fraud")],
)
def test_what_labels_call_a_class_is_its_name(prediction: Any, label: Any) -> None:
    classes = Classes(
        names=("genuine", "fraud"), label_names=(("chargeback", "fraud"), ("1", "fraud"))
    )
    columns = labelled_columns([prediction, prediction], [label, "genuine"])
    found = with_errors(columns, Task.CLASSIFICATION, 2, classes)
    assert found[0].values.tolist() == [0.0, 1.0]
    assert outcomes_of(found, Role.PREDICTION, 2) == ["fraud", "fraud"]
    assert outcomes_of(found, Role.LABEL, 2) == ["fraud", "genuine"]
    lists = labelled_columns([[0.1, 0.9]], [label])
    assert with_errors(lists, Task.CLASSIFICATION, 1, classes)[0].values.tolist() == [0.0]


def test_names_of_labels_may_be_exchanged() -> None:
    classes = Classes(label_names=(("0", "1"), ("1", "0")))
    columns = labelled_columns([0, 1, 1], [1, 0, True])
    found = with_errors(columns, Task.CLASSIFICATION, 3, classes)
    assert found[0].values.tolist() == [0.0, 0.0, 1.0]


def test_labels_of_minus_one_can_be_those_of_zero() -> None:
    classes = Classes(label_names=(("-1", "0"),))
    columns = labelled_columns([0, 1, 0], [-1, 1, 1])
    assert with_errors(columns, Task.CLASSIFICATION, 3, classes)[0].values.tolist() == [0, 0, 1]


def test_a_list_of_two_goes_by_the_threshold_too() -> None:
    assert error_of([0.6, 0.4], "fraud", Task.CLASSIFICATION, NAMED) is False
    assert error_of([0.6, 0.4], 1, Task.CLASSIFICATION, Classes()) is True
