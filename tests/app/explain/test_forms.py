from collections.abc import Sequence
from typing import Any

import pytest

from app.explain.explanation import explain
from app.settings import TopicRole
from tests.app.explain.samples import sample_of, settings_with


def hints(events: Sequence[dict[str, Any]]) -> list[str]:
    lines = [
        {"prediction_id": str(number), "model": "m", "features": {"x": 1}, **each}
        for number, each in enumerate(events)
    ]
    return list(explain(settings_with(), sample_of(lines), TopicRole.PREDICTIONS).hints)


@pytest.mark.parametrize("size", [2, 3, 40])
def test_what_may_be_rows_by_columns_is_told(size: int) -> None:
    features = {"x": list(range(size)), "y": [0.5] * size}
    (hint,) = hints([{"features": features, "prediction": [0.25] * size}] * 3)
    assert hint.startswith("3 predictions are lists, and so are their features")


@pytest.mark.parametrize(
    "features",
    [{"x": [1, 2]}, {"x": [1, 2], "y": [1, 2, 3]}, {"x": [1, 2], "y": [1, 2], "z": 1}, {}],
)
def test_other_lists_are_not(features: dict[str, Any]) -> None:
    assert hints([{"features": features, "prediction": [1.5, 2.5]}]) == []


@pytest.mark.parametrize(
    ("chance", "other"),
    [
        ([1, 0, 0], [1, 0, 1]),
        ({"toxic": 0.25, "spam": 0.75}, {"toxic": 0.5, "spam": 0.75}),
        ({"champion": 0, "challenger": 1}, {"champion": 1, "challenger": 1}),
    ],
)
def test_independent_answers_that_are_1_in_all_by_chance_are_told(chance: Any, other: Any) -> None:
    (hint,) = hints([{"prediction": chance}, {"prediction": other}, {"prediction": other}])
    assert hint.startswith("1 predictions of several numbers are 1 in all")
    assert "and 2 are not" in hint


def test_answers_of_one_form_are_not() -> None:
    assert hints([{"prediction": [0.25, 0.75]}, {"prediction": [1, 0]}]) == []
    assert hints([{"prediction": {"a": 0.5, "b": 0.5}}] * 2 + [{"prediction": "a"}]) == []
    assert hints([{"prediction": [1.5, 2.5]}, {"prediction": {"price": 12.5}}]) == []
    assert hints([{"prediction": 1}, {"prediction": "a", "scores": {"a": 0.9}}]) == []
