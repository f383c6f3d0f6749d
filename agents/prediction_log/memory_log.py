"""Predictions in the order in which they came, in arrays: some 60 bytes each beside their id."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from agents.prediction_log.entry import FIELDS, NO_DIGEST, Entries, Entry, Fields
from agents.prediction_log.predictions import NO_LABEL, Predictions
from schemas.tables.coded import Coded, renumbered
from schemas.tables.model_version import ModelVersion

PART_BITS: Final = 13

Numbers = NDArray[np.int64]
ValueT = TypeVar("ValueT", bound=Hashable)


class Bounds(NamedTuple):
    """What is too old, and what is too much.

    Attributes
    ----------
    arrival
        What came before this, and is of a model whose own time has passed, is too old.
    undated
        What stands for an arrival of 0.
    age_of
        Gives by model and version the event time before which its own time has passed.
    most
        Predictions that stay at most, whatever their age.
    """

    arrival: int
    undated: int
    age_of: Callable[[ModelVersion], int]
    most: int


class Dropped(NamedTuple):
    """Consecutive predictions that went.

    Attributes
    ----------
    first
        The number of the first one.
    ids
        Their ids; None where they were not in memory.
    labels, old
        Shape ``(n,)``: offsets of their labels or `NO_LABEL`, and whether they were too old.
    """

    first: int
    ids: Sequence[bytes] | None
    labels: Numbers
    old: NDArray[np.bool_]


def first_stays(arrival: int, age: int, name: ModelVersion, held: int, bounds: Bounds) -> bool:
    """Tell whether the first prediction of a log stays, and all others with it: nearly always."""
    return held <= bounds.most and (
        (arrival or bounds.undated) >= bounds.arrival or age >= bounds.age_of(name)
    )


def leading(
    fields: Fields, names: Coded[ModelVersion], held: int, bounds: Bounds
) -> NDArray[np.bool_]:
    """Return of the predictions that go, up to the first one that stays, which are too old.

    Parameters
    ----------
    fields, names
        Of the first ones of a log, at least one.
    held
        Predictions of the whole log.
    """
    above = held - bounds.most
    arrivals = np.where(fields["arrival"] == 0, bounds.undated, fields["arrival"])
    oldest = np.zeros(len(names.table), dtype=np.int64)
    for code in np.unique(names.codes).tolist():
        oldest[code] = bounds.age_of(names.table[code])
    old = (arrivals < bounds.arrival) & (fields["age"] < oldest[names.codes])
    stays = ~old
    stays[: max(above, 0)] = False
    return old[: int(stays.argmax())] if stays.any() else old


class _Numbered(Generic[ValueT]):
    """Values of a part by small numbers, in the order in which they came."""

    __slots__ = ("_numbers", "codes", "values")

    def __init__(self, size: int) -> None:
        self.codes = np.zeros(size, dtype=np.int32)
        self.values: list[ValueT] = []
        self._numbers: dict[ValueT, int] = {}

    def put(self, row: int, column: Coded[ValueT]) -> None:
        """Write the values of some rows."""
        if len(self.values) > 2 * len(self.codes):
            # Rows that are replaced again and again leave values behind that no row has.
            kept = self.column(slice(None))
            self._numbers = {}
            self.codes = renumbered(kept, self._numbers)
            self.values = list(self._numbers)
        self.codes[row : row + len(column)] = renumbered(column, self._numbers)
        self.values += list(islice(self._numbers, len(self.values), None))

    def column(self, rows: "NDArray[np.int64] | slice") -> Coded[ValueT]:
        """Return the values of some rows; the table may grow."""
        return Coded(self.values, self.codes[rows])

    def value(self, row: int) -> ValueT:
        """Return the value of a row."""
        return self.values[int(self.codes[row])]


class _Part:
    """Columns of predictions."""

    __slots__ = ("fields", "ids", "names", "segments", "values")

    def __init__(self, size: int) -> None:
        self.ids: list[bytes] = []
        self.values: list[Any] = []
        self.fields = np.zeros(size, dtype=FIELDS)
        self.names: _Numbered[ModelVersion] = _Numbered(size)
        self.segments: _Numbered[str | None] = _Numbered(size)

    def put(self, row: int, batch: Predictions) -> None:
        """Write the rows of a batch, all but ids and values."""
        fields = self.fields[row : row + len(batch)]
        fields["offset"], fields["age"] = batch.offsets, batch.ages
        fields["arrival"] = batch.arrivals
        fields["label"], fields["digest"] = NO_LABEL, NO_DIGEST
        fields["score"], fields["content"] = batch.scores, batch.contents
        self.names.put(row, batch.names)
        self.segments.put(row, batch.segments)

    def entries(self, rows: "NDArray[np.int64] | slice") -> Entries:
        """Return some rows."""
        values = (
            self.values[rows]
            if isinstance(rows, slice)
            else list(map(self.values.__getitem__, rows.tolist()))
        )
        columns = self.names.column(rows), self.segments.column(rows)
        return Entries(self.fields[rows], *columns, values)


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
        """Append a batch without labels; return the numbers of its predictions."""
        numbers = range(self.end, self.end + len(batch))
        row = 0
        while self.end < numbers.stop:
            part = self._parts.get(self.end >> self._bits)
            if part is None:
                part = self._parts[self.end >> self._bits] = _Part(self._size)
            at = len(part.ids)
            upto = min(row + self._size - at, len(batch))
            piece = batch if upto - row == len(batch) else batch.part(row, upto)
            part.put(at, piece)
            part.ids += piece.ids
            part.values += piece.values
            self.end += upto - row
            row = upto
        return numbers

    def replace(self, number: int, batch: Predictions) -> None:
        """Put the one prediction of a batch in the place of another one."""
        part, at = self._parts[number >> self._bits], number & self._mask
        part.put(at, batch)
        part.values[at] = batch.values[0]

    def name(self, number: int) -> ModelVersion:
        """Return the model and version of a prediction."""
        return self._parts[number >> self._bits].names.value(number & self._mask)

    def entry(self, number: int) -> Entry:
        """Return a prediction, without a label that was there first."""
        part, row = self._parts[number >> self._bits], number & self._mask
        segment, name = part.segments.value(row), part.names.value(row)
        return Entry._make([*part.fields[row].item(), segment, *name, part.values[row], None])

    def labels(self, numbers: Numbers) -> Numbers:
        """Return the offsets of the labels that predictions have met; `NO_LABEL` for none."""
        found = np.empty(len(numbers), dtype=np.int64)
        for part, which, rows in self._split(numbers):
            found[which] = part.fields["label"][rows]
        return found

    def names(self, numbers: Numbers) -> Coded[ModelVersion]:
        """Return models and versions of predictions."""
        codes = np.empty(len(numbers), dtype=np.int32)
        table: dict[ModelVersion, int] = {}
        for part, which, rows in self._split(numbers):
            codes[which] = renumbered(part.names.column(rows), table)
        return Coded(tuple(table), codes)

    def set_labels(self, numbers: Numbers, offsets: Numbers, digests: NDArray[np.uint32]) -> None:
        """Note offsets and digests of predictions' labels."""
        for part, which, rows in self._split(numbers):
            part.fields["label"][rows] = offsets[which]
            part.fields["digest"][rows] = digests[which]

    def gather(self, numbers: Numbers) -> Entries:
        """Return some predictions, in their order there."""
        pieces = [(which, part.entries(rows)) for part, which, rows in self._split(numbers)]
        if not pieces:
            nothing = Coded[Any]((), np.empty(0, dtype=np.int32))
            return Entries(np.empty(0, dtype=FIELDS), nothing, nothing, [])
        if len(pieces) == 1:
            return pieces[0][1]
        fields = np.empty(len(numbers), dtype=FIELDS)
        values: list[Any] = [None] * len(numbers)
        order = np.concatenate([np.arange(len(numbers))[which] for which, _ in pieces])
        for which, piece in pieces:
            fields[which] = piece.fields
        found = [value for _, piece in pieces for value in piece.values]
        for place, value in zip(order.tolist(), found, strict=True):
            values[int(place)] = value
        back = np.argsort(order)
        return Entries(
            fields,
            Coded.concatenated(piece.names for _, piece in pieces).take(back),
            Coded.concatenated(piece.segments for _, piece in pieces).take(back),
            values,
        )

    def set_label(self, number: int, offset: int, digest: int) -> None:
        """Note the offset and the digest of a prediction's label."""
        fields = self._parts[number >> self._bits].fields
        fields["label"][number & self._mask] = offset
        fields["digest"][number & self._mask] = digest

    def begin_at(self, number: int) -> None:
        """Begin an empty log with a number."""
        self.first = self.end = number
        row = number & self._mask
        if row:
            part = self._parts[number >> self._bits] = _Part(self._size)
            part.ids, part.values = [b""] * row, [None] * row
            part.names.put(0, Coded.same(("", ""), 1))
            part.segments.put(0, Coded.same(None, 1))

    def rows(self, start: int, end: int) -> tuple[list[bytes], Entries]:
        """Return the ids, and a copy, of predictions."""
        ids: list[bytes] = []
        pieces: list[Entries] = []
        while start < end:
            part, row = self._parts[start >> self._bits], start & self._mask
            upto = min(row + end - start, self._size)
            ids += part.ids[row:upto]
            pieces.append(part.entries(slice(row, upto)))
            start += upto - row
        return ids, Entries(
            np.concatenate([np.empty(0, FIELDS), *(piece.fields for piece in pieces)]),
            Coded.concatenated(piece.names for piece in pieces),
            Coded.concatenated(piece.segments for piece in pieces),
            [value for piece in pieces for value in piece.values],
        )

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

    def drop(self, bounds: Bounds) -> Iterator[Dropped]:
        """Drop from the start what is too old or too much, and yield it.

        To be run to its end. A log that gets empty goes on with the numbers of the next part.
        """
        while self.first < self.end:
            part, begin = self._parts[self.first >> self._bits], self.first & self._mask
            end = min(self._size, begin + self.end - self.first)
            rows = slice(begin, end)
            fields, names = part.fields[rows], part.names.column(rows)
            arrival, age = int(fields["arrival"][0]), int(fields["age"][0])
            if first_stays(arrival, age, names[0], len(self), bounds):
                return
            old = leading(fields, names, len(self), bounds)
            gone = slice(begin, begin + len(old))
            self.first += len(old)
            yield Dropped(
                self.first - len(old), part.ids[gone], part.fields["label"][gone].copy(), old
            )
            if gone.stop < end:
                return
            if end == self._size:
                del self._parts[(self.first - 1) >> self._bits]
        self._parts.clear()
        self.first = self.end = -(-self.end // self._size) * self._size

    def _split(
        self, numbers: Numbers
    ) -> Iterator[tuple[_Part, "NDArray[np.intp] | slice", NDArray[np.int64]]]:
        """Yield parts, which of the numbers are in them, and their rows there."""
        if len(numbers) == 0:
            return
        parts, rows = numbers >> self._bits, numbers & self._mask
        if (parts == parts[0]).all():
            yield self._parts[int(parts[0])], slice(None), rows
            return
        for number in np.unique(parts).tolist():
            which = np.flatnonzero(parts == number)
            yield self._parts[number], which, rows[which]
