"""Waiting predictions as they lie on disk: some dozens together, columns one after the other.

A chunk is the CRC-32 of all that follows, the number of its rows, the header's length (unsigned
little-endian 32-bit numbers), the header as JSON, then `agents.prediction_log.entry.FIELDS` one
column after the other, the numbers of names and segments and the ids' lengths as uint32, and the
ids. Format 1, whose header names no format, has neither arrivals nor scores, contents or segments.
"""

import struct
from typing import Any, Final
from zlib import crc32

import numpy as np
import orjson
from numpy.typing import NDArray

from agents.prediction_log.entry import FIELDS, NO_DIGEST, Entries, Entry, Fields, FirstLabel
from schemas.formats import DISK
from schemas.tables.coded import Coded, renumbered
from schemas.tables.model_version import ModelVersion

ROWS: Final = 128
"""Predictions of a chunk: a single one is read with all of them."""

FORMAT: Final = DISK.writes
_PREFIX: Final = struct.Struct("<III")


class DamagedStore(RuntimeError):
    """What lies on disk is not what was written there."""


class Chunk:
    """Predictions of following numbers, read from bytes.

    Attributes
    ----------
    first
        The number of the first one.
    changed
        Those that have changed since they were written, by number.
    fields, names
        Of all of them, as they were written.
    """

    def __init__(self, first: int, data: bytes, changed: dict[int, Entry]) -> None:
        check, rows, length = _PREFIX.unpack_from(data)
        if crc32(memoryview(data)[4:]) != check:
            raise DamagedStore(f"the checksum of predictions {first} and following does not fit")
        at = _PREFIX.size + length
        self.first = first
        self.changed = changed
        self._header: dict[str, Any] = orjson.loads(data[_PREFIX.size : at])
        arrays = _Arrays(data, at, rows)
        is_before = "format" not in self._header
        self.fields = _fields_of_before(arrays) if is_before else _fields(arrays)
        names: list[ModelVersion] = [(model, version) for model, version in self._header["names"]]
        self.names = Coded(names, arrays.take("<u4").astype(np.int32))
        none = np.zeros(rows, dtype=np.int32)
        segments = [None] if is_before else self._header["segments"]
        codes = none if is_before else arrays.take("<u4").astype(np.int32)
        self._segments: Coded[str | None] = Coded(segments, codes)
        self._ends = np.cumsum(arrays.take("<u4"), dtype=np.int64)
        self._ids = arrays.at
        self._data = data

    def __len__(self) -> int:
        return len(self.fields)

    def id(self, number: int) -> bytes:
        """Return a prediction's id."""
        row = number - self.first
        start = self._ends[row - 1] if row else 0
        return self._data[self._ids + start : self._ids + self._ends[row]]

    def entry(self, number: int) -> Entry:
        """Return the rest of a prediction."""
        changed = self.changed.get(number)
        if changed is not None:
            return changed
        row = number - self.first
        first = self._header["firsts"].get(str(row))
        return Entry._make(
            [
                *self.fields[row].item(),
                self._segments[row],
                *self.names[row],
                self._header["values"][row],
                None if first is None else FirstLabel(*first),
            ]
        )


def encode_chunk(ids: list[bytes], entries: Entries, firsts: dict[int, FirstLabel]) -> bytes:
    """Return predictions as a chunk.

    Parameters
    ----------
    ids, entries
        The predictions.
    firsts
        By row, labels that were there first.
    """
    names: dict[ModelVersion, int] = {}
    segments: dict[str | None, int] = {}
    codes = renumbered(entries.names, names), renumbered(entries.segments, segments)
    head = orjson.dumps(
        {
            "format": FORMAT,
            "names": list(names),
            "segments": list(segments),
            "values": entries.values,
            "firsts": {str(row): tuple(label) for row, label in firsts.items()},
        }
    )
    columns = [entries.fields[name].tobytes() for name in FIELDS.names or ()]
    lengths = np.fromiter(map(len, ids), dtype="<u4", count=len(ids))
    parts = [*columns, *(each.astype("<u4").tobytes() for each in (*codes, lengths)), *ids]
    body = b"".join([_PREFIX.pack(0, len(ids), len(head))[4:], head, *parts])
    return struct.pack("<I", crc32(body)) + body


class _Arrays:
    """Reads one array of as many rows after the other."""

    def __init__(self, data: bytes, at: int, rows: int) -> None:
        self._data = data
        self._rows = rows
        self.at = at

    def take(self, dtype: "str | np.dtype[Any]") -> NDArray[Any]:
        array = np.frombuffer(self._data, dtype, self._rows, self.at)
        self.at += array.nbytes
        return array

    @property
    def rows(self) -> int:
        return self._rows


def _fields(arrays: _Arrays) -> Fields:
    fields = np.zeros(arrays.rows, dtype=FIELDS)
    for name in FIELDS.names or ():
        fields[name] = arrays.take(FIELDS[name])
    return fields


def _fields_of_before(arrays: _Arrays) -> Fields:
    """Return what format 1 has; its digests were made otherwise, and tell nothing any more."""
    fields = np.zeros(arrays.rows, dtype=FIELDS)
    for name in ("offset", "age", "label"):
        fields[name] = arrays.take("<i8")
    arrays.take("<u4")
    fields["arrival"] = fields["age"]
    fields["score"], fields["digest"] = np.nan, NO_DIGEST
    return fields
