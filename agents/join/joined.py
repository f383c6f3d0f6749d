"""Predictions that have met their labels: rows, and the columns that they make."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.tables.coded import Coded
from schemas.tables.model_version import ModelVersion


class Joined(NamedTuple):
    """A prediction that has met its label; times in milliseconds of event time.

    Attributes
    ----------
    model, version, prediction, label
        What predicted what, and what was true.
    time
        That of the label.
    score, segment
        The prediction's; None where it has none.
    delay
        How long after its prediction the label is dated; None where that is not known.
    """

    model: str
    version: str
    prediction: Any
    label: Any
    time: int
    score: float | None = None
    segment: str | None = None
    delay: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class JoinedRows:
    """Joined rows as columns.

    Attributes
    ----------
    offsets
        Shape ``(n,)``: of the records that came second.
    names, predictions, labels, segments
        As of `Joined`; models and versions together.
    times, scores, delays
        Shape ``(n,)``, likewise; NaN for None.
    """

    offsets: NDArray[np.int64]
    names: Coded[ModelVersion]
    predictions: Sequence[Any]
    labels: Sequence[Any]
    times: NDArray[np.int64]
    scores: NDArray[np.float64]
    segments: Coded[str | None]
    delays: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Sequence[tuple[int, Joined]]) -> "JoinedRows":
        """Return the columns of some rows, each with its offset."""
        joins = [join for _, join in rows]
        return cls(
            np.array([offset for offset, _ in rows], dtype=np.int64),
            Coded.of([(join.model, join.version) for join in joins]),
            [join.prediction for join in joins],
            [join.label for join in joins],
            np.array([join.time for join in joins], dtype=np.int64),
            np.array([join.score for join in joins], dtype=np.float64),
            Coded.of([join.segment for join in joins]),
            np.array([join.delay for join in joins], dtype=np.float64),
        )

    @classmethod
    def concatenated(cls, parts: "Iterable[JoinedRows]") -> "JoinedRows":
        """Return the rows of one after those of the other."""
        those = [part for part in parts if len(part)]
        if len(those) == 1:
            return those[0]
        if not those:
            return cls.of([])
        return cls(
            np.concatenate([part.offsets for part in those]),
            Coded.concatenated(part.names for part in those),
            [value for part in those for value in part.predictions],
            [value for part in those for value in part.labels],
            np.concatenate([part.times for part in those]),
            np.concatenate([part.scores for part in those]),
            Coded.concatenated(part.segments for part in those),
            np.concatenate([part.delays for part in those]),
        )

    def __len__(self) -> int:
        return len(self.offsets)

    def take(self, rows: NDArray[np.int64]) -> "JoinedRows":
        """Return some rows, in their order there."""
        which = rows.tolist()
        return JoinedRows(
            self.offsets[rows],
            self.names.take(rows),
            [self.predictions[row] for row in which],
            [self.labels[row] for row in which],
            self.times[rows],
            self.scores[rows],
            self.segments.take(rows),
            self.delays[rows],
        )

    def by_offset(self) -> "JoinedRows":
        """Return the rows in the order of their offsets, those of one in the order here."""
        if (np.diff(self.offsets) >= 0).all():
            return self
        return self.take(np.argsort(self.offsets, kind="stable"))

    def rows(self) -> list[tuple[int, Joined]]:
        """Return the rows, each with its offset."""
        columns = zip(
            self.offsets.tolist(),
            self.names.values(),
            self.predictions,
            self.labels,
            self.times.tolist(),
            _or_none(self.scores),
            self.segments.values(),
            _or_none(self.delays),
            strict=True,
        )
        return [(offset, Joined(*name, *others)) for offset, name, *others in columns]


def _or_none(numbers: NDArray[np.float64]) -> list[float | None]:
    return [None if math.isnan(number) else number for number in numbers.tolist()]
