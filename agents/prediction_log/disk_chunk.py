"""Waiting predictions as they lie on disk: some dozens together, columns one after the other."""

import struct
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
import orjson

from agents.prediction_log.memory_log import Rows
from agents.prediction_log.predictions import name_codes
from schemas.tables.model_version import ModelVersion

ROWS: Final = 128
"""Predictions of a chunk: a single one is read with all of them."""

_PREFIX: Final = struct.Struct("<III")
_BYTES_PER_ROW: Final = 8 + 8 + 8 + 4 + 4 + 4


class DamagedStore(RuntimeError):
    """What lies on disk is not what was written there."""


class FirstLabel(NamedTuple):
    """A label that was there before its prediction; time in milliseconds."""

    label: Any
    time: int


class Entry(NamedTuple):
    """One waiting prediction, beside its id.

    Attributes
    ----------
    offset, age
        Its source offset, and the time by which it ages.
    label, digest
        Offset and digest of its label; `agents.prediction_log.memory_log.NO_LABEL` for none.
    model, version, value
        What predicted what.
    first
        Its label, where that was there first.
    """

    offset: int
    age: int
    label: int
    digest: int
    model: str
    version: str
    value: Any
    first: FirstLabel | None = None

    def encode(self) -> bytes:
        """Return it as JSON."""
        return orjson.dumps((*self[:-1], None if self.first is None else tuple(self.first)))

    @classmethod
    def decode(cls, text: bytes) -> "Entry":
        """Return it from JSON."""
        *fields, first = orjson.loads(text)
        return cls._make([*fields, None if first is None else FirstLabel(*first)])


class Chunk:
    """Predictions of following numbers, read from bytes.

    Attributes
    ----------
    first
        The number of the first one.
    changed
        Those that have changed since they were written, by number.
    """

    def __init__(self, first: int, data: bytes, changed: dict[int, Entry]) -> None:
        check, rows, length = _PREFIX.unpack_from(data)
        if crc32(memoryview(data)[4:]) != check:
            raise DamagedStore(f"the checksum of predictions {first} and following does not fit")
        at = _PREFIX.size
        self.first = first
        self.changed = changed
        self._header: dict[str, Any] = orjson.loads(data[at : at + length])
        at += length
        self._offsets = np.frombuffer(data, "<i8", rows, at)
        self._ages = np.frombuffer(data, "<i8", rows, at + 8 * rows)
        self._labels = np.frombuffer(data, "<i8", rows, at + 16 * rows)
        self._digests = np.frombuffer(data, "<u4", rows, at + 24 * rows)
        self._codes = np.frombuffer(data, "<u4", rows, at + 28 * rows)
        lengths = np.frombuffer(data, "<u4", rows, at + 32 * rows)
        self._ids = at + _BYTES_PER_ROW * rows
        self._ends = np.cumsum(lengths, dtype=np.int64)
        self._data = data

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
        model, version = self._header["names"][self._codes[row]]
        first = self._header["firsts"].get(str(row))
        return Entry(
            int(self._offsets[row]),
            int(self._ages[row]),
            int(self._labels[row]),
            int(self._digests[row]),
            model,
            version,
            self._header["values"][row],
            None if first is None else FirstLabel(*first),
        )


def encode_chunk(rows: Rows, start: int, end: int, firsts: dict[int, FirstLabel]) -> bytes:
    """Return rows as a chunk.

    Parameters
    ----------
    start, end
        Which rows.
    firsts
        By row, labels that were there first.
    """
    numbers: dict[ModelVersion, int] = {}
    codes = name_codes(rows.names[start:end], numbers)
    ids = rows.ids[start:end]
    header = {
        "names": list(numbers),
        "values": rows.values[start:end],
        "firsts": {
            str(row - start): tuple(firsts[row]) for row in range(start, end) if row in firsts
        }
        if firsts
        else {},
    }
    head = orjson.dumps(header)
    body = b"".join(
        [
            _PREFIX.pack(0, end - start, len(head))[4:],
            head,
            rows.offsets[start:end].tobytes(),
            rows.ages[start:end].tobytes(),
            rows.labels[start:end].tobytes(),
            rows.digests[start:end].tobytes(),
            codes.tobytes(),
            np.fromiter(map(len, ids), dtype="<u4", count=len(ids)).tobytes(),
            *ids,
        ]
    )
    return struct.pack("<I", crc32(body)) + body
