"""Observations: rows as columns, of one model version or of several that have the same columns."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from schemas.columns import Column

Integers: TypeAlias = NDArray[np.int64]


class Origin(StrEnum):
    """What the rows of a batch are."""

    PREDICTIONS = "predictions"
    LABELS = "labels"


class Run(NamedTuple):
    """Consecutive rows from one source partition, their offsets ascending."""

    topic: str
    partition: int
    rows: int


class ModelRows(NamedTuple):
    """Whose the next rows of a table are, and where they came from."""

    model: str
    version: str
    runs: tuple[Run, ...]

    @property
    def rows(self) -> int:
        """How many they are."""
        return sum(run.rows for run in self.runs)


@dataclass(frozen=True, slots=True)
class ObservationBatch:
    """Rows of one model version, in the order in which they are to be taken.

    Attributes
    ----------
    model, version
        Whose rows these are.
    origin
        Predictions (features, prediction, score) or labelled predictions (error).
    runs
        The source partitions that the offsets count in, of so many rows each.
    offsets, times
        Shape ``(n,)``: source offset, and event time in milliseconds since the epoch, of each row.
    columns
        Columns of ``n`` rows each.
    """

    model: str
    version: str
    origin: Origin
    runs: tuple[Run, ...]
    offsets: Integers
    times: Integers
    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.offsets)

    def slices(self) -> Iterator[tuple[Run, int, int]]:
        """Yield each run, and where its rows begin and end."""
        begin = 0
        for run in self.runs:
            yield run, begin, begin + run.rows
            begin += run.rows

    def take(self, rows: NDArray[np.bool_]) -> "ObservationBatch":
        """Return the rows where a mask of shape ``(n,)`` is true."""
        if rows.all():
            return self
        runs = (
            run._replace(rows=int(np.count_nonzero(rows[begin:end])))
            for run, begin, end in self.slices()
        )
        return replace(
            self,
            runs=tuple(run for run in runs if run.rows),
            offsets=self.offsets[rows],
            times=self.times[rows],
            columns=tuple(column.take(rows) for column in self.columns),
        )

    def halves(self) -> "tuple[ObservationBatch, ObservationBatch]":
        """Return the first and the second half of the rows, each with the columns that it needs."""
        first = np.arange(len(self)) < len(self) // 2
        return self.take(first).compact(), self.take(~first).compact()

    def compact(self) -> "ObservationBatch":
        """Return the rows with no other columns and categories than those that occur."""
        kept = tuple(column.compact() for column in self.columns if not column.is_absent)
        return replace(self, columns=kept)


@dataclass(frozen=True, slots=True)
class ObservationTable:
    """Rows of model versions that have the same columns, those of each version together.

    Attributes
    ----------
    origin, offsets, times, columns
        As of `ObservationBatch`, over the rows of all versions.
    models
        The versions in the order of their rows; each occurs once.
    """

    origin: Origin
    models: tuple[ModelRows, ...]
    offsets: Integers
    times: Integers
    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.offsets)

    @classmethod
    def of(cls, batch: ObservationBatch) -> Self:
        """Return the table of one version."""
        models = (ModelRows(batch.model, batch.version, batch.runs),)
        return cls(batch.origin, models, batch.offsets, batch.times, batch.columns)

    def bounds(self) -> list[int]:
        """Return where the rows of each version begin, and where those of the last one end."""
        bounds = [0]
        for rows in self.models:
            bounds.append(bounds[-1] + rows.rows)
        return bounds

    def batches(self) -> Iterator[ObservationBatch]:
        """Yield the rows of each version."""
        begin = 0
        for rows in self.models:
            end = begin + rows.rows
            yield self.batch(rows, begin, end)
            begin = end

    def halves(self) -> "tuple[ObservationTable, ObservationTable]":
        """Return two tables of about half the rows each, at least two, with what they need."""
        if len(self.models) == 1:
            first, second = next(self.batches()).halves()
            return self.of(first), self.of(second)
        middle = len(self.models) // 2
        row = self.bounds()[middle]
        return (
            self._between(self.models[:middle], 0, row),
            self._between(self.models[middle:], row, len(self)),
        )

    def _between(self, models: tuple[ModelRows, ...], begin: int, end: int) -> "ObservationTable":
        columns = (column.between(begin, end) for column in self.columns)
        return ObservationTable(
            self.origin,
            models,
            self.offsets[begin:end],
            self.times[begin:end],
            tuple(column.compact() for column in columns if not column.is_absent),
        )

    def batch(self, rows: ModelRows, begin: int, end: int) -> ObservationBatch:
        """Return the rows of one version, which begin and end at some row."""
        return ObservationBatch(
            rows.model,
            rows.version,
            self.origin,
            rows.runs,
            self.offsets[begin:end],
            self.times[begin:end],
            self.columns
            if len(self.models) == 1
            else tuple(column.between(begin, end) for column in self.columns),
        )
