from typing import Any

import pytest

from detectors.performance.error import Task, error_of


@pytest.mark.parametrize(
    ("prediction", "label", "task", "expected"),
    [
        ("fraud", "fraud", Task.AUTO, False),
        ("fraud", "genuine", Task.AUTO, True),
        (1, 0, Task.AUTO, True),
        (1, "1", Task.AUTO, False),
        (True, "true", Task.AUTO, False),
        (True, 1, Task.AUTO, False),
        (2.5, 4, Task.AUTO, 1.5),
        (2, 4.0, Task.AUTO, 2.0),
        (2, 4, Task.REGRESSION, 2.0),
        (2.5, 4.0, Task.CLASSIFICATION, True),
        ("2.5", 4, Task.REGRESSION, None),
        ([0.1, 0.9], 1, Task.AUTO, None),
        (1, [1], Task.CLASSIFICATION, None),
    ],
)
def test_the_error_is_wrong_or_right_for_classes_and_a_distance_for_numbers(
    prediction: Any, label: Any, task: Task, expected: bool | float | None
) -> None:
    found = error_of(prediction, label, task)
    assert found == expected
    assert type(found) is type(expected)
