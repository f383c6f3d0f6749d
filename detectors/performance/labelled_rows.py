"""The errors of labelled rows, a column of them at once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from detectors.performance.error import Task, error_of
from schemas.tables.columns import Column, Flag, Flags, Kind, Role, column_of
from schemas.tables.outcomes import outcomes_of

NAME: Final = "error"
"""The name of the column of errors."""

_UNKNOWN: Final = object()
"""In place of an error that cannot be reckoned: mistyped."""


def are_labelled(columns: Sequence[Column]) -> bool:
    """Tell whether rows have labels of which their errors are to be made."""
    return any(column.role is Role.LABEL for column in columns)


def with_errors(columns: Sequence[Column], task: Task, rows: int) -> tuple[Column, ...]:
    """Return columns of labelled rows with that of their errors before them.

    Parameters
    ----------
    columns
        With what was predicted and what was true.
    task
        Not `Task.AUTO`.
    rows
        How many there are.
    """
    found = _of_numbers(columns, task)
    return (found or errors_of(columns, lambda *_: task, rows), *columns)


def errors_of(columns: Sequence[Column], task_of: Callable[[Any, Any], Task], rows: int) -> Column:
    """Return the errors of rows one by one.

    Parameters
    ----------
    columns, rows
        As of `with_errors`.
    task_of
        Gives the task of each row, in their order, by what was predicted and what was true.
    """
    predictions = outcomes_of(columns, Role.PREDICTION, rows)
    labels = outcomes_of(columns, Role.LABEL, rows)
    known: dict[Any, Any] = {}
    errors: list[Any] = []
    kinds: set[Task] = set()
    for prediction, label in zip(predictions, labels, strict=True):
        task = task_of(prediction, label)
        kinds.add(task)
        if isinstance(prediction, list) or isinstance(label, list):
            errors.append(_error(prediction, label, task))
            continue
        # Pairs of classes are few; true and 1 are one key, and mean the same.
        key = prediction, label, task
        if key not in known:
            known[key] = _error(prediction, label, task)
        errors.append(known[key])
    column = column_of(NAME, Role.ERROR, errors)
    is_empty = column.flags is not None and bool((column.flags != Flag.OK).all())
    if is_empty and kinds == {Task.CLASSIFICATION}:
        return replace(column, kind=Kind.BOOLEAN)
    return column


def _error(prediction: Any, label: Any, task: Task) -> Any:
    if any(each is ... or (isinstance(each, list) and ... in each) for each in (prediction, label)):
        return _UNKNOWN
    if prediction is None or label is None:
        return None
    error = error_of(prediction, label, task)
    return _UNKNOWN if error is None else error


def _of_numbers(columns: Sequence[Column], task: Task) -> Column | None:
    """Return the errors where outcomes are numbers or booleans alone; None where they are not."""
    predictions = [column for column in columns if column.role is Role.PREDICTION]
    labels = [column for column in columns if column.role is Role.LABEL]
    if len(predictions) != 1 or len(labels) != 1:
        return None
    (prediction,), (label,) = predictions, labels
    if Kind.CATEGORY in {prediction.kind, label.kind} or prediction.name.endswith("]"):
        return None
    if label.name.endswith("]"):
        return None
    flags = _flags(prediction.flags, label.flags)
    if task is Task.CLASSIFICATION:
        wrong = (prediction.values != label.values).astype(np.float64)
        return Column(NAME, Role.ERROR, Kind.BOOLEAN, wrong, flags=flags)
    with np.errstate(over="ignore"):
        distances = np.abs(prediction.values - label.values)
    infinite = ~np.isfinite(distances)
    if infinite.any():
        flags = np.zeros(len(distances), np.uint8) if flags is None else flags
        flags[infinite & (flags == Flag.OK)] = Flag.MISTYPED
        distances[infinite] = 0.0
    return Column(NAME, Role.ERROR, Kind.NUMBER, distances, flags=flags)


def _flags(one: Flags | None, other: Flags | None) -> Flags | None:
    """Return the quality of errors by that of both outcomes, as `errors_of` does."""
    if one is None and other is None:
        return None
    some = one if one is not None else other
    none = np.zeros(0 if some is None else len(some), dtype=np.uint8)
    both = none if one is None else one, none if other is None else other
    nothing = [(each == Flag.NULL) | (each == Flag.ABSENT) for each in both]
    unusable = [(each != Flag.OK) & ~nothing[number] for number, each in enumerate(both)]
    flags = np.where(nothing[0] | nothing[1], np.uint8(Flag.NULL), np.uint8(Flag.OK))
    return np.where(unusable[0] | unusable[1], np.uint8(Flag.MISTYPED), flags).astype(np.uint8)
