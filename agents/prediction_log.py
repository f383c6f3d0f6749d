"""Predictions in the order in which they came, in arrays: some 60 bytes each beside their id."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_BITS: Final = 13
_ROWS: Final = 1 << _BITS
"""Rows of a part of the log; a part is let go as a whole."""

Name = tuple[str, str]
"""Model and version."""

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
    names: Sequence[Name]
    values: Sequence[Any]
    labels: dict[int, Any] = field(default_factory=dict)


class _Part:
    """Columns of up to `_ROWS` predictions."""

    __slots__ = ("ages", "ids", "labels", "names", "offsets", "values")

    def __init__(self) -> None:
        self.ids: list[bytes] = []
        self.offsets = array("q")
        self.ages = array("q")
        self.labels = array("q")
        self.names: list[Name] = []
        self.values: list[Any] = []


class PredictionLog:
    """Predictions by ascending numbers, of which the lowest go first."""

    def __init__(self) -> None:
        self._parts: dict[int, _Part] = {}
        self.first = 0
        """The lowest number that is held."""
        self.end = 0
        """The number that the next prediction gets."""

    def __len__(self) -> int:
        return self.end - self.first

    def append(self, batch: Predictions) -> range:
        """Take a batch without labels; return the numbers of its predictions."""
        numbers = range(self.end, self.end + len(batch.ids))
        row = 0
        while self.end < numbers.stop:
            part = self._parts.setdefault(self.end >> _BITS, _Part())
            upto = min(row + _ROWS - len(part.ids), len(batch.ids))
            part.ids += batch.ids[row:upto]
            part.offsets.frombytes(batch.offsets[row:upto].tobytes())
            part.ages.frombytes(batch.ages[row:upto].tobytes())
            part.labels.frombytes(b"\xff" * 8 * (upto - row))  # NO_LABEL, each
            part.names += batch.names[row:upto]
            part.values += batch.values[row:upto]
            self.end += upto - row
            row = upto
        return numbers

    def replace(self, number: int, batch: Predictions, row: int) -> None:
        """Put a prediction of a batch in the place of another one: it goes when that would have."""
        part, at = self._parts[number >> _BITS], number & _ROWS - 1
        part.offsets[at] = int(batch.offsets[row])
        part.ages[at] = int(batch.ages[row])
        part.labels[at] = NO_LABEL
        part.names[at] = batch.names[row]
        part.values[at] = batch.values[row]

    def offset(self, number: int) -> int:
        """Return the source offset of a prediction."""
        return self._parts[number >> _BITS].offsets[number & _ROWS - 1]

    def name(self, number: int) -> Name:
        """Return the model and version of a prediction."""
        return self._parts[number >> _BITS].names[number & _ROWS - 1]

    def value(self, number: int) -> Any:
        """Return what was predicted."""
        return self._parts[number >> _BITS].values[number & _ROWS - 1]

    def label(self, number: int) -> int:
        """Return the offset of the label that a prediction has met; `NO_LABEL` for none."""
        return self._parts[number >> _BITS].labels[number & _ROWS - 1]

    def set_label(self, number: int, offset: int) -> None:
        """Note the offset of a prediction's label."""
        self._parts[number >> _BITS].labels[number & _ROWS - 1] = offset

    def drop(self, oldest: int, most: int) -> Iterator[tuple[int, bytes, int, bool]]:
        """Drop from the start what is older than a time, and what is above a cap.

        Yields
        ------
        number, id, label, is_old
            Of each prediction that goes.
        """
        while self.first < self.end:
            part, row = self._parts[self.first >> _BITS], self.first & _ROWS - 1
            is_old = part.ages[row] < oldest
            if not is_old and len(self) <= most:
                return
            self.first += 1
            yield self.first - 1, part.ids[row], part.labels[row], is_old
            if self.first & _ROWS - 1 == 0:
                del self._parts[(self.first - 1) >> _BITS]
        self._parts.clear()
        self.first = self.end = -(-self.end // _ROWS) * _ROWS
