"""The error of a labelled prediction."""

from enum import StrEnum
from typing import Any


class Task(StrEnum):
    """What a model predicts: decides what its error is."""

    AUTO = "auto"
    CLASSIFICATION = "classification"
    REGRESSION = "regression"


def error_of(prediction: Any, label: Any, task: Task) -> bool | float | None:
    """Return whether a class was wrong, or how far off a number was; None where neither is known.

    Parameters
    ----------
    prediction, label
        As decoded: text, a number, a boolean or a list of numbers.
    task
        `Task.AUTO` takes two numbers of which one has a decimal point for a regression and all
        else for a classification. A class may be text on one side and a number on the other.

    Examples
    --------
    >>> error_of("fraud", "genuine", Task.AUTO), error_of(1, "1", Task.AUTO)
    (True, False)
    >>> error_of(2.5, 4, Task.AUTO)
    1.5
    """
    if isinstance(prediction, list) or isinstance(label, list):
        return None
    numbers = not isinstance(prediction, str) and not isinstance(label, str)
    if task is Task.AUTO:
        decimal = isinstance(prediction, float) or isinstance(label, float)
        task = Task.REGRESSION if numbers and decimal else Task.CLASSIFICATION
    if task is Task.REGRESSION:
        return abs(float(prediction) - float(label)) if numbers else None
    if isinstance(prediction, str) is not isinstance(label, str):
        return _text(prediction) != _text(label)
    return bool(prediction != label)


def _text(outcome: Any) -> str:
    return str(outcome).lower() if isinstance(outcome, bool) else str(outcome)
