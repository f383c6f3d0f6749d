"""The observation batch: rows of one model version, as columns, from one source partition.

On the wire a batch is a frame: 4 bytes of magic (``DLO1``), the header's length as an unsigned
little-endian 32-bit number, the header as JSON, then the arrays one after the other,
little-endian: offsets and times as int64, and for each column its values (float64, or int32 codes
of a category column) and, where the header says so, its flags (uint8). It is an internal format
between Driftline's own stages; ``docs/decisions`` tells why it is binary.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, TypeAlias

import numpy as np
import orjson
from numpy.typing import NDArray

from schemas.columns import Column, Flag, Kind, Role
from schemas.event import LONGEST_NAME
from schemas.invalid import InvalidMessage, Reason
from schemas.times import EARLIEST_MS, LATEST_MS

Integers: TypeAlias = NDArray[np.int64]

MAGIC: Final = b"DLO1"
_PREFIX: Final = struct.Struct("<4sI")
_LARGEST_COUNT: Final = 2**31 - 1


class Origin(StrEnum):
    """What the rows of a batch are."""

    PREDICTIONS = "predictions"
    LABELS = "labels"


@dataclass(frozen=True, slots=True)
class ObservationBatch:
    """Rows of one model version from one source partition, in the order of their offsets.

    Attributes
    ----------
    model, version
        Whose rows these are.
    origin
        Predictions (features, prediction, score) or labelled predictions (error).
    topic, partition
        The source partition that the offsets count in.
    offsets, times
        Shape ``(n,)``: source offset, and event time in milliseconds since the epoch, of each row.
    columns
        Columns of ``n`` rows each.
    """

    model: str
    version: str
    origin: Origin
    topic: str
    partition: int
    offsets: Integers
    times: Integers
    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.offsets)

    def halves(self) -> "tuple[ObservationBatch, ObservationBatch]":
        """Return the first and the second half of the rows, each with the columns that it needs."""
        first = np.arange(len(self)) < len(self) // 2
        return self._rows(first).compact(), self._rows(~first).compact()

    def since(self, row: int) -> "ObservationBatch":
        """Return the batch without the rows before ``row``."""
        return self if row == 0 else self._rows(np.arange(len(self)) >= row)

    def _rows(self, rows: NDArray[np.bool_]) -> "ObservationBatch":
        return replace(
            self,
            offsets=self.offsets[rows],
            times=self.times[rows],
            columns=tuple(column.take(rows) for column in self.columns),
        )

    def compact(self) -> "ObservationBatch":
        """Return the rows with no other columns and categories than those that occur."""
        kept = tuple(column.compact() for column in self.columns if not column.is_absent)
        return replace(self, columns=kept)


def encode_observations(batch: ObservationBatch) -> bytes:
    """Return the frame of a batch."""
    header: dict[str, Any] = {
        "model": batch.model,
        "version": batch.version,
        "origin": batch.origin,
        "topic": batch.topic,
        "partition": batch.partition,
        "rows": len(batch),
        "columns": [_describe(column) for column in batch.columns],
    }
    parts = [batch.offsets.astype("<i8").tobytes(), batch.times.astype("<i8").tobytes()]
    for column in batch.columns:
        parts.append(column.values.astype(_dtype(column.kind)).tobytes())
        if column.flags is not None:
            parts.append(column.flags.tobytes())
    head = orjson.dumps(header)
    return b"".join([_PREFIX.pack(MAGIC, len(head)), head, *parts])


def decode_observations(frame: bytes) -> ObservationBatch:
    """Return the batch of a frame.

    Raises
    ------
    InvalidMessage
        Where the bytes are not a frame of this format, or say what no batch can hold: what is
        returned can be used without further checks.
    """
    if len(frame) < _PREFIX.size or not frame.startswith(MAGIC):
        raise InvalidMessage(Reason.UNDECODABLE, "observations: not a DLO1 frame")
    _, length = _PREFIX.unpack_from(frame)
    start = _PREFIX.size + length
    try:
        header = orjson.loads(frame[_PREFIX.size : start])
        arrays = _Arrays(frame, start, _count(header["rows"]))
        batch = ObservationBatch(
            model=_text(header["model"]),
            version=_text(header["version"]),
            origin=Origin(header["origin"]),
            topic=_text(header["topic"]),
            partition=_count(header["partition"]),
            offsets=arrays.take("<i8"),
            times=arrays.take("<i8"),
            columns=tuple(_columns(header["columns"], arrays)),
        )
        arrays.end()
        _check(batch)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidMessage(Reason.UNDECODABLE, f"observations: {error}") from error
    return batch


class _Arrays:
    """Reads one array after the other from a frame."""

    def __init__(self, frame: bytes, start: int, rows: int) -> None:
        self._frame = frame
        self._at = start
        self._rows = rows

    def take(self, dtype: str) -> NDArray[Any]:
        array = np.frombuffer(self._frame, dtype=dtype, count=self._rows, offset=self._at)
        self._at += array.nbytes
        return array

    def end(self) -> None:
        if self._at != len(self._frame):
            raise ValueError("bytes beyond the last array")


def _describe(column: Column) -> dict[str, Any]:
    description: dict[str, Any] = {"name": column.name, "role": column.role, "kind": column.kind}
    if column.kind is Kind.CATEGORY:
        description["categories"] = column.categories
    if column.flags is not None:
        description["flags"] = True
    return description


def _columns(descriptions: list[dict[str, Any]], arrays: _Arrays) -> Iterator[Column]:
    for description in descriptions:
        kind = Kind(description["kind"])
        values = arrays.take(_dtype(kind))
        flags = arrays.take("u1") if description.get("flags") else None
        categories = tuple(map(_text, description.get("categories", ())))
        role = Role(description["role"])
        yield Column(_text(description["name"]), role, kind, values, categories, flags)


def _check(batch: ObservationBatch) -> None:
    """Refuse what would fail, or be counted wrongly, only later on."""
    if not (0 < len(batch.model) <= LONGEST_NAME and 0 < len(batch.version) <= LONGEST_NAME):
        raise ValueError(f"model and version: expected 1 to {LONGEST_NAME} characters")
    if len(batch) == 0:
        return
    if batch.offsets[0] < 0 or (np.diff(batch.offsets) < 0).any():
        raise ValueError("offsets: not ascending from 0")
    if batch.times.min() < EARLIEST_MS or batch.times.max() > LATEST_MS:
        raise ValueError("times: outside the years 1970 to 9999")
    for column in batch.columns:
        if column.flags is not None and column.flags.max() > max(Flag):
            raise ValueError("flags: unknown")
        if column.kind is not Kind.CATEGORY:
            if not np.isfinite(column.values).all():
                raise ValueError("values: not finite")
        elif column.values.min() < 0 or column.values.max() >= len(column.categories):
            raise ValueError("codes: no such category")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {type(value).__name__}")
    return value


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST_COUNT:
        raise ValueError("rows and partition: expected whole numbers from 0")
    return value


def _dtype(kind: Kind) -> str:
    return "<i4" if kind is Kind.CATEGORY else "<f8"
