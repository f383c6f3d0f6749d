from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.performance.error import Task, error_of
from detectors.performance.labelled_rows import errors_of, with_errors
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.outcomes import MOST_POSITIONS, outcome_columns

numbers = st.one_of(
    st.integers(-3, 3),
    st.floats(-3, 3),
    st.sampled_from([float("nan"), float("inf"), 1e308, -1e308]),
)
scalars = st.one_of(
    numbers,
    st.booleans(),
    st.none(),
    st.sampled_from(["", "a", "1", "1.0", "true", "2.5"]),
)
outcomes = st.one_of(scalars, st.lists(st.integers(-2, 2), max_size=3))
TASKS = [Task.CLASSIFICATION, Task.REGRESSION]


def columns_of(predictions: list[Any], labels: list[Any]) -> list[Column]:
    return [
        *outcome_columns(Role.PREDICTION, predictions),
        *outcome_columns(Role.LABEL, labels),
    ]


def values(column: Column) -> list[Any]:
    """Return each usable error, and the quality of what is none."""
    flags = np.zeros(len(column.values), np.uint8) if column.flags is None else column.flags
    found = [
        column.categories[int(value)] if column.kind is Kind.CATEGORY else float(value)
        for value in column.values
    ]
    return [
        _number(value) if flag == Flag.OK else Flag(flag)
        for value, flag in zip(found, flags.tolist(), strict=True)
    ]


def _number(value: Any) -> float:
    return float({"true": 1.0, "false": 0.0}.get(value, value))


@pytest.mark.parametrize("task", TASKS)
@given(st.lists(st.tuples(scalars, scalars), min_size=1, max_size=6))
def test_errors_of_scalars_all_at_once_are_those_of_one_after_the_other(
    task: Task, pairs: list[tuple[Any, Any]]
) -> None:
    columns = columns_of(*map(list, zip(*pairs, strict=True)))
    at_once = with_errors(columns, task, len(pairs))[0]
    assert values(at_once) == values(errors_of(columns, lambda *_: task, len(pairs)))


@pytest.mark.parametrize("task", TASKS)
@given(st.lists(st.tuples(outcomes, outcomes), min_size=1, max_size=8))
def test_an_error_depends_on_its_own_row_alone(task: Task, pairs: list[tuple[Any, Any]]) -> None:
    together = with_errors(columns_of(*map(list, zip(*pairs, strict=True))), task, len(pairs))[0]
    alone = [
        values(with_errors(columns_of([prediction], [label]), task, 1)[0])[0]
        for prediction, label in pairs
    ]
    assert values(together) == alone


@pytest.mark.parametrize("task", TASKS)
@given(st.tuples(outcomes, outcomes))
def test_an_error_is_that_of_what_was_said_or_counted_as_none(
    task: Task, pair: tuple[Any, Any]
) -> None:
    found = values(with_errors(columns_of([pair[0]], [pair[1]]), task, 1)[0])[0]
    if isinstance(found, Flag):
        assert found in {Flag.NULL, Flag.MISTYPED}
    else:
        expected = error_of(*pair, task)
        assert expected is not None
        assert found == pytest.approx(float(expected))


def test_what_cannot_be_reckoned_is_counted_and_never_silent() -> None:
    columns = columns_of(["a", [1.0] * (MOST_POSITIONS + 1), None], [1, [1.0] * 300, 1])
    error = with_errors(columns, Task.REGRESSION, 3)[0]
    assert (error.name, error.role) == ("error", Role.ERROR)
    assert np.asarray(error.flags).tolist() == [Flag.MISTYPED, Flag.MISTYPED, Flag.NULL]
    classes = with_errors(columns_of([[0.1, 0.9]], ["fraud"]), Task.CLASSIFICATION, 1)[0]
    assert classes.kind is Kind.BOOLEAN
    assert np.asarray(classes.flags).tolist() == [Flag.MISTYPED]
