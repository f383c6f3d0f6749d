from typing import Any

import pytest

from schemas.payloads.predicted import is_outcome, likeliest, predicted, prediction_values
from schemas.tables.columns import ABSENT


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[0.2 0.8]", [0.2, 0.8]),
        ("[ 1.0e+00 -2.5e-01\n 3.0e+00]", [1.0, -0.25, 3.0]),
        ("[[0.3 0.7]]", [0.3, 0.7]),
        ("[[0.9]]", 0.9),
        ("[7.]", 7.0),
        (" [7. 8.]", [7.0, 8.0]),
        (" [7, 8]", [7, 8]),
        ("[0 1 0]", [0.0, 1.0, 0.0]),
        ("[0.1 ... 0.9]", "[0.1 ... 0.9]"),
        ("[[0.1 0.9]\n [0.2 0.8]]", "[[0.1 0.9]\n [0.2 0.8]]"),
        ("[nan 0.2]", "[nan 0.2]"),
        ("[1 - 2]", "[1 - 2]"),
        ("[a b]", "[a b]"),
        ("[007 008]", "[007 008]"),
        ("[ ]", None),
    ],
)
def test_a_row_that_numpy_has_printed_is_a_list(text: str, value: Any) -> None:
    assert predicted(text, []) == value


@pytest.mark.parametrize(
    ("value", "oddity"),
    [
        ([], "empty"),
        (float("nan"), "not_finite"),
        ([{"a": 1}, 2], "mistyped"),
        ({"tags": ["a", "b"]}, "mistyped"),
        ({f"item_{number}": number for number in range(17)}, "mistyped"),
        ([1, None], "mistyped"),
    ],
)
def test_what_is_no_outcome_is_counted_and_waits_for_no_label(value: Any, oddity: str) -> None:
    odd: list[Any] = []
    found = predicted(value, odd)
    assert not is_outcome(found)
    assert [(each.field, each.oddity) for each in odd] == [("prediction", oddity)]
    assert list(prediction_values(found)) == ["prediction"]


@pytest.mark.parametrize(
    ("value", "columns"),
    [
        ({"price": 3.5, "days": 2}, {"prediction.price": 3.5, "prediction.days": 2}),
        ({"cat": 2.25, "dog": -0.5}, {"prediction.cat": 2.25, "prediction.dog": -0.5}),
        ({"act": "block", "by": {"rule": 7}}, {"prediction.act": "block", "prediction.by.rule": 7}),
        ({"box": [1.5, 2.5]}, {"prediction.box[0]": 1.5, "prediction.box[1]": 2.5}),
        (["tea", "milk"], {"prediction[0]": "tea", "prediction[1]": "milk"}),
        (["item"] * 50, {f"prediction[{place}]": "item" for place in range(16)}),
    ],
)
def test_several_values_with_names_are_watched_and_wait_for_no_label(
    value: Any, columns: dict[str, Any]
) -> None:
    odd: list[Any] = []
    found = predicted(value, odd)
    assert not is_outcome(found)
    assert [(each.field, each.oddity) for each in odd] == [("prediction", "not_comparable")]
    assert prediction_values(found) == columns


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
