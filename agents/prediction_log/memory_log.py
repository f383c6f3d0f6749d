"""Predictions in the order in which they came, in arrays: some 60 bytes each beside their id."""

from array import array
from collections.abc import Iterator
from typing import Any, Final

from agents.prediction_log.predictions import NO_LABEL, Predictions
from schemas.tables.model_version import ModelVersion

PART_BITS: Final = 13


class _Part:
    """Columns of predictions."""

    __slots__ = ("ages", "digests", "ids", "labels", "names", "offsets", "values")

    def __init__(self) -> None:
        self.ids: list[bytes] = []
        self.offsets = array("q")
        self.ages = array("q")
        self.labels = array("q")
        self.digests = array("I")
        self.names: list[ModelVersion] = []
        self.values: list[Any] = []


Rows = _Part
"""Columns of any number of predictions."""


class PredictionLog:
    """Predictions by ascending numbers, of which the lowest go first.

    Parameters
    ----------
    bits
        A part, which is let go as a whole, has two to this many rows.
    """

    def __init__(self, bits: int = PART_BITS) -> None:
        self._bits = bits
        self._size = 1 << bits
        self._mask = self._size - 1
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
            part = self._parts.setdefault(self.end >> self._bits, _Part())
            upto = min(row + self._size - len(part.ids), len(batch.ids))
            part.ids += batch.ids[row:upto]
            part.offsets.frombytes(batch.offsets[row:upto].tobytes())
            part.ages.frombytes(batch.ages[row:upto].tobytes())
            part.labels.frombytes(b"\xff" * 8 * (upto - row))  # NO_LABEL, each
            part.digests.frombytes(bytes(4 * (upto - row)))
            part.names += batch.names[row:upto]
            part.values += batch.values[row:upto]
            self.end += upto - row
            row = upto
        return numbers

    def replace(self, number: int, batch: Predictions, row: int) -> None:
        """Put a prediction of a batch in the place of another one: it goes when that would have."""
        part, at = self._parts[number >> self._bits], number & self._mask
        part.offsets[at] = int(batch.offsets[row])
        part.ages[at] = int(batch.ages[row])
        part.labels[at] = NO_LABEL
        part.names[at] = batch.names[row]
        part.values[at] = batch.values[row]

    def offset(self, number: int) -> int:
        """Return the source offset of a prediction."""
        return self._parts[number >> self._bits].offsets[number & self._mask]

    def age(self, number: int) -> int:
        """Return the time by which a prediction ages."""
        return self._parts[number >> self._bits].ages[number & self._mask]

    def name(self, number: int) -> ModelVersion:
        """Return the model and version of a prediction."""
        return self._parts[number >> self._bits].names[number & self._mask]

    def value(self, number: int) -> Any:
        """Return what was predicted."""
        return self._parts[number >> self._bits].values[number & self._mask]

    def label(self, number: int) -> int:
        """Return the offset of the label that a prediction has met; `NO_LABEL` for none."""
        return self._parts[number >> self._bits].labels[number & self._mask]

    def digest(self, number: int) -> int:
        """Return what tells the label that a prediction has met from others."""
        return self._parts[number >> self._bits].digests[number & self._mask]

    def set_label(self, number: int, offset: int, digest: int) -> None:
        """Note the offset and the digest of a prediction's label."""
        part = self._parts[number >> self._bits]
        part.labels[number & self._mask] = offset
        part.digests[number & self._mask] = digest

    def begin_at(self, number: int) -> None:
        """Begin an empty log with a number."""
        self.first = self.end = number
        row = number & self._mask
        if row:
            part = self._parts[number >> self._bits] = _Part()
            part.ids, part.names, part.values = [b""] * row, [("", "")] * row, [None] * row
            part.digests.frombytes(bytes(4 * row))
            for column in (part.offsets, part.ages, part.labels):
                column.frombytes(bytes(8 * row))

    def rows(self, start: int, end: int) -> "Rows":
        """Return a copy of predictions."""
        found = Rows()
        while start < end:
            part, row = self._parts[start >> self._bits], start & self._mask
            upto = min(row + end - start, self._size)
            found.ids += part.ids[row:upto]
            found.names += part.names[row:upto]
            found.values += part.values[row:upto]
            found.offsets += part.offsets[row:upto]
            found.ages += part.ages[row:upto]
            found.labels += part.labels[row:upto]
            found.digests += part.digests[row:upto]
            start += upto - row
        return found

    def forget(self, keep: int, upto: int) -> list[bytes]:
        """Let go of the oldest parts below a number; return the ids.

        Parameters
        ----------
        keep
            Predictions that stay at least.
        upto
            Only parts that end at or before it go.
        """
        ids: list[bytes] = []
        while True:
            end = ((self.first >> self._bits) + 1) << self._bits
            if end > upto or self.end - end < keep:
                return ids
            part = self._parts.pop(self.first >> self._bits)
            ids += part.ids[self.first & self._mask :]
            self.first = end

    def drop(self, oldest: int, most: int, undated: int) -> Iterator[tuple[int, bytes, int, bool]]:
        """Drop from the start what is older than a time, and what is above a cap.

        Parameters
        ----------
        oldest, most
            The time, and the cap.
        undated
            What stands for an age of 0.

        Yields
        ------
        number, id, label, is_old
            Of each prediction that goes.
        """
        while self.first < self.end:
            part, begin = self._parts[self.first >> self._bits], self.first & self._mask
            ages, ids, labels = part.ages, part.ids, part.labels
            end = min(self._size, begin + self.end - self.first)
            for row in range(begin, end):
                is_old = (ages[row] or undated) < oldest
                if not is_old and self.end - self.first <= most:
                    return
                self.first += 1
                yield self.first - 1, ids[row], labels[row], is_old
            if end == self._size:
                del self._parts[(self.first - 1) >> self._bits]
        self._parts.clear()
        self.first = self.end = -(-self.end // self._size) * self._size
