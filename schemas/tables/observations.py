"""Observations: rows as columns, of one model version or of several that have the same columns."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from schemas.tables.columns import Column
from schemas.tables.model_version import ModelVersion

Integers: TypeAlias = NDArray[np.int64]


LARGEST_OFFSET: Final = 2**48 - 1
"""A partition gets there in nine years of a million records a second."""


class Origin(StrEnum):
    """What the rows of a batch are."""

    PREDICTIONS = "predictions"
    LABELS = "labels"
    REPEATS = "repeats"
    """Labels that came again for predictions which had theirs."""


class Source(NamedTuple):
    """A partition that rows came from."""

    topic: str
    partition: int


class Run(NamedTuple):
    """Consecutive rows from one source, their offsets ascending."""

    topic: str
    partition: int
    rows: int


class ModelRows(NamedTuple):
    """Whose the next rows of a table are, and how many."""

    model: str
    version: str
    rows: int


def number_sources(sources: Iterable[Source]) -> tuple[tuple[Source, ...], Integers]:
    """Return the distinct ones of the sources of rows, in their order, and which each row's is.

    Examples
    --------
    >>> number_sources([Source("t", 3), Source("t", 1), Source("t", 3)])[1].tolist()
    [1, 0, 1]
    """
    rows = list(sources)
    distinct = sorted(set(rows))
    number_of = {source: number for number, source in enumerate(distinct)}
    return tuple(distinct), np.array([number_of[source] for source in rows], dtype=np.int64)


def middle_between(records: Integers) -> int:
    """Return where to cut rows in two, so that those of one record stay together.

    Parameters
    ----------
    records
        Shape ``(n,)``, at least one: the number of each row's record, the same for neighbours.

    Returns
    -------
    int
        The first row of the second half; ``n`` where all rows are of one record.

    Examples
    --------
    >>> middle_between(np.array([4, 5, 5, 5, 6])), middle_between(np.array([7, 7]))
    (1, 2)
    """
    rows = len(records)
    begins = np.flatnonzero(np.diff(records)) + 1
    return int(begins[np.abs(begins - rows / 2).argmin()]) if len(begins) else rows


@dataclass(frozen=True, slots=True)
class ObservationBatch:
    """Rows of one model version, in the order in which they are to be taken.

    Attributes
    ----------
    model, version
        Whose rows these are.
    origin
        Predictions (features, prediction, score), labelled predictions (prediction, label, score,
        segment and delay), or labels that came again (whether each is corrected).
    sources
        Where the rows came from; some may have no row here.
    source_of, offsets, times
        Shape ``(n,)``: number of the source, offset there, and event time in milliseconds since the
        epoch, of each row.
    columns
        Columns of ``n`` rows each.
    """

    model: str
    version: str
    origin: Origin
    sources: tuple[Source, ...]
    source_of: Integers
    offsets: Integers
    times: Integers
    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The rows by their sources, as far as they follow each other there."""
        return tuple(run for run, _, _ in self.slices())

    def slices(self) -> Iterator[tuple[Run, int, int]]:
        """Yield each of the `runs`, and where its rows begin and end."""
        breaks = (np.diff(self.source_of) != 0) | (np.diff(self.offsets) < 0)
        bounds = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(self)]
        for begin, end in pairwise(bounds):
            if begin < end:
                source = self.sources[self.source_of[begin]]
                yield Run(source.topic, source.partition, end - begin), begin, end

    def take(self, rows: NDArray[np.bool_]) -> "ObservationBatch":
        """Return the rows where a mask of shape ``(n,)`` is true."""
        if rows.all():
            return self
        return replace(
            self,
            source_of=self.source_of[rows],
            offsets=self.offsets[rows],
            times=self.times[rows],
            columns=tuple(column.take(rows) for column in self.columns),
        )


@dataclass(frozen=True, slots=True)
class ObservationTable:
    """Rows of model versions that have the same columns, those of each version together.

    Attributes
    ----------
    origin, sources, source_of, offsets, times, columns
        As of `ObservationBatch`, over the rows of all versions.
    models
        The versions in the order of their rows; each occurs once.
    is_continued
        Whether another table of its frame has rows of the same origin, which were read with these.
    """

    origin: Origin
    models: tuple[ModelRows, ...]
    sources: tuple[Source, ...]
    source_of: Integers
    offsets: Integers
    times: Integers
    columns: tuple[Column, ...]
    is_continued: bool = False

    def __len__(self) -> int:
        return len(self.offsets)

    @classmethod
    def of(cls, batch: ObservationBatch) -> Self:
        """Return the table of one version."""
        return cls(
            batch.origin,
            (ModelRows(batch.model, batch.version, len(batch)),),
            batch.sources,
            batch.source_of,
            batch.offsets,
            batch.times,
            batch.columns,
        )

    def bounds(self) -> list[int]:
        """Return where the rows of each version begin, and where those of the last one end."""
        bounds = [0]
        for rows in self.models:
            bounds.append(bounds[-1] + rows.rows)
        return bounds

    def versions(self) -> list[ModelVersion]:
        """Return the model and version of each, in their order."""
        return [(rows.model, rows.version) for rows in self.models]

    def batches(self, without: Collection[ModelVersion] = ()) -> Iterator[ObservationBatch]:
        """Yield the rows of each version, except of some."""
        begin = 0
        for rows in self.models:
            end = begin + rows.rows
            if (rows.model, rows.version) not in without:
                yield self.batch(rows, begin, end)
            begin = end

    def only(self, versions: Collection[ModelVersion]) -> "ObservationTable":
        """Return the rows of some of the versions."""
        kept = [(rows.model, rows.version) in versions for rows in self.models]
        return self.take(np.repeat(kept, [rows.rows for rows in self.models]))

    def take(self, rows: NDArray[np.bool_]) -> "ObservationTable":
        """Return the rows where a mask of shape ``(n,)`` is true, and versions that have any."""
        if rows.all():
            return self
        begins = self.bounds()[:-1]
        counts = np.add.reduceat(rows, begins, dtype=np.int64).tolist() if begins else []
        return ObservationTable(
            self.origin,
            tuple(
                each._replace(rows=count)
                for each, count in zip(self.models, counts, strict=True)
                if count
            ),
            self.sources,
            self.source_of[rows],
            self.offsets[rows],
            self.times[rows],
            tuple(column.take(rows) for column in self.columns),
            self.is_continued,
        )

    def compact(self) -> "ObservationTable":
        """Return the rows with no other columns and categories than those that occur."""
        kept = tuple(column.compact() for column in self.columns if not column.is_absent)
        return replace(self, columns=kept)

    def batch(
        self, rows: ModelRows, begin: int, end: int, *, columns: tuple[Column, ...] | None = None
    ) -> ObservationBatch:
        """Return the rows of one version, which begin and end at some row.

        Parameters
        ----------
        rows, begin, end
            Whose they are, and where.
        columns
            Those that are wanted, as they are in the table; all by default.
        """
        wanted = self.columns if columns is None else columns
        return ObservationBatch(
            rows.model,
            rows.version,
            self.origin,
            self.sources,
            self.source_of[begin:end],
            self.offsets[begin:end],
            self.times[begin:end],
            wanted
            if len(self.models) == 1
            else tuple(column.between(begin, end) for column in wanted),
        )
