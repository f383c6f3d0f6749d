"""Probabilities of predictions without labels are those that they have with any label."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from detectors.performance.class_table import ClassTable
from detectors.performance.judge import Judge
from detectors.performance.options import PerformanceOptions, ScoreOf
from schemas.tables.columns import Role
from schemas.values.class_order import Classes
from tests.detectors.performance.labelled import labelled_columns

SCORES = [0.9, 0.2, None, 1.5, 0.0, 1.0]
USUAL_SCORES = (PerformanceOptions(), PerformanceOptions(score_of=ScoreOf.POSITIVE))


@pytest.mark.parametrize("options", USUAL_SCORES)
@pytest.mark.parametrize(
    ("predictions", "label", "names"),
    [
        ([1, 0, 1, 0, 1, 0], 1, ()),
        ([1, 0, 1, 0, 1, 0], "0", ()),
        ([True, False, True, True, False, None], "1", ()),
        (["1", "0", 1, "1.0", True, "0"], 0, ()),
        (["fraud", "genuine", "fraud", "", "genuine", "fraud"], "fraud", ("genuine", "fraud")),
        (["fraud", "genuine", "other", "fraud", None, "fraud"], "genuine", ("genuine", "fraud")),
        ([[0.2, 0.8], [0.7, 0.3], [0.5, 0.5], [0.1, 0.1], [1.0, 0.0], [0.0, 1.0]], 1, ()),
    ],
)
def test_they_are_those_of_labelled_rows(
    predictions: Sequence[Any],
    label: Any,
    names: tuple[str, ...],
    options: PerformanceOptions,
) -> None:
    classes = Classes(names=names)
    columns = labelled_columns(predictions, [label] * 6, SCORES)
    judge = Judge(classes, options, ClassTable())
    expected = judge.class_rows(columns, 6)
    blind = Judge(classes, options, ClassTable([judge.positive]))
    without = [column for column in columns if column.role is not Role.LABEL]
    scores, is_said = blind.chances(without, 6)
    assert scores == pytest.approx(expected.positive, nan_ok=True)
    known = ~np.isnan(scores)
    positive = judge.table.known(judge.positive)
    assert is_said[known].tolist() == (expected.said == positive)[known].tolist()
