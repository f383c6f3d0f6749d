"""Rows of one source partition to observation batches, one or more for each model version."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from agents.errors import Task, error_of
from agents.pending import Joined
from schemas.columns import ABSENT, Column, Kind, Role, columns_of
from schemas.incoming import PredictionRow
from schemas.observations import ObservationBatch, Origin, encode_observations

LARGEST_BATCH: Final = 500_000
"""Bytes of columns in one observation batch, about; a batch has at least one row."""

LARGEST_FRAME: Final = 1_500_000
"""Bytes of a frame above which a batch of several rows is cut."""

KindsOf = Callable[[str], Mapping[str, Kind]]
TaskOf = Callable[[str], Task]
_RowT = TypeVar("_RowT")


class Source(NamedTuple):
    """The partition that offsets count in."""

    topic: str
    partition: int


def prediction_batches(
    rows: Iterable[tuple[int, PredictionRow]], source: Source, kinds_of: KindsOf
) -> Iterator[ObservationBatch]:
    """Yield the observation batches of predictions.

    Parameters
    ----------
    rows
        Offset and prediction, in the order of the offsets.
    source
        Where the offsets count.
    kinds_of
        Gives the declared kinds of a model's features by the model's name.
    """
    groups: dict[tuple[str, str], list[tuple[int, PredictionRow]]] = {}
    for offset, row in rows:
        groups.setdefault((row.model, row.version), []).append((offset, row))
    for (model, version), group in groups.items():
        width = max(len(row.features) for _, row in group)
        for part in _parts(group, width=width + 2):
            yield ObservationBatch(
                model=model,
                version=version,
                origin=Origin.PREDICTIONS,
                topic=source.topic,
                partition=source.partition,
                offsets=np.array([offset for offset, _ in part], dtype=np.int64),
                times=np.array([row.time for _, row in part], dtype=np.int64),
                columns=tuple(_prediction_columns([row for _, row in part], kinds_of(model))),
            )


def label_batches(
    rows: Iterable[tuple[int, Joined]], source: Source, task_of: TaskOf
) -> Iterator[ObservationBatch]:
    """Yield the observation batches of labelled predictions; parameters as for the predictions."""
    groups: dict[tuple[str, str], list[tuple[int, Joined]]] = {}
    for offset, row in rows:
        groups.setdefault((row.model, row.version), []).append((offset, row))
    for (model, version), group in groups.items():
        task = task_of(model)
        for part in _parts(group, width=1):
            errors = [error_of(row.prediction, row.label, task) for _, row in part]
            yield ObservationBatch(
                model=model,
                version=version,
                origin=Origin.LABELS,
                topic=source.topic,
                partition=source.partition,
                offsets=np.array([offset for offset, _ in part], dtype=np.int64),
                times=np.array([row.time for _, row in part], dtype=np.int64),
                columns=tuple(columns_of("error", Role.ERROR, errors)),
            )


def framed(batches: Iterable[ObservationBatch]) -> Iterator[tuple[ObservationBatch, bytes]]:
    """Yield batches with their frames, halved until each frame fits a record or is of one row.

    How much the names and texts of a batch take is known only once it is encoded.
    """
    for batch in batches:
        frame = encode_observations(batch)
        if len(frame) <= LARGEST_FRAME or len(batch) == 1:
            yield batch, frame
        else:
            yield from framed(batch.halves())


def _prediction_columns(rows: list[PredictionRow], kinds: Mapping[str, Kind]) -> Iterator[Column]:
    for name, raw in _transposed([row.features for row in rows]):
        yield from columns_of(name, Role.FEATURE, raw, kinds.get(name))
    yield from columns_of("prediction", Role.PREDICTION, [row.prediction for row in rows])
    scores: list[Any] = [ABSENT if row.score is None else row.score for row in rows]
    if any(score is not ABSENT for score in scores):
        yield from columns_of("score", Role.SCORE, scores)


def _transposed(rows: list[dict[str, Any]]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield the values of each name, `ABSENT` where a row has none."""
    names = list(rows[0])
    # Nearly always all rows have the same names; then one look-up takes a whole row.
    if len(names) > 1 and all(len(row) == len(names) for row in rows):
        whole = itemgetter(*names)
        try:
            table = [whole(row) for row in rows]
        except KeyError:
            pass
        else:
            yield from zip(names, zip(*table, strict=True), strict=True)
            return
    for name in dict.fromkeys(name for row in rows for name in row):
        yield name, [row.get(name, ABSENT) for row in rows]


def _parts(group: list[tuple[int, _RowT]], *, width: int) -> Iterator[list[tuple[int, _RowT]]]:
    """Cut a group so that its arrays stay below the largest batch."""
    most = max(1, LARGEST_BATCH // (8 * (width + 2)))
    for start in range(0, len(group), most):
        yield group[start : start + most]
