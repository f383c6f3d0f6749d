from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.observations.tables_before import TablesBefore
from detectors.monitors.options import MonitorOptions
from detectors.performance.error import Task
from schemas.tables.columns import Column, Flag, Kind, Role, column_of
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source
from schemas.tables.outcomes import outcome_columns


def table(origin: Origin, columns: Sequence[Column], *models: ModelRows) -> ObservationTable:
    rows = sum(each.rows for each in models)
    numbers = np.arange(rows, dtype=np.int64)
    source_of = np.zeros(rows, dtype=np.int64)
    return ObservationTable(
        origin, models, (Source("labels", 0),), source_of, numbers, numbers, tuple(columns)
    )


def labelled(predictions: Sequence[Any], labels: Sequence[Any], *rows: int) -> ObservationTable:
    columns = [
        *outcome_columns(Role.PREDICTION, predictions),
        *outcome_columns(Role.LABEL, labels),
    ]
    models = [ModelRows(f"m{number}", "1", count) for number, count in enumerate(rows)]
    return table(Origin.LABELS, columns, *models)


def errors(found: ObservationTable) -> Column:
    (column,) = found.columns
    assert (column.role, column.name) == (Role.ERROR, "error")
    return column


def before(*tables: ObservationTable, **options: Any) -> list[ObservationTable]:
    made = TablesBefore(lambda _: MonitorOptions(**options))
    found = list(made.of((3, each) for each in tables))
    assert {partition for partition, _ in found} <= {3}
    return [each for _, each in found]


def test_rows_of_predictions_are_as_they_were() -> None:
    whole = table(
        Origin.PREDICTIONS, [column_of("x", Role.FEATURE, [1.0, 2.0])], ModelRows("m", "1", 2)
    )
    assert before(whole) == [whole]


def test_each_version_gets_a_table_with_one_column_of_errors_of_one_kind() -> None:
    whole = labelled([1, 0, 2.5], [1, 1, 4], 2, 1)
    classes, numbers = before(whole)
    assert classes.versions() == [("m0", "1")]
    assert errors(classes).kind is Kind.BOOLEAN
    assert errors(classes).values.tolist() == [0.0, 1.0]
    assert classes.offsets.tolist() == [0, 1]
    assert errors(numbers).values.tolist() == [1.5]
    assert numbers.offsets.tolist() == [2]


def test_what_is_declared_decides() -> None:
    (found,) = before(labelled([3, 4], [1, 4], 2), task=Task.REGRESSION)
    assert errors(found).values.tolist() == [2.0, 0.0]


def test_the_task_of_a_model_is_remembered_from_table_to_table() -> None:
    first, second = before(labelled([2.5], [4], 1), labelled([3], [1], 1))
    assert errors(first).kind is errors(second).kind is Kind.NUMBER


def test_the_memory_of_tasks_is_bounded() -> None:
    made = TablesBefore(lambda _: MonitorOptions(), most=2)
    assert len(list(made.of([(0, labelled([1] * 5, [1] * 5, 1, 1, 1, 1, 1))]))) == 5
    assert len(made._tasks) <= 2


def test_an_error_that_cannot_be_reckoned_is_there_with_its_flag() -> None:
    (found,) = before(labelled([1, None], [1, 1], 2))
    flags = errors(found).flags
    assert flags is not None
    assert flags.tolist() == [Flag.OK, Flag.NULL]
