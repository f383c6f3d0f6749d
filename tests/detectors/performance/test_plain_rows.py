from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.class_table import MOST_CLASSES, ClassTable
from detectors.performance.judge import Judge
from detectors.performance.options import PerformanceOptions, ScoreOf
from detectors.performance.plain_rows import plain_rows
from schemas.tables.columns import Column
from schemas.values.class_order import Classes
from tests.detectors.performance.labelled import labelled_columns

OUTCOMES = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2.5, -0.0, None, float("nan")]),
        st.sampled_from([0, 1, 2.5, 7, None]),
        st.sampled_from([0.0, 0.25, 1.0, 1.5, -0.1, None]),
    ),
    min_size=1,
    max_size=12,
)


def judge_of(known: Sequence[str], score_of: ScoreOf) -> Judge:
    return Judge(Classes(), PerformanceOptions(score_of=score_of), ClassTable(known))


def plain(judge: Judge, columns: Sequence[Column], rows: int) -> Any:
    of_positive = judge.options.score_of is ScoreOf.POSITIVE
    return plain_rows(columns, rows, judge.table, judge.positive, of_positive=of_positive)


@pytest.mark.parametrize("score_of", ScoreOf)
@given(rows=OUTCOMES, is_full=st.booleans())
def test_rows_of_known_classes_are_judged_as_those_of_any_form(
    score_of: ScoreOf, rows: list[tuple[Any, Any, Any]], is_full: bool
) -> None:
    columns = labelled_columns(*map(list, zip(*rows, strict=True)))
    known = ["2.5", "1", *(str(number) for number in range(100, 98 + MOST_CLASSES))]
    judge = judge_of(known if is_full else ["0", "7", "2.5", "1"], score_of)
    found = plain(judge, columns, len(rows))
    for one, other in zip(found, judge.any_class_rows(columns, len(rows)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_class_without_a_number_texts_and_lists_are_left_to_the_judge() -> None:
    judge = judge_of(["0"], ScoreOf.PREDICTED)
    for predictions, labels in (([0, 0], [0, 1]), (["a"], ["a"]), ([[0.5, 0.5]], [0])):
        columns = labelled_columns(predictions, labels)
        assert plain(judge, columns, len(labels)) is None
    assert judge.class_rows(labelled_columns([0, 0], [0, 1]), 2).true.tolist() == [1, 2]
