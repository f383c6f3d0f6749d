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

from schemas.columns import Column, Kind, Role
from schemas.invalid import InvalidMessage, Reason

Integers: TypeAlias = NDArray[np.int64]

MAGIC: Final = b"DLO1"
_PREFIX: Final = struct.Struct("<4sI")


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

    def after(self, offset: int) -> "ObservationBatch":
        """Return the rows beyond a source offset: the others were counted before."""
        if len(self) == 0 or self.offsets[0] > offset:
            return self
        rows = self.offsets > offset
        return replace(
            self,
            offsets=self.offsets[rows],
            times=self.times[rows],
            columns=tuple(column.take(rows) for column in self.columns),
        )


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
        Where the bytes are not a frame of this format: nobody but Driftline writes them.
    """
    if len(frame) < _PREFIX.size or not frame.startswith(MAGIC):
        raise InvalidMessage(Reason.UNDECODABLE, "observations: not a DLO1 frame")
    _, length = _PREFIX.unpack_from(frame)
    start = _PREFIX.size + length
    try:
        header = orjson.loads(frame[_PREFIX.size : start])
        rows = int(header["rows"])
        arrays = _Arrays(frame, start, rows)
        return ObservationBatch(
            model=header["model"],
            version=header["version"],
            origin=Origin(header["origin"]),
            topic=header["topic"],
            partition=header["partition"],
            offsets=arrays.take("<i8"),
            times=arrays.take("<i8"),
            columns=tuple(_columns(header["columns"], arrays)),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidMessage(Reason.UNDECODABLE, f"observations: {error}") from error


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
        categories = tuple(description.get("categories", ()))
        role = Role(description["role"])
        yield Column(description["name"], role, kind, values, categories, flags)


def _dtype(kind: Kind) -> str:
    return "<i4" if kind is Kind.CATEGORY else "<f8"
