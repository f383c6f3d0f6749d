from typing import Any

import pytest

from detectors.performance.error import Task, error_of
from schemas.values.class_order import Classes
from schemas.values.spellings import Spellings

_CLASSES = [0, 0.0, "0", "0.0", False, "false", "False"], [1, 1.0, "1", "1.0", True, "true", "True"]


@pytest.mark.parametrize(
    ("prediction", "label", "task", "expected"),
    [
        ("fraud", "fraud ", Task.CLASSIFICATION, False),
        ("fraud", "genuine", Task.CLASSIFICATION, True),
        (2**53 + 1, str(2**53 + 1), Task.CLASSIFICATION, False),
        (2**53 + 1, 2**53, Task.CLASSIFICATION, True),
        ("007", 7, Task.CLASSIFICATION, True),
        (2.5, 4.0, Task.CLASSIFICATION, True),
        (2, 4, Task.REGRESSION, 2.0),
        ("2.5", 4, Task.REGRESSION, 1.5),
        (12, "12.50", Task.REGRESSION, 0.5),
        (0, "1.25E+1", Task.REGRESSION, 12.5),
        ("much", 4, Task.REGRESSION, None),
        (1e308, -1e308, Task.REGRESSION, None),
        (None, 1, Task.CLASSIFICATION, None),
        ([0.1, 0.9], 1, Task.CLASSIFICATION, False),
        ([0.1, 0.9], "0.0", Task.CLASSIFICATION, True),
        ([0.5, 0.5], 0, Task.CLASSIFICATION, False),
        ([0.1, 0.9], 2, Task.CLASSIFICATION, None),
        ([0.1, 0.9], "fraud", Task.CLASSIFICATION, None),
        ([0.1, 0.9], 1, Task.REGRESSION, None),
        ([2.5], 4, Task.REGRESSION, 1.5),
        ([1], ["1.0"], Task.CLASSIFICATION, False),
        ([1.0, 2.0], [2.0, 4.0], Task.REGRESSION, 1.5),
        ([1, 0, 1, 1], [1, 1, 1, 1], Task.CLASSIFICATION, 0.25),
        ([1.0, 2.0], [2.0], Task.REGRESSION, None),
        ([], [], Task.REGRESSION, None),
        (1, [1, 2], Task.CLASSIFICATION, None),
    ],
)
def test_the_error_is_wrong_or_right_for_classes_and_a_distance_for_numbers(
    prediction: Any, label: Any, task: Task, expected: bool | float | None
) -> None:
    found = error_of(prediction, label, task)
    assert found == expected
    assert type(found) is type(expected)


def test_one_class_is_one_however_it_is_spelled() -> None:
    for number, spellings in enumerate(_CLASSES):
        for prediction in spellings:
            for label in spellings:
                assert error_of(prediction, label, Task.CLASSIFICATION) is False
            for label in _CLASSES[1 - number]:
                assert error_of(prediction, label, Task.CLASSIFICATION) is True


def test_an_error_goes_by_the_spellings_of_the_model() -> None:
    loose = Classes(Spellings(ignore_case=True, yes=frozenset({"ja"})))
    pairs: list[tuple[Any, Any]] = [("FRAUD", "fraud"), (True, "Ja"), (["A", "b"], ["a", "B"])]
    for prediction, label in pairs:
        assert not error_of(prediction, label, Task.CLASSIFICATION, loose)
        assert error_of(prediction, label, Task.CLASSIFICATION)


@pytest.mark.parametrize(
    ("prediction", "label", "expected"),
    [
        ([0.1, 0.7, 0.2], "dog", False),
        ([0.1, 0.7, 0.2], " cat", True),
        ([0.1, 0.7, 0.2], "horse", None),
        # A number is none of the names.
        ([0.1, 0.7, 0.2], 1, None),
        ([0.3, 0.7], "dog", None),
        ("dog", "dog", False),
    ],
)
def test_a_list_of_probabilities_is_of_the_classes_that_are_named(
    prediction: Any, label: Any, expected: bool | None
) -> None:
    named = Classes(names=("cat", "dog", "emu"))
    assert error_of(prediction, label, Task.CLASSIFICATION, named) is expected
