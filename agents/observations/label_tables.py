"""Labelled predictions to observation tables."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from agents.join.joined import JoinedRows
from detectors.performance.error import Task, error_of
from schemas.tables.columns import Column, Kind, Role, column_of
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source, number_sources

TaskOf = Callable[[str], Task]


class Labelled(NamedTuple):
    """Labelled predictions, and where the records that completed them came from."""

    source: Source
    rows: JoinedRows


def label_tables(
    labelled: Iterable[Labelled], task_of: TaskOf, partition_of: Callable[[str], int]
) -> Iterator[tuple[int, ObservationTable]]:
    """Yield tables, each with the partition in which its models are watched.

    Model versions whose errors are all of one kind share a table.

    Parameters
    ----------
    labelled
        In the order in which the rows are to be taken.
    task_of, partition_of
        Give what a model predicts, and where it is watched, by its name.
    """
    those = [each for each in labelled if len(each.rows)]
    if not those:
        return
    whole = JoinedRows.concatenated(each.rows for each in those)
    sources, numbers = number_sources(each.source for each in those)
    source_of = np.repeat(numbers, [len(each.rows) for each in those])
    order = np.argsort(whole.names.codes, kind="stable")
    bounds = np.searchsorted(whole.names.codes[order], np.arange(len(whole.names.table) + 1))
    shared: dict[tuple[int, Kind], list[tuple[ModelRows, np.ndarray, Column]]] = {}
    for code, (model, version) in enumerate(whole.names.table):
        rows = order[bounds[code] : bounds[code + 1]]
        if len(rows) == 0:
            continue
        task = task_of(model)
        errors = [
            error_of(whole.predictions[row], whole.labels[row], task) for row in rows.tolist()
        ]
        column = column_of("error", Role.ERROR, errors)
        owner = ModelRows(model, version, len(rows))
        if column.flags is None and column.kind is not Kind.CATEGORY:
            shared.setdefault((partition_of(model), column.kind), []).append((owner, rows, column))
        else:
            yield (
                partition_of(model),
                ObservationTable(
                    Origin.LABELS,
                    (owner,),
                    sources,
                    source_of[rows],
                    whole.offsets[rows],
                    whole.times[rows],
                    (column,),
                ),
            )
    for (partition, kind), parts in shared.items():
        rows = np.concatenate([each for _, each, _ in parts])
        values = np.concatenate([column.values for *_, column in parts])
        yield (
            partition,
            ObservationTable(
                Origin.LABELS,
                tuple(owner for owner, *_ in parts),
                sources,
                source_of[rows],
                whole.offsets[rows],
                whole.times[rows],
                (Column("error", Role.ERROR, kind, values),),
            ),
        )
