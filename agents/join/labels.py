"""Labels on their way into a join: columns, in the order of their offsets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from agents.prediction_log.entry import NO_DIGEST
from schemas.tables.coded import Coded
from schemas.values.classes import class_name
from schemas.values.numbers import number_of
from schemas.values.rated_label import checksum, label_of, numbers_of
from schemas.values.spellings import USUAL, Spellings

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_HALF: Final = np.uint64(32)
_COMPOUND: Final = frozenset({list, dict})
"""Kinds of labels that no dictionary can have as its keys."""


class Label(NamedTuple):
    """One label; the model that it names, or None where it is for all."""

    id: bytes
    value: Any
    time: int
    model: str | None
    offset: int
    arrival: int


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Labels of one partition, in the order of their offsets.

    Attributes
    ----------
    ids
        The predictions' ids, UTF-8.
    offsets, times, arrivals
        Shape ``(n,)``: source offset, event time, and when it came, by the records' times.
    values
        What was true; with the numbers of rates, as of `schemas.values.rated_label`, or without.
    models
        The model that each names, None where it is for all.
    """

    ids: Sequence[bytes]
    offsets: NDArray[np.int64]
    times: NDArray[np.int64]
    arrivals: NDArray[np.int64]
    values: Sequence[Any]
    models: Coded[str | None]

    @classmethod
    def of(cls, labels: Sequence[Label]) -> "Labels":
        """Return the columns of some labels."""

        def numbers(found: list[int]) -> NDArray[np.int64]:
            return np.array(found, dtype=np.int64)

        return cls(
            [each.id for each in labels],
            numbers([each.offset for each in labels]),
            numbers([each.time for each in labels]),
            numbers([each.arrival for each in labels]),
            [each.value for each in labels],
            Coded.of([each.model for each in labels]),
        )

    @classmethod
    def merged(cls, one: "Labels", other: "Labels") -> "Labels":
        """Return the labels of both in the order of their offsets."""
        order = np.argsort(np.concatenate([one.offsets, other.offsets]), kind="stable")
        both = [*one.ids, *other.ids], [*one.values, *other.values]
        ids, values = ([column[row] for row in order.tolist()] for column in both)
        return cls(
            ids,
            np.concatenate([one.offsets, other.offsets])[order],
            np.concatenate([one.times, other.times])[order],
            np.concatenate([one.arrivals, other.arrivals])[order],
            values,
            Coded.concatenated([one.models, other.models]).take(order),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, row: int) -> Label:
        return Label(
            self.ids[row],
            self.values[row],
            int(self.times[row]),
            self.models[row],
            int(self.offsets[row]),
            int(self.arrivals[row]),
        )

    def part(self, start: int, end: int) -> "Labels":
        """Return the rows from ``start`` up to ``end``."""
        rows = slice(start, end)
        return Labels(
            self.ids[rows],
            self.offsets[rows],
            self.times[rows],
            self.arrivals[rows],
            self.values[rows],
            self.models.take(rows),
        )

    def take(self, rows: NDArray[np.int64]) -> "Labels":
        """Return some rows."""
        if len(rows) == len(self):
            return self
        which = rows.tolist()
        return Labels(
            [self.ids[row] for row in which],
            self.offsets[rows],
            self.times[rows],
            self.arrivals[rows],
            [self.values[row] for row in which],
            self.models.take(rows),
        )


def digests(values: Sequence[Any], spellings: Spellings = USUAL) -> NDArray[np.uint32]:
    """Return what tells labels from others, shape ``(n,)``, however they are spelled.

    Examples
    --------
    >>> one, same, other = digests([1, "1.0", "2"]).tolist()
    >>> one == same, one == other
    (True, False)
    """
    kinds = set(map(type, values))
    if kinds == {float}:
        return _of_numbers(np.array(values, dtype=np.float64))
    if not kinds.isdisjoint(_COMPOUND):
        return np.array([digest(value, spellings) for value in values], dtype=np.uint32)
    # Equal ones are the same class: 1, 1.0 and true are one key.
    found = {value: digest(value, spellings) for value in set(values)}
    return np.fromiter(map(found.__getitem__, values), dtype=np.uint32, count=len(values))


def digest(value: Any, spellings: Spellings = USUAL) -> int:
    """Return the digest of one label; as `digests`."""
    numbers = numbers_of(value)
    if numbers:
        # Another number is another label: what is told of it is not what came before.
        return (digest(label_of(value), spellings) ^ checksum(numbers)) or 1
    name = class_name(value, spellings)
    number = number_of(name, exact=True)
    if number is not None:
        return int(_of_numbers(np.array([number]))[0])
    return crc32(name.encode()) or 1


def _of_numbers(numbers: NDArray[np.float64]) -> NDArray[np.uint32]:
    # Zero has one sign only, and the product mixes all bits into the upper half.
    bits = (numbers + 0.0).view(np.uint64) * _GOLDEN
    mixed = ((bits ^ (bits >> _HALF)) * _GOLDEN >> _HALF).astype(np.uint32)
    return np.where(mixed == NO_DIGEST, np.uint32(1), mixed)
