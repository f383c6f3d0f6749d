"""The error of a labelled prediction."""

import math
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from schemas.values.class_order import USUAL_CLASSES, Classes
from schemas.values.classes import class_name, same_class
from schemas.values.numbers import number_of

EVEN: Final = 0.5
"""The probability from which on a class counts as predicted, where the settings say nothing."""


class Task(StrEnum):
    """What a model predicts: decides what its error is."""

    AUTO = "auto"
    """What its first labelled rows say, as `detectors.performance.task_choice.TaskChoice`."""

    CLASSIFICATION = "classification"
    REGRESSION = "regression"
    PROBABILITY = "probability"
    """A classification whose predictions are the probability of the class that is looked for."""

    @property
    def is_of_classes(self) -> bool:
        """Whether classes are right or wrong; else numbers are more or less far off."""
        return self in {Task.CLASSIFICATION, Task.PROBABILITY}

    @property
    def form(self) -> "Task":
        """Classification or regression: what a window's metrics are of."""
        return Task.CLASSIFICATION if self.is_of_classes else self

    def classes(self, classes: Classes) -> Classes:
        """Return classes by which this task decides: of probabilities there is a threshold."""
        if self is Task.PROBABILITY and classes.threshold is None:
            return replace(classes, threshold=EVEN)
        return classes


def error_of(
    prediction: Any, label: Any, task: Task, classes: Classes = USUAL_CLASSES
) -> bool | float | None:
    """Return whether a class was wrong, or how far off a number was; None where neither is known.

    Classes are compared by their names, and numbers in text are numbers. A list of one is what is
    in it. Of lists of the same length the error is the mean of those of their elements: the mean
    distance, or the share of the wrong ones. A list against a class is probabilities, by the
    position of the highest, the first of them. Where a probability has a threshold, it is the class
    that this decides for.

    Parameters
    ----------
    prediction, label
        Text, a number, a boolean or a list of numbers; None for nothing.
    task
        Not `Task.AUTO`.
    classes
        Those of the model, and their order in a list.

    Examples
    --------
    >>> error_of(1, "1.0", Task.CLASSIFICATION), error_of([0.1, 0.9], 1, Task.CLASSIFICATION)
    (False, False)
    >>> error_of(0.8, 1, Task.PROBABILITY), error_of(0.8, "no", Task.PROBABILITY)
    (False, True)
    >>> error_of(2.5, "4.00", Task.REGRESSION), error_of([1, 2], [1, 4], Task.REGRESSION)
    (1.5, 1.0)
    """
    prediction, label = unwrapped(prediction), unwrapped(label)
    if isinstance(prediction, list):
        if isinstance(label, list):
            return _mean_error(prediction, label, task, classes)
        return _is_not_highest(prediction, label, task, classes)
    if isinstance(label, list) or prediction is None or label is None:
        return None
    if task is Task.REGRESSION:
        # By the class: a boolean among numbers is the text of one.
        one, other = (
            number_of(class_name(prediction, classes.spellings)),
            number_of(class_name(label, classes.spellings)),
        )
        if one is None or other is None:
            return None
        distance = abs(one - other)
        return distance if math.isfinite(distance) else None
    said = task.classes(classes).decided(prediction)
    return not same_class(said, label, classes.spellings)


def unwrapped(value: Any) -> Any:
    """Return what is in a list of one, and anything else as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _mean_error(
    prediction: list[Any], label: list[Any], task: Task, classes: Classes
) -> float | None:
    if len(prediction) != len(label) or not prediction:
        return None
    errors = [error_of(*pair, task, classes) for pair in zip(prediction, label, strict=True)]
    known = [float(error) for error in errors if error is not None]
    return sum(known) / len(known) if len(known) == len(errors) else None


def _is_not_highest(
    probabilities: list[Any], label: Any, task: Task, classes: Classes
) -> bool | None:
    numbers = [number_of(each) for each in probabilities]
    known = [each for each in numbers if each is not None]
    if task is Task.REGRESSION or label is None or len(known) < len(numbers) or not known:
        return None
    position = classes.position(label, len(known)) if classes.fit(known) else None
    return None if position is None else classes.chosen(known) != position
