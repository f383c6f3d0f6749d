"""The errors of labelled rows, a column of them at once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.performance.class_columns import class_columns, named_labels
from detectors.performance.distinct import distinct
from detectors.performance.error import Task, error_of
from detectors.performance.options import ScoreOf
from schemas.tables.columns import Column, Flag, Flags, Kind, Role, Values, column_of
from schemas.tables.outcomes import outcomes_of
from schemas.values.class_order import USUAL_CLASSES, Classes

Numbers = NDArray[np.int64]

NAME: Final = "error"
"""The name of the column of errors."""

_BOTH: Final = 2

_TABLE: Final = 8
"""Places for each number, up to which a table of all that could be is faster than to sort."""

_UNKNOWN: Final = object()
"""In place of an error that cannot be reckoned: mistyped."""


def are_labelled(columns: Sequence[Column]) -> bool:
    """Tell whether rows have labels of which their errors are to be made."""
    return any(column.role is Role.LABEL for column in columns)


def kind_of_errors(task: Task) -> Kind:
    """Return what the errors of single outcomes are: classes are wrong or not, numbers far off."""
    return Kind.BOOLEAN if task.is_of_classes else Kind.NUMBER


def with_errors(
    columns: Sequence[Column],
    task: Task,
    rows: int,
    classes: Classes = USUAL_CLASSES,
    score_of: ScoreOf = ScoreOf.PREDICTED,
) -> tuple[Column, ...]:
    """Return columns of labelled rows with that of their errors before them.

    Labels have the names of their classes in them, and predictions that are probabilities are
    classes (`detectors.performance.class_columns`): to be done once.

    Parameters
    ----------
    columns
        With what was predicted and what was true.
    task
        Not `Task.AUTO`.
    rows
        How many there are.
    classes
        Those of the model, and their order in a list.
    score_of
        What a score is the probability of.
    """
    columns = named_labels(columns, classes)
    if task.is_of_classes:
        columns = class_columns(columns, task.classes(classes), score_of)
    found = _of_scalars(columns, task, classes)
    return (found or errors_of(columns, lambda *_: task, rows, classes), *columns)


def errors_of(
    columns: Sequence[Column],
    task_of: Callable[[Any, Any], Task],
    rows: int,
    classes: Classes = USUAL_CLASSES,
) -> Column:
    """Return the errors of rows one by one.

    Parameters
    ----------
    columns, rows, classes
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
            errors.append(_error(prediction, label, task, classes))
            continue
        # Pairs of classes are few; true and 1 are one key, and mean the same.
        key = prediction, label, task
        if key not in known:
            known[key] = _error(prediction, label, task, classes)
        errors.append(known[key])
    column = column_of(NAME, Role.ERROR, errors)
    is_empty = column.flags is not None and bool((column.flags != Flag.OK).all())
    if is_empty and all(task.is_of_classes for task in kinds):
        return replace(column, kind=Kind.BOOLEAN)
    return column


def _error(prediction: Any, label: Any, task: Task, classes: Classes) -> Any:
    if any(each is ... or (isinstance(each, list) and ... in each) for each in (prediction, label)):
        return _UNKNOWN
    if prediction is None or label is None:
        return None
    error = error_of(prediction, label, task, classes)
    return _UNKNOWN if error is None else error


def _of_scalars(columns: Sequence[Column], task: Task, classes: Classes) -> Column | None:
    """Return the errors where no outcome is a list; None where any is."""
    outcomes = [column for column in columns if column.role in {Role.PREDICTION, Role.LABEL}]
    if len(outcomes) != len({column.role for column in outcomes}) or len(outcomes) < _BOTH:
        return None
    prediction, label = sorted(outcomes, key=lambda column: column.role is Role.LABEL)
    if prediction.name.endswith("]") or label.name.endswith("]"):
        return None
    flags = _flags(prediction.flags, label.flags)
    if Kind.CATEGORY in {prediction.kind, label.kind}:
        errors = _of_pairs(prediction, label, task, classes)
    elif task.is_of_classes:
        errors = (prediction.values != label.values).astype(np.float64)
    else:
        with np.errstate(over="ignore"):
            errors = np.abs(prediction.values - label.values)
    unknown = ~np.isfinite(errors)
    if unknown.any():
        flags = np.zeros(len(errors), np.uint8) if flags is None else flags
        flags[unknown & (flags == Flag.OK)] = Flag.MISTYPED
        errors = np.where(unknown, 0.0, errors)
    return Column(NAME, Role.ERROR, kind_of_errors(task), errors, flags=flags)


def _of_pairs(prediction: Column, label: Column, task: Task, classes: Classes) -> Values:
    """Return errors of which each pair of outcomes is reckoned once; NaN where there is none."""
    said, codes = distinct(prediction)
    true, others = distinct(label)
    pairs = codes * len(true) + others
    pairs_there, places = _different(pairs, len(said) * len(true))
    errors = [
        error_of(said[pair // len(true)], true[pair % len(true)], task, classes)
        for pair in pairs_there.tolist()
    ]
    known = np.array([np.nan if error is None else error for error in errors], dtype=np.float64)
    found: Values = known[places]
    return found


def _different(numbers: Numbers, end: int) -> tuple[Numbers, Numbers]:
    """Return which numbers below ``end`` there are, and which of these each of them is."""
    if end > _TABLE * len(numbers):
        distinct, places = np.unique(numbers, return_inverse=True)
        return distinct, places.reshape(-1)
    is_there = np.zeros(end, dtype=np.bool_)
    is_there[numbers] = True
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[numbers]


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
