"""Predictions on their way into a log: columns, in the order of their offsets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.tables.model_version import ModelVersion

NO_LABEL: Final = -1


@dataclass(frozen=True, slots=True)
class Predictions:
    """Predictions of one partition, in the order of their offsets.

    Attributes
    ----------
    ids
        The predictions' ids, UTF-8.
    offsets, times, ages
        Shape ``(n,)``: source offset, event time, and the time by which a prediction ages, in
        milliseconds.
    names, values
        Of each, model and version, and what was predicted.
    labels
        By the row of those that carry their label.
    """

    ids: Sequence[bytes]
    offsets: NDArray[np.int64]
    times: NDArray[np.int64]
    ages: NDArray[np.int64]
    names: Sequence[ModelVersion]
    values: Sequence[Any]
    labels: dict[int, Any] = field(default_factory=dict)

    def part(self, start: int, end: int) -> "Predictions":
        """Return the rows from ``start`` up to ``end``."""
        return Predictions(
            self.ids[start:end],
            self.offsets[start:end],
            self.times[start:end],
            self.ages[start:end],
            self.names[start:end],
            self.values[start:end],
            {row - start: label for row, label in self.labels.items() if start <= row < end},
        )


def name_codes(
    names: Sequence[ModelVersion], numbers: dict[ModelVersion, int]
) -> NDArray[np.uint32]:
    """Return each name's number, as little-endian uint32; new ones are added to the numbers."""
    different = set(names)
    for name in different:
        numbers.setdefault(name, len(numbers))
    if len(different) == 1:
        return np.full(len(names), numbers[names[0]], dtype="<u4")
    return np.fromiter(map(numbers.__getitem__, names), dtype="<u4", count=len(names))
