"""Labelled predictions to observation tables."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from agents.join.join import Joined
from detectors.performance.error import Task, error_of
from schemas.tables.columns import Column, Kind, Role, column_of
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source, number_sources

TaskOf = Callable[[str], Task]


class Labelled(NamedTuple):
    """A labelled prediction, and the record that completed it: the label's, or the prediction's."""

    topic: str
    partition: int
    offset: int
    row: Joined


def label_tables(
    rows: Iterable[Labelled], task_of: TaskOf, partition_of: Callable[[str], int]
) -> Iterator[tuple[int, ObservationTable]]:
    """Yield tables, each with the partition in which its models are watched.

    Model versions whose errors are all of one kind share a table.

    Parameters
    ----------
    rows
        In the order in which they are to be taken.
    task_of, partition_of
        Give what a model predicts, and where it is watched, by its name.
    """
    groups: dict[ModelVersion, list[Labelled]] = {}
    for labelled in rows:
        groups.setdefault((labelled.row.model, labelled.row.version), []).append(labelled)
    shared: dict[tuple[int, Kind], list[tuple[list[Labelled], Column]]] = {}
    for (model, _), group in groups.items():
        task = task_of(model)
        errors = [error_of(each.row.prediction, each.row.label, task) for each in group]
        column = column_of("error", Role.ERROR, errors)
        if column.flags is None and column.kind is not Kind.CATEGORY:
            shared.setdefault((partition_of(model), column.kind), []).append((group, column))
        else:
            yield partition_of(model), _table([group], [column])
    for (partition, kind), parts in shared.items():
        values = np.concatenate([column.values for _, column in parts])
        yield (
            partition,
            _table([group for group, _ in parts], [Column("error", Role.ERROR, kind, values)]),
        )


def _table(groups: list[list[Labelled]], columns: list[Column]) -> ObservationTable:
    rows = [labelled for group in groups for labelled in group]
    models = tuple(
        ModelRows(group[0].row.model, group[0].row.version, len(group)) for group in groups
    )
    return ObservationTable(
        Origin.LABELS,
        models,
        *number_sources(Source(labelled.topic, labelled.partition) for labelled in rows),
        np.array([labelled.offset for labelled in rows], dtype=np.int64),
        np.array([labelled.row.time for labelled in rows], dtype=np.int64),
        tuple(columns),
    )
