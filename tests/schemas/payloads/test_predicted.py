from typing import Any

import pytest

from schemas.payloads.predicted import is_outcome, likeliest, predicted, prediction_values
from schemas.tables.columns import ABSENT


@pytest.mark.parametrize(
    ("value", "oddity"),
    [
        ([], "empty"),
        (float("nan"), "not_finite"),
        ({"class": 1}, "mistyped"),
        (["a", "b"], "mistyped"),
        ([1, None], "mistyped"),
    ],
)
def test_what_is_no_outcome_is_counted_and_waits_for_no_label(value: Any, oddity: str) -> None:
    odd: list[Any] = []
    found = predicted(value, odd)
    assert not is_outcome(found)
    assert [(each.field, each.oddity) for each in odd] == [("prediction", oddity)]
    assert list(prediction_values(found)) == ["prediction"]


@pytest.mark.parametrize("value", [None, ABSENT])
def test_no_prediction_is_nothing_odd(value: object) -> None:
    odd: list[Any] = []
    assert predicted(value, odd) is value
    assert odd == []


def test_an_absent_prediction_makes_no_column() -> None:
    assert prediction_values(ABSENT) == {}
    assert prediction_values(None) == {"prediction": None}


@pytest.mark.parametrize("value", [[0.5], [0.2, 0.2], [1.5, -0.5], [1, "0"], 0.5, "a", [2, -1]])
def test_other_lists_are_no_probabilities(value: Any) -> None:
    assert likeliest(value) is None


def test_many_probabilities_are_a_class_and_what_sums_them_up() -> None:
    found = prediction_values([0.01] * 99 + [0.01])
    assert list(found) == ["prediction", *(f"prediction[{n}]" for n in ("count", "mean", "norm"))]
