"""Predictions on their way into a log: columns, in the order of their offsets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.tables.coded import Coded
from schemas.tables.model_version import ModelVersion

NO_LABEL: Final = -1

NO_CONTENT: Final = 0
"""The digest of what is not known: it is that of nothing else."""


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Predictions of one partition, in the order of their offsets.

    Attributes
    ----------
    ids
        The predictions' ids, UTF-8.
    offsets, times, ages, arrivals
        Shape ``(n,)``: source offset; event time; the event time by which a prediction ages, no
        later than its record's own; and when it came, by the records' times. In milliseconds, 0
        where nothing is known.
    names, segments
        Of each, model and version, and the groups that it belongs to, None where it names none.
    values, scores
        What was predicted, and shape ``(n,)``: its score, NaN where it has none.
    contents
        Shape ``(n,)``, uint32: what tells an event from others of the same id; `NO_CONTENT` where
        nothing is known.
    labels
        By the row of those that carry their label.
    """

    ids: Sequence[bytes]
    offsets: NDArray[np.int64]
    times: NDArray[np.int64]
    ages: NDArray[np.int64]
    arrivals: NDArray[np.int64]
    names: Coded[ModelVersion]
    values: Sequence[Any]
    scores: NDArray[np.float64]
    segments: Coded[str | None]
    contents: NDArray[np.uint32]
    labels: Mapping[int, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, start: int, end: int) -> "Predictions":
        """Return the rows from ``start`` up to ``end``."""
        rows = slice(start, end)
        return Predictions(
            self.ids[rows],
            self.offsets[rows],
            self.times[rows],
            self.ages[rows],
            self.arrivals[rows],
            self.names.take(rows),
            self.values[rows],
            self.scores[rows],
            self.segments.take(rows),
            self.contents[rows],
            {row - start: label for row, label in self.labels.items() if start <= row < end},
        )
