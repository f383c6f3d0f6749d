"""Labelled predictions to observation batches."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from agents.errors import Task, error_of
from agents.pending import Joined
from schemas.columns import Role, columns_of
from schemas.observations import ObservationBatch, Origin

TaskOf = Callable[[str], Task]


class Source(NamedTuple):
    """The partition that offsets count in."""

    topic: str
    partition: int


def label_batches(
    rows: Iterable[tuple[int, Joined]], source: Source, task_of: TaskOf
) -> Iterator[ObservationBatch]:
    """Yield the observation batches of labelled predictions, one for each model version.

    Parameters
    ----------
    rows
        Offset and join, in the order of the offsets.
    source
        Where the offsets count.
    task_of
        Gives what a model predicts by its name.
    """
    groups: dict[tuple[str, str], list[tuple[int, Joined]]] = {}
    for offset, row in rows:
        groups.setdefault((row.model, row.version), []).append((offset, row))
    for (model, version), group in groups.items():
        task = task_of(model)
        errors = [error_of(row.prediction, row.label, task) for _, row in group]
        yield ObservationBatch(
            model=model,
            version=version,
            origin=Origin.LABELS,
            topic=source.topic,
            partition=source.partition,
            offsets=np.array([offset for offset, _ in group], dtype=np.int64),
            times=np.array([row.time for _, row in group], dtype=np.int64),
            columns=tuple(columns_of("error", Role.ERROR, errors)),
        )
